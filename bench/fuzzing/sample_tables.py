"""Sound tables of trials and of curves, in every format that is read."""

from __future__ import annotations

import csv
import gzip
import io
import json
from random import Random
from typing import Any, TypeAlias

from fuzzing.sample import FOLDER, Sample, commands_on

Row: TypeAlias = dict[str, Any]
_TRIALS = 16


def trial_rows() -> list[Row]:
    """Trials with numbers, names, switches, times, an ending and a share in percent."""
    random = Random("trials")
    rows = []
    for number in range(_TRIALS):
        rate = round(10 ** random.uniform(-4, 0), 6)
        loss = round(0.2 + abs(rate - 0.03) + 0.1 * random.random(), 5)
        rows.append({
            "trial": number, "lr": rate, "dropout": round(random.uniform(0, 0.5), 3),
            "optimizer": random.choice(["sgd", "adam"]), "nesterov": random.random() < 0.5,
            "layers": random.randint(1, 4), "seed": number % 3, "val_loss": loss,
            "val_acc": f"{100 * (1 - loss / 2):.1f}%", "val_loss_std": 0.01,
            "status": "COMPLETED" if number % 7 else "FAILED",
            "created_at": f"2026-01-0{1 + number % 9}T10:00:00",
        })  # fmt: skip
    return rows


def curve_rows() -> list[Row]:
    """Five evaluations of every trial."""
    return [
        {"trial": row["trial"], "step": 100 * step, "train_loss": row["val_loss"] / step,
         "val_loss": row["val_loss"] + 1 / step}
        for row in trial_rows() for step in range(1, 6)
    ]  # fmt: skip


def delimited(rows: list[Row], delimiter: str = ",") -> bytes:
    """The rows as CSV or TSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def json_lines(rows: list[Row]) -> bytes:
    """The rows as one JSON object a line."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def parquet(rows: list[Row]) -> bytes:
    """The rows as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


def _nested() -> list[Row]:
    """Trials as a program keeps them: settings and curves inside each."""
    curves = curve_rows()
    return [
        {"id": f"t{row['trial']}", "config": {"lr": row["lr"], "model": {"layers": row["layers"]}},
         "metrics": {"val_loss": row["val_loss"]},
         "curve": [{"step": c["step"], "val_loss": c["val_loss"]} for c in curves
                   if c["trial"] == row["trial"]]}
        for row in trial_rows()
    ]  # fmt: skip


def samples() -> list[Sample]:
    """One for each format, and one for each way to say where the curves are."""
    trials, curves = trial_rows(), curve_rows()
    tables = {
        "trials.csv": delimited(trials),
        "trials.tsv": delimited(trials, "\t"),
        "semicolons.csv": delimited(trials, ";"),
        "trials.jsonl": json_lines(trials),
        "trials.json": json.dumps(trials).encode(),
        "trials.parquet": parquet(trials),
        "trials.csv.gz": gzip.compress(delimited(trials), mtime=0),
        "nested.jsonl": json_lines(_nested()),
        "nested.json": json.dumps(_nested()).encode(),
        "log.csv": delimited(curves),
    }
    found = [Sample(name, {name: data}, commands_on(name)) for name, data in tables.items()]
    beside = {"curves.csv": delimited(curves), "curves.parquet": parquet(curves)}
    for name, data in beside.items():
        files = {"trials.csv": tables["trials.csv"], name: data}
        commands = commands_on("trials.csv", "--curves", f"{FOLDER}/{name}")
        found.append(Sample(f"trials with {name}", files, commands))
    space = b'[lr]\nlog = [1e-4, 1.0]\n[optimizer]\nchoice = ["sgd", "adam"]\n'
    files = {"trials.csv": tables["trials.csv"], "space.toml": space}
    commands = commands_on(
        "trials.csv", "--space", f"{FOLDER}/space.toml", "--params", "lr,optimizer,dropout"
    )
    return [*found, Sample("trials with a space", files, commands)]
