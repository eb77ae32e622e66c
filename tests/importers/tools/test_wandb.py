"""Offline runs of the real wandb (see data/wandb_offline/README.md) and exports."""

import csv
import gzip
import json
import shutil
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("google.protobuf", reason="needs protobuf")

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers import foreign_table
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.wandb.log import RunLog, _records, read_run_log
from tuning_playbook.importers.wandb.runs import looks_like_wandb, read_wandb
from tuning_playbook.study import Objective

OFFLINE = Path(__file__).parents[1] / "data" / "wandb_offline"
FIRST = "offline-run-20261121_081129-s62rk73x"
FINISHED, NAN, INFINITE, FAILED, RESUMED, KILLED = range(6)
RECORDS = [
    {"id": "aaa", "name": "run", "state": "finished", "sweep": None,
     "config": {"lr": {"value": 0.1, "desc": None}, "_wandb": {"value": {}}},
     "summary": {"val_loss": 0.5, "_step": 9, "_runtime": 3.0, "img": {"_type": "image"}},
     "history": [{"_step": 0, "val_loss": 1.0}, {"_step": 9, "val_loss": 0.5, "note": "x"}]},
    {"id": "bbb", "name": "run", "state": "crashed",
     "config": {"lr": 1.0}, "summary": {"val_loss": "NaN"}},
    {"id": "ccc", "name": "other", "state": "failed", "config": {"lr": 9.0}, "summary": {}},
    {"id": "ddd", "name": "late", "state": "running", "config": {"lr": 0.3}, "summary": {}},
    {"id": "eee", "name": "end", "state": "killed", "config": {"lr": 0.2}, "summary": {}},
]  # fmt: skip


def curve(study, metric, row):
    rows, steps, values = (np.asarray(part) for part in study.curves[metric])
    return steps[rows == row].tolist(), values[rows == row].tolist()


@pytest.fixture
def offline(tmp_path):
    return Path(shutil.copytree(OFFLINE, tmp_path / "wandb"))


def test_offline_runs_have_their_configurations_curves_and_endings():
    (study,) = read_wandb(OFFLINE)
    assert study.name == "digits"
    assert study.parameters["lr"] == [0.1, 1.0, 3.0, 0.3, 0.03, None]
    assert study.parameters["optimizer.name"][FINISHED] == "adam"
    assert study.parameters["optimizer.betas"][FINISHED] == "[0.9, 0.99]"
    assert set(study.curves) == {"train_loss", "val/accuracy"}
    assert curve(study, "train_loss", FINISHED) == (list(range(8)), [1 / (s + 1) for s in range(8)])
    assert curve(study, "val/accuracy", FINISHED) == ([1, 3, 5, 7], [0.1, 0.3, 0.5, 0.7])
    assert study.results["best_accuracy"][FINISHED] == 0.7
    assert study.status == ("complete", "complete", "complete", "failed", "complete", "failed")
    assert study.reason == ("", "", "", "exit-code", "", "lost")


def test_values_that_are_not_finite_stay():
    (study,) = read_wandb(OFFLINE)
    assert np.isnan(curve(study, "train_loss", NAN)[1][6:]).all()
    assert curve(study, "train_loss", INFINITE)[1][6:] == [np.inf, np.inf]


def test_a_resumed_run_is_one_trial_and_its_later_attempt_counts():
    (study,) = read_wandb(OFFLINE)
    steps, values = curve(study, "train_loss", RESUMED)
    assert steps == list(range(12))
    assert values == [1 / (s + 1) for s in range(12)]


def test_a_killed_run_without_a_single_record_is_kept():
    (study,) = read_wandb(OFFLINE)
    assert study.ids[KILLED] == "3pcfwa8o"
    table = foreign_table(study, objective=Objective("val/accuracy", "maximize"))
    assert len(table) == 6
    assert np.isnan(table.loss[KILLED])
    assert any("still running or killed" in note for note in study.notes)


def test_runs_of_one_name_are_told_apart_by_their_ids():
    (study,) = read_wandb(OFFLINE)
    assert study.ids[:2] == ("<b>sweep</b>", "<b>sweep</b> (aiuqwlcp)")
    assert len(set(study.ids)) == 6


@pytest.mark.parametrize("place", ["", FIRST, f"{FIRST}/run-s62rk73x.wandb"])
def test_the_folder_around_one_run_and_its_log_are_all_known(offline, place):
    assert looks_like_wandb(offline / place)
    (study,) = open_foreign(str(offline / place))
    assert study.name == "digits"
    assert len(study.ids) == (1 if place else 6)


