"""What one trial is seen to import, the fork server imports for those that follow."""

import json
import subprocess
import sys

import pytest
from tests.waiting import DEADLINE_SECONDS, wait_until

from tuning_playbook.run.local import LocalLauncher
from tuning_playbook.study import FunctionTarget, Objective, TrainingProtocol
from tuning_playbook.training.attempt import Attempt
from tuning_playbook.training.journal import JournalReader

TARGET = FunctionTarget("train.py", "train")

# wave is in the standard library, and nobody else imports it; own is the user's.
TRAIN = """
import os, sys
def train(trial):
    there = "wave" in sys.modules
    own_there = "own" in sys.modules
    import wave, own
    trial.evaluate(1, error=1.0, there=there, own_there=own_there)
"""


@pytest.fixture
def run_trial(tmp_path):
    """Runs one trial after the other under one fork server; returns what each has evaluated."""
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "own.py").write_text("")
    launcher = LocalLauncher(tmp_path, TARGET, workers=1)
    numbers = iter(range(1_000_000))

    def run():
        number = next(numbers)
        attempt = Attempt("s", number, 1, {}, number, Objective("error", "minimize"),
                          TrainingProtocol(TARGET, 1, 1), str(tmp_path),
                          str(tmp_path / "trials" / str(number)))  # fmt: skip
        launcher.start(attempt)
        wait_until(lambda: launcher.poll(1.0), "a trial to end")
        (rows, *_) = JournalReader(attempt.journal).read()
        return dict(zip(rows.metrics, rows.values[0].tolist(), strict=True))

    yield run
    launcher.close()


def test_a_module_that_a_trial_imports_is_there_in_a_later_one_and_the_users_own_is_not(
    run_trial, tmp_path
):
    assert run_trial() == {"error": 1.0, "there": 0.0, "own_there": 0.0}
    found = []
    wait_until(lambda: found.append(run_trial()) or found[-1]["there"], "a warm trial")
    assert {evaluated["own_there"] for evaluated in found} == {0.0}
    assert list(tmp_path.rglob("*.imports")) == []


MODULES = {
    "harmless": "import colorsys\nVALUE = 1\n",
    "threads": "import threading, time\n"
               "threading.Thread(target=threading.Event().wait, daemon=True).start()\n",
    "processes": "import subprocess\nP = subprocess.Popen(['cat'], stdin=subprocess.PIPE)\n",
    "devices": "FILE = open('/dev/zero')\n",
    "handlers": "import signal\nsignal.signal(signal.SIGTERM, lambda *_: None)\n",
    "raises": "raise RuntimeError('not alone')\n",
    "exits": "raise SystemExit(3)\n",
}  # fmt: skip

# Tries imports in a fork, as the server does.
TRY = """
import json, os, sys
from tuning_playbook.run.preloading import Preloader
sys.path.insert(0, sys.argv[1])
preloader = Preloader()
if os.fork() == 0:
    tried = preloader.tried(sys.argv[2].split(","))
    print(json.dumps([tried.safe, tried.refused]), flush=True)
    os._exit(0)
os.wait()
"""


def tried(folder, *names, script=TRY):
    for name, text in MODULES.items():
        (folder / f"{name}.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder), ",".join(names)],
        capture_output=True, text=True, check=True, timeout=DEADLINE_SECONDS,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "name", ["threads", "processes", "handlers", "raises", "exits", "no_such_module"]
)
def test_an_import_that_makes_forking_unsafe_or_fails_is_refused(tmp_path, name):
    assert tried(tmp_path, "harmless", name, "colorsys") == [["harmless"], name]


def test_an_import_that_opens_a_device_is_refused(tmp_path):
    devices = "preloading._DEVICES = ('/dev/zero',)\npreloader ="
    script = "from tuning_playbook.run import preloading\n" + TRY.replace("preloader =", devices)
    assert tried(tmp_path, "harmless", "devices", script=script) == [["harmless"], "devices"]


def test_a_native_library_of_a_new_package_is_refused(tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    assert tried(tmp_path, "harmless", "pyarrow") == [["harmless"], "pyarrow"]


@pytest.mark.torch
def test_what_an_optimizer_of_torch_imports_is_safe(tmp_path):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    script = TRY.replace("preloader =", "import torch, numpy\npreloader =")
    safe, refused = tried(tmp_path, "torch", "torch._dynamo", "sympy", script=script)
    assert (safe[:1], refused) == (["torch._dynamo"], "")
