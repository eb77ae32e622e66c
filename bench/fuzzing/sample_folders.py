"""Sound folders of runs: written here as their tools write them, or by the tools themselves."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from fuzzing.sample import Sample, commands_on, files_in

_DATA = Path(__file__).parents[2] / "tests" / "importers" / "data"
_RATES = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
_STEPS = range(1, 7)


def loss_at(rate: float, step: int) -> float:
    """A loss that falls over training, least at a rate of 0.03."""
    return round(0.2 + abs(rate - 0.03) + 1 / step, 4)


def lightning() -> dict[str, bytes]:
    """Lightning's CSVLogger: ``version_N`` with settings and a table of steps."""
    files = {}
    for number, rate in enumerate(_RATES):
        rows = ["epoch,step,train_loss,val_loss"]
        for step in _STEPS:
            rows.append(f"{step},{100 * step},,{loss_at(rate, step)}")
            rows.append(f"{step},{100 * step},{loss_at(rate, step) / 2},")
        files[f"version_{number}/hparams.yaml"] = f"lr: {rate}\nhidden: 32\nact: relu\n".encode()
        files[f"version_{number}/metrics.csv"] = "\n".join([*rows, ""]).encode()
    return files


def hydra() -> dict[str, bytes]:
    """Hydra's multirun: ``.hydra`` beside what the program wrote."""
    files = {"multirun.yaml": b"hydra: {}\n"}
    for number, rate in enumerate(_RATES):
        config = f"optim:\n  lr: {rate}\n  name: adam\nmodel:\n  widths: [8, 16]\n"
        files[f"{number}/.hydra/config.yaml"] = config.encode()
        files[f"{number}/.hydra/overrides.yaml"] = f"- optim.lr={rate}\n- data=small\n".encode()
        results = {"val_loss": loss_at(rate, 6), "note": "x", "nested": {"acc": 0.5}}
        files[f"{number}/results.json"] = json.dumps(results).encode()
    return files


def trainer() -> dict[str, bytes]:
    """The states that a Hugging Face Trainer keeps beside its checkpoints."""
    files = {}
    for number, rate in enumerate(_RATES):
        history: list[dict[str, Any]] = []
        for step in _STEPS:
            history.append({"epoch": step / 6, "loss": loss_at(rate, step), "step": 10 * step})
            history.append({"epoch": step / 6, "val_loss": loss_at(rate, step) + 0.1,
                            "eval_runtime": 1.5, "step": 10 * step})  # fmt: skip
        state = {
            "best_metric": None, "epoch": 1.0, "global_step": 60, "log_history": history,
            "max_steps": 60, "num_train_epochs": 1, "train_batch_size": 8,
            "trial_params": {"learning_rate": rate, "weight_decay": 0.01},
        }  # fmt: skip
        files[f"run-{number}/checkpoint-60/trainer_state.json"] = json.dumps(state).encode()
        files[f"run-{number}/checkpoint-60/config.json"] = b'{"hidden_size": 768}'
    return files


def keras_tuner() -> dict[str, bytes]:
    """Keras Tuner: one ``trial_ID/trial.json`` for each trial."""
    files = {"oracle.json": b'{"ongoing_trials": {}, "seed": 1, "tried_so_far": []}'}
    space = [
        {"class_name": "Int", "config": {"name": "units", "min_value": 16, "max_value": 128,
                                         "step": 16, "sampling": None, "conditions": []}},
        {"class_name": "Float", "config": {"name": "lr", "min_value": 1e-3, "max_value": 1.0,
                                           "step": None, "sampling": "log", "conditions": []}},
        {"class_name": "Choice", "config": {"name": "act", "values": ["relu", "tanh"],
                                            "ordered": False, "conditions": []}},
    ]  # fmt: skip
    for number, rate in enumerate(_RATES):
        score = loss_at(rate, 6)
        observed = {"direction": "min", "observations": [{"value": [score], "step": 5}]}
        trial = {
            "trial_id": f"{number:04}", "status": "COMPLETED", "score": score, "best_step": 5,
            "hyperparameters": {"space": space, "values": {
                "units": 16 * (1 + number), "lr": rate, "act": "relu" if number % 2 else "tanh"}},
            "metrics": {"metrics": {"val_loss": observed}},
        }  # fmt: skip
        files[f"trial_{number:04}/trial.json"] = json.dumps(trial).encode()
    return files


def tensorboard() -> dict[str, bytes]:
    """TensorBoard's event files, with settings in them and beside them."""
    from tensorboard.compat.proto import event_pb2
    from tensorboard.plugins.hparams import summary_v2
    from tensorboard.summary.writer.record_writer import RecordWriter

    files = {}
    for number, rate in enumerate(_RATES):
        file = io.BytesIO()
        writer = RecordWriter(file)
        settings = summary_v2.hparams_pb({"lr": rate, "act": "relu", "on": True}, trial_id="t")
        events = [event_pb2.Event(wall_time=1e9, summary=settings)]
        for step in _STEPS:
            event = event_pb2.Event(step=step, wall_time=1e9 + step)
            event.summary.value.add(tag="val_loss", simple_value=loss_at(rate, step))
            event.summary.value.add(tag="train/loss", simple_value=loss_at(rate, step) / 2)
            events.append(event)
        for event in events:
            writer.write(event.SerializeToString(deterministic=True))
        files[f"run_{number}/events.out.tfevents.1000000000.host.1.0"] = file.getvalue()
        files[f"run_{number}/hparams.json"] = json.dumps({"lr": rate, "width": 8}).encode()
    return files


def samples() -> list[Sample]:
    """One for each tool."""
    told = commands_on("")
    return [
        Sample("Lightning", lightning(), told),
        Sample("Hydra", hydra(), told),
        Sample("Trainer", trainer(), told),
        Sample("Keras Tuner", keras_tuner(), told),
        Sample("TensorBoard", tensorboard(), told),
        Sample("W&B offline", files_in(_DATA / "wandb_offline"),
               commands_on("", "--metric", "train_loss")),
        Sample("Ray Tune", files_in(_DATA / "ray_tune" / "plain"),
               commands_on("", "--metric", "loss")),
        Sample("Ray Tune with ASHA", files_in(_DATA / "ray_tune" / "asha"),
               commands_on("", "--metric", "loss")),
    ]  # fmt: skip