def test_the_link_to_the_latest_run_is_not_read_twice(offline):
    (offline / "latest-run").symlink_to(offline / FIRST)
    assert len(read_wandb(offline)[0].ids) == 6


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.6, 0.95])
def test_a_log_that_is_cut_keeps_what_came_before(offline, kept):
    log = offline / FIRST / "run-s62rk73x.wandb"
    data = log.read_bytes()
    log.write_bytes(data[: int(kept * len(data))])
    (study,) = read_wandb(offline)
    assert len(study.ids) == 6
    _, values = curve(study, "train_loss", FINISHED)
    assert values == [1 / (s + 1) for s in range(8)][: len(values)]
    assert study.reason[FINISHED] == "lost"
    assert len(values) >= int(8 * kept) - 3


def test_a_damaged_log_is_said_and_the_others_are_read(offline):
    log = offline / FIRST / "run-s62rk73x.wandb"
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 0xFF
    log.write_bytes(bytes(data))
    (study,) = read_wandb(offline)
    assert any("is damaged at byte" in note for note in study.notes)
    assert study.parameters["lr"][:2] == [0.1, 1.0]


def test_a_file_of_another_kind_is_said(offline):
    (offline / FIRST / "run-s62rk73x.wandb").write_text("hello")
    (study,) = read_wandb(offline)
    assert len(study.ids) == 6
    assert any("is no log of W&B" in note for note in study.notes)


def test_files_beside_the_log_tell_where_the_log_does_not(tmp_path):
    files = tmp_path / "run-20250102_030405-abc123" / "files"
    files.mkdir(parents=True)
    (files / "config.yaml").write_text("wandb_version: 1\n\nlr:\n  desc: null\n  value: 0.1\n"
                                       "_wandb:\n  desc: null\n  value: {}\n")  # fmt: skip
    (files / "wandb-summary.json").write_text('{"val_loss": 0.25, "_step": 3, "bad": "NaN"}')
    (study,) = read_wandb(tmp_path)
    assert study.ids == ("abc123",)
    assert study.parameters == {"lr": [0.1]}
    assert study.results["val_loss"] == [0.25]
    assert np.isnan(study.results["bad"][0])


def test_without_protobuf_the_error_names_the_command(monkeypatch):
    from tuning_playbook.importers.wandb import log as wandb_log

    wandb_log._messages.cache_clear()
    monkeypatch.setitem(sys.modules, "google.protobuf", None)
    with pytest.raises(InvalidInput, match=r"pip install 'tuning-playbook\[wandb\]'"):
        read_wandb(OFFLINE)


def written_log(records):
    """A log as LevelDB's description says: pieces that fill blocks of 32 KiB."""
    data = bytearray(b":W&B\xe1\xbe\x00")
    for record in records:
        rest, first = record, True
        while True:
            left = 32768 - len(data) % 32768
            if left < 7:
                data += bytes(left)
                left = 32768
            piece, rest = rest[: left - 7], rest[left - 7 :]
            kind = {(True, True): 1, (True, False): 2, (False, False): 3, (False, True): 4}[
                first, not rest
            ]
            check = zlib.crc32(bytes([kind]) + piece)
            data += struct.pack("<IHB", check, len(piece), kind) + piece
            first = False
            if not rest:
                break
    return bytes(data)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 70_000) | st.integers(32_740, 32_780), max_size=6))
