"""A trial that is killed in the middle and goes on ends where an undisturbed one ends."""

import os
import signal
import sys
from dataclasses import replace

import numpy as np
import pytest
from tests.waiting import DEADLINE_SECONDS, started

from tuning_playbook.training.attempt import Attempt, write_attempt
from tuning_playbook.training.current import ATTEMPT_VARIABLE, current_trial
from tuning_playbook.training.journal import JournalReader, JournalRows

NUMPY_PROGRAM = """
import os, random, signal, sys
import numpy as np
from tuning_playbook.training.current import current_trial

trial = current_trial()
data = np.random.default_rng(0).normal(size=(64, 5))
shuffle = np.random.default_rng(trial.seed)
net = {"w": np.random.randn(5), "velocity": np.zeros(5)}
for step in trial.steps(trial.restore(net, shuffle=shuffle)):
    batch = data[shuffle.permutation(64)[:8]] + random.gauss(0, 0.1)
    gradient = batch.T @ (batch @ net["w"]) / 8 + 0.01 * np.random.randn(5)
    net["velocity"] = 0.9 * net["velocity"] + gradient
    net["w"] -= 0.01 * net["velocity"]
    trial.log(step, train_loss=float(gradient @ gradient))
    if trial.evaluation_due(step):
        trial.evaluate(step, error=float(np.abs(net["w"]).sum()))
        trial.checkpoint(step, net, shuffle=shuffle)
    if len(sys.argv) > 1 and step == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
np.save(trial.folder / "weights.npy", net["w"])
"""

TORCH_PROGRAM = """
import os, signal, sys
import torch
import numpy as np
from tuning_playbook.training.current import current_trial

torch.set_num_threads(1)
trial = current_trial()
model = torch.nn.Sequential(
    torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.Dropout(0.3), torch.nn.Linear(8, 1)
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 100)
for step in trial.steps(trial.restore(model, optimizer, schedule)):
    x = torch.randn(16, 4)
    loss = ((model(x) - x.sum(1, keepdim=True)) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    trial.log(step, train_loss=loss)
    if trial.evaluation_due(step):
        trial.evaluate(step, error=loss)
        trial.checkpoint(step, model, optimizer, schedule)
    if len(sys.argv) > 1 and step == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
np.save(trial.folder / "weights.npy",
        torch.cat([p.detach().ravel() for p in model.parameters()]).numpy())
"""


def start(program: str, attempt: Attempt, *arguments: str):
    write_attempt(attempt)
    environment = {**os.environ, ATTEMPT_VARIABLE: str(attempt.file)}
    return started([sys.executable, "-c", program, *arguments], env=environment)


def losses(*attempts: Attempt) -> dict[int, float]:
    """Training loss by step; a later attempt's value counts."""
    found = {}
    for attempt in attempts:
        for entry in JournalReader(attempt.journal).read():
            if isinstance(entry, JournalRows) and entry.metrics == ("train_loss",):
                found |= dict(zip(entry.steps.tolist(), entry.values[:, 0].tolist(), strict=True))
    return found


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(NUMPY_PROGRAM, id="numpy"),
        pytest.param(TORCH_PROGRAM, id="torch", marks=pytest.mark.torch),
    ],
)
def test_a_killed_trial_goes_on_to_the_same_weights_and_losses(attempt, tmp_path, program):
    if program is TORCH_PROGRAM:
        pytest.importorskip("torch", reason="PyTorch is not installed")
    calm = replace(attempt, trial_folder=str(tmp_path / "calm"))
    second = replace(attempt, number=2)
    with start(program, calm) as undisturbed, start(program, attempt, "74") as killed:
        assert killed.wait(timeout=DEADLINE_SECONDS) == -signal.SIGKILL
        with start(program, second) as resumed:
            assert resumed.wait(timeout=DEADLINE_SECONDS) == 0
        assert undisturbed.wait(timeout=DEADLINE_SECONDS) == 0
    assert losses(attempt).keys() == set(range(1, 75))
    assert losses(second).keys() == set(range(61, 101))
    assert losses(attempt, second) == losses(calm)
    weights = [np.load(tmp_path / folder / "weights.npy") for folder in ("calm", "trial")]
    assert weights[0].tobytes() == weights[1].tobytes()


def test_a_script_has_one_trial(monkeypatch, attempt):
    write_attempt(attempt)
    monkeypatch.setenv(ATTEMPT_VARIABLE, str(attempt.file))
    current_trial.cache_clear()
    assert current_trial() is current_trial()
    assert current_trial().study == attempt.study
    current_trial.cache_clear()