def test_records_of_any_length_are_put_together(lengths):
    records = [bytes([i + 1]) * length for i, length in enumerate(lengths)]
    found = RunLog()
    assert list(_records(written_log(records), found)) == records
    assert found.damage == ""


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_damage_stops_the_reader(data):
    """Check sums are made good again, so that the damage reaches what lies inside."""
    source = next((OFFLINE / FIRST).glob("*.wandb")).read_bytes()
    records = [bytearray(record) for record in _records(source, RunLog())]
    for _ in range(data.draw(st.integers(1, 5))):
        record = data.draw(st.sampled_from(records))
        record[data.draw(st.integers(0, len(record) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run-x.wandb"
        path.write_bytes(written_log([bytes(record) for record in records]))
        found = read_run_log(path)
    assert isinstance(found.name, str)
    assert all(np.isfinite(steps).all() for steps, _ in found.curves.values())


def test_after_a_damaged_block_reading_goes_on(tmp_path):
    records = [bytes([i]) * 20_000 for i in range(6)]
    data = bytearray(written_log(records))
    data[100] ^= 1
    found = RunLog()
    kept = list(_records(bytes(data), found))
    assert kept == records[2:]
    assert "damaged at byte 7 " in found.damage


def test_a_log_of_the_newest_kind_of_record_is_no_trouble(tmp_path):
    path = tmp_path / "run-x.wandb"
    path.write_bytes(written_log([b"\xff\xff\xff", b"\x08\x01\xfa\x3e\x03abc"]))
    assert read_run_log(path).damage == "has damaged records"


@pytest.mark.parametrize("ending", [".json", ".jsonl", ".json.gz"])
def test_runs_of_the_api_as_json(tmp_path, ending):
    path = tmp_path / f"runs{ending}"
    text = "\n".join(map(json.dumps, RECORDS)) if ending == ".jsonl" else json.dumps(RECORDS)
    if ending.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    (study,) = open_foreign(str(path))
    assert study.parameters == {"lr": [0.1, 1.0, 9.0, 0.3, 0.2]}
    assert study.ids == ("run", "run (bbb)", "other", "late", "end")
    assert study.status == ("complete", "failed", "failed", "running", "cancelled")
    assert study.reason == ("", "lost", "exit-code", "", "cancelled")
    assert set(study.results) == {"val_loss"}
    assert study.results["val_loss"][0] == 0.5
    assert np.isnan(study.results["val_loss"][1])
    assert curve(study, "val_loss", 0) == ([0, 9], [1.0, 0.5])


def test_a_trial_keeps_its_name_when_a_run_of_the_same_name_is_added(tmp_path):
    path = tmp_path / "runs.json"
    dated = [{**r, "name": "run", "created_at": f"2025-01-0{i + 1}"} for i, r in enumerate(RECORDS)]
    path.write_text(json.dumps(dated[1::-1]))
    before = read_wandb(path)[0]
    path.write_text(json.dumps(dated[::-1]))
    after = read_wandb(path)[0]
    assert before.ids == ("run", "run (bbb)") == after.ids[:2]
    assert before.parameters["lr"] == after.parameters["lr"][:2]


def test_sweeps_are_studies_of_their_own(tmp_path):
    path = tmp_path / "runs.json"
    records = [{**r, "sweep": {"id": f"s{i % 2}"}} for i, r in enumerate(RECORDS)]
    path.write_text(json.dumps(records))
    assert [(s.name, len(s.ids)) for s in read_wandb(path)] == [("runs/s0", 3), ("runs/s1", 2)]


def test_the_table_of_the_documentations_own_snippet(tmp_path):
    """Its cells are Python's print of dictionaries, with bare nan and inf."""
    path = tmp_path / "project.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["", "summary", "config", "name"])
        writer.writerow([0, str({"loss": 0.5, "_step": 3}), str({"lr": 0.1, "act": "relu"}), "a"])
        writer.writerow([1, str({"loss": np.nan, "worst": -np.inf}), str({"lr": 1.0}), "a"])
    assert looks_like_wandb(path)
    (study,) = open_foreign(str(path))
    assert study.parameters == {"lr": [0.1, 1.0], "act": ["relu", None]}
    assert study.results["loss"][0] == 0.5
    assert np.isnan(study.results["loss"][1])
    assert study.results["worst"] == [None, -np.inf]
    assert len(set(study.ids)) == 2


def test_nan_in_the_rows_of_a_data_frame_was_not_logged(tmp_path):
    nan = float("nan")

    def record(name, rows):
        return {"name": name, "state": "finished", "config": {"lr": 0.1}, "summary": {"loss": 1.0},
                "history": rows}  # fmt: skip

    frame = [{"_step": s, "loss": 1 / (s + 1), "val_loss": 0.5 if s % 5 == 4 else nan}
             for s in range(20)]  # fmt: skip
    diverged = [{**row, "loss": nan if row["_step"] > 9 else row["loss"]} for row in frame]
    scanned = [{"_step": 0, "loss": 1.0}, {"_step": 1, "loss": nan, "val_loss": 0.5}]
    records = [record("a", frame), record("b", frame), record("c", diverged), record("d", scanned)]
    path = tmp_path / "runs.json"
    path.write_text(json.dumps(records))
    (study,) = open_foreign(str(path))
    steps, values = curve(study, "val_loss", 0)
    assert steps == [4, 9, 14, 19]
    assert values == [0.5] * 4
    steps, values = curve(study, "loss", 2)
    assert steps == list(range(20))
    assert np.isnan(values[10:]).all()
    steps, values = curve(study, "loss", 3)
    assert np.isnan(values[1])


def test_the_table_of_the_website(tmp_path):
    path = tmp_path / "wandb_export.csv"
    path.write_text(
        '"Name","State","Notes","User","Tags","Created","Runtime","Sweep","optimizer.lr","epochs",'
        '"val_loss","_step"\n'
        '"one","finished","-","me","","2025-01-01T00:00:00.000Z","60","","0.1","3","0.5","99"\n'
        '"one","crashed","-","me","","2025-01-01T00:00:00.000Z","12","","0.9","3","NaN","9"\n'
        '"two","failed","-","me","","2025-01-01T00:00:00.000Z","1","","3.0","3","",""\n'
    )
    assert looks_like_wandb(path)
    (study,) = open_foreign(str(path))
    assert study.parameters["optimizer.lr"] == [0.1, 0.9, 3.0]
    assert study.results["val_loss"][0] == 0.5
    assert np.isnan(study.results["val_loss"][1])
    assert study.status == ("complete", "failed", "failed")
    assert "_step" not in {*study.parameters, *study.results, *study.metadata}
    assert "Runtime" in study.metadata


def test_the_epoch_in_the_table_of_the_website_is_the_last_one_reached(tmp_path):
    path = tmp_path / "wandb_export.csv"
    rows = [f"r{i},{'crashed' if i % 2 else 'finished'},2025,9,{0.1 * (i + 1):.1f},"
            f"{4 if i % 2 else 9},0.{i + 1}" for i in range(8)]  # fmt: skip
    path.write_text("\n".join(["Name,State,Created,Runtime,lr,epoch,val_loss", *rows]))
    (study,) = open_foreign(str(path))
    assert list(study.parameters) == ["lr"]
    assert {c.column: c.role.value for c in study.columns}["epoch"] == "progress"


def test_curves_of_the_api_beside_the_table_of_the_website(tmp_path):
    runs, history = tmp_path / "runs.csv", tmp_path / "history.csv"
    runs.write_text("Name,State,Created,Runtime,lr\na,finished,2025,1,0.1\nb,crashed,2025,1,0.2\n")
    history.write_text("Name,_step,val_loss\na,0,2.0\na,9,1.0\nb,0,2.5\n")
    (study,) = open_foreign(str(runs), curves=history)
    assert curve(study, "val_loss", 0) == ([0, 9], [2.0, 1.0])
    assert study.parameters["lr"] == [0.1, 0.2]
    assert study.status == ("complete", "failed")


def test_a_chart_beside_the_table_of_the_website_changes_nothing_else(tmp_path):
    runs, chart = tmp_path / "runs.csv", tmp_path / "chart.csv"
    rows = [f"r{i},{'crashed' if i % 4 == 1 else 'finished'},2025,9,{0.1 * (i + 1):.1f},"
            f"{4 if i % 4 == 1 else 9},0.{i + 1}" for i in range(8)]  # fmt: skip
    runs.write_text("\n".join(["Name,State,Created,Runtime,lr,epoch,val_loss", *rows]))
    bounds = ("", "__MIN", "__MAX")
    names = [f'"r{i} - {m}{b}"' for i in range(8) for m in ("_step", "val_loss") for b in bounds]
    cells = [[f'"{s}"', *([f'"{s}"'] * 3 + [f'"{1 / (s + 1)}"'] * 3) * 8] for s in range(5)]
    points = map(",".join, cells)
    chart.write_text("\n".join([",".join(['"Step"', *names]), *points]) + "\n")
    (alone,) = open_foreign(str(runs))
    (study,) = open_foreign(str(runs), curves=chart)
    assert study.parameters == alone.parameters
    assert (study.status, study.reason) == (alone.status, alone.reason)
    assert curve(study, "val_loss", 3)[0] == [0, 1, 2, 3, 4]
    chart.write_text('"Step","other - val_loss"\n"0","1.0"\n"1","0.5"\n')
    with pytest.raises(InvalidInput, match="no run of the curves"):
        open_foreign(str(runs), curves=chart)


def test_what_is_not_wandbs_is_left_to_others(tmp_path):
    (tmp_path / "trials.csv").write_text("trial,lr,loss\n0,0.1,1\n")
    (tmp_path / "trials.json").write_text('[{"lr": 0.1, "loss": 1}]')
    (tmp_path / "broken.json").write_text("{")
    for place in ("", "trials.csv", "trials.json", "broken.json"):
        assert not looks_like_wandb(tmp_path / place)


def test_a_folder_without_runs_says_what_to_give(tmp_path):
    with pytest.raises(InvalidInput, match="give the folder wandb"):
        read_wandb(tmp_path)


def test_a_broken_export_says_so(tmp_path):
    (tmp_path / "runs.json").write_text('[{"config": {')
    with pytest.raises(InvalidInput, match="export it again"):
        read_wandb(tmp_path / "runs.json")


def test_sizes_of_logged_images_are_no_results(tmp_path):
    for number, loss in enumerate((0.5, 0.4)):
        files = tmp_path / "wandb" / f"run-20250428_10290{number}-abc{number}" / "files"
        files.mkdir(parents=True)
        image = {"_type": "image-file", "width": 1000, "height": 500, "size": 12071 + number}
        (files / "wandb-summary.json").write_text(json.dumps({"val/loss": loss, "still": image}))
        (files / "config.yaml").write_text(f"lr:\n  value: 0.{number + 1}\n")
    (study,) = open_foreign(str(tmp_path / "wandb"))
    assert set(study.results) == {"val/loss"}
