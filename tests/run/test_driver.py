import json
import signal
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tests.waiting import (
    DEADLINE_SECONDS,
    WAIT_WHERE_HELD,
    hold,
    release,
    started,
    wait_until,
    waiting_trials,
)

from tuning_playbook.errors import StoreUnavailable, TargetError
from tuning_playbook.run import follower, local
from tuning_playbook.search import planned_trials
from tuning_playbook.study import Failures
from tuning_playbook.trial import Reason, Status

GOOD = """
start = trial.restore(state := {"total": np.zeros(1)})
for step in trial.steps(start):
    state["total"] += step
    trial.log(step, train_loss=float(state["total"][0]))
    if trial.evaluation_due(step):
        trial.evaluate(step, error=1 / step)
        trial.checkpoint(step, state)
"""


def outcomes(store, study="study"):
    return [(t.status, t.reason) for t in store.trials(study)]


def test_a_study_runs_to_its_end(bench):
    bench.write(GOOD)
    summary, store = bench.run(bench.study(trials=3))
    assert not summary.interrupted
    assert outcomes(store) == [(Status.COMPLETE, Reason.NONE)] * 3
    curves = store.curves("study")
    assert curves[0]["train_loss"].steps.tolist() == [1, 2, 3, 4, 5, 6]
    assert curves[0]["train_loss"].values.tolist() == [1, 3, 6, 10, 15, 21]
    trial = store.trials("study")[0]
    assert trial.summaries["error"].minimum_step == 6
    assert [c.step for c in trial.checkpoints] == [6]
    assert not list(bench.folder.rglob("*.journal"))


def test_half_a_checkpoint_of_a_killed_trial_is_not_left_behind(bench):
    half = "(trial.folder / 'checkpoints').mkdir(exist_ok=True)\n"
    half += "(trial.folder / 'checkpoints' / 'index.partial').touch()\n"
    bench.write(f"{half}os.kill(os.getpid(), signal.SIGKILL)")
    _, store = bench.run(bench.study(trials=1), attempts=1)
    assert outcomes(store) == [(Status.FAILED, Reason.LOST)]
    assert not list(bench.folder.rglob("*.partial"))


BODIES = {
    "raise ValueError('no luck')": (Status.FAILED, Reason.EXCEPTION),
    "raise MemoryError": (Status.INFEASIBLE, Reason.OUT_OF_MEMORY),
    "np.empty(2**50)": (Status.INFEASIBLE, Reason.OUT_OF_MEMORY),
    "__import__('math').exp(1000)": (Status.INFEASIBLE, Reason.DIVERGED),
    "trial.log(1, train_loss=1.0)": (Status.FAILED, Reason.NO_EVALUATION),
    "trial.evaluate(1, eror=1.0)": (Status.FAILED, Reason.MISSING_METRIC),
    "trial.evaluate(1, error='low')": (Status.FAILED, Reason.NOT_A_NUMBER),
    "trial.evaluate(1, error=float('nan'))": (Status.INFEASIBLE, Reason.NON_FINITE),
    "trial.log(1, train_loss=float('inf'))": (Status.INFEASIBLE, Reason.NON_FINITE),
    "os.kill(os.getpid(), signal.SIGSEGV)": (Status.FAILED, Reason.SIGNAL),
    "os._exit(3)": (Status.FAILED, Reason.EXIT_CODE),
    "os.kill(os.getpid(), signal.SIGKILL)": (Status.FAILED, Reason.LOST),
}


@pytest.mark.parametrize("body", BODIES)
def test_each_way_to_fail_has_its_own_reason_and_the_study_goes_on(bench, body):
    others = "\n".join(f"    {line}" for line in GOOD.strip().split("\n"))
    bench.write(f"if trial.index == 0:\n    {body}\nelse:\n{others}")
    _, store = bench.run(bench.study(trials=2), attempts=2)
    first, second = store.trials("study")
    assert (first.status, first.reason) == BODIES[body], first.detail
    assert second.status is Status.COMPLETE, second.detail


def test_a_trial_that_would_never_end_is_infeasible_and_the_round_goes_on(bench):
    others = textwrap.indent(GOOD, "    ")
    bench.write(f"if trial.study == 'endless':\n    signal.pause()\nelse:{others}")
    endless = bench.study(trials=1, timeout_seconds=0.5, name="endless")
    _, store = bench.run(endless, bench.study(trials=1), workers=1)
    assert outcomes(store, "endless") == [(Status.INFEASIBLE, Reason.TIMEOUT)]
    assert outcomes(store) == [(Status.COMPLETE, Reason.NONE)]


def test_a_killed_trial_goes_on_from_its_last_checkpoint(bench):
    body = """
    start = trial.restore(state := {"total": np.zeros(1)})
    for step in trial.steps(start):
        state["total"] += step
        trial.log(step, train_loss=float(state["total"][0]), start=start)
        if trial.evaluation_due(step):
            trial.evaluate(step, error=1 / step)
            trial.checkpoint(step, state)
        if step == 5 and start == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    """
    bench.write(textwrap.dedent(body))
    _, store = bench.run(bench.study(trials=1))
    (trial,) = store.trials("study")
    assert (trial.status, trial.attempts) == (Status.COMPLETE, 2)
    curves = store.curves("study")[0]
    assert curves["train_loss"].steps.tolist() == [1, 2, 3, 4, 5, 6]
    assert curves["train_loss"].values.tolist() == [1, 3, 6, 10, 15, 21]
    assert curves["start"].values.tolist() == [0, 0, 0, 0, 4, 4]


def test_a_full_disk_is_the_machines_fault_and_the_trial_runs_again(bench):
    others = "\n".join(f"    {line}" for line in GOOD.strip().split("\n"))
    bench.write(
        "flag = trial.folder / 'full'\n"
        "if not flag.exists():\n"
        "    flag.touch()\n"
        "    raise OSError(28, 'No space left on device')\n"
        f"else:\n{others}"
    )
    _, store = bench.run(bench.study(trials=1))
    (trial,) = store.trials("study")
    assert (trial.status, trial.attempts) == (Status.COMPLETE, 2)


FULL = """
full = os.open("/dev/full", os.O_WRONLY)
flag = trial.folder / "was-full"
if not flag.exists():
    flag.touch()
    os.dup2(full, 1), os.dup2(full, 2)
    {full}
"""


@pytest.mark.parametrize(
    "full",
    [
        "raise OSError(28, 'No space left on device')",
        "print('Epoch 1', flush=True)",
        "os.dup2(full, trial._journal._file); raise ValueError('seldom')",
        "os.dup2(full, trial._journal._file); return",
    ],
)
def test_a_disk_too_full_to_write_down_the_error_is_the_machines_fault(bench, full):
    bench.write(FULL.format(full=full) + GOOD)
    _, store = bench.run(bench.study(trials=1))
    (trial,) = store.trials("study")
    assert (trial.status, trial.attempts) == (Status.COMPLETE, 2), trial.detail


def test_a_trial_whose_folder_is_on_a_full_disk_waits_for_space(bench, monkeypatch):
    write, tries = local.write_attempt, iter(range(9))

    def fail_once(attempt):
        if next(tries) == 0:
            raise StoreUnavailable("no space left on device")
        write(attempt)

    monkeypatch.setattr(local, "write_attempt", fail_once)
    bench.write(GOOD)
    _, store = bench.run(bench.study(trials=1))
    (trial,) = store.trials("study")
    assert (trial.status, trial.attempts) == (Status.COMPLETE, 1)


def test_what_a_killed_driver_left_is_found_in_a_project_that_was_moved(bench, tmp_path_factory):
    bench.write(STOPPABLE)
    hold(bench.folder, range(12))
    kill_a_driver_whose_trial_waits(bench.folder)
    assert list(bench.folder.rglob("*.checkpoint"))
    release(bench.folder)
    moved = tmp_path_factory.mktemp("moved") / "project"
    bench.folder.rename(moved)
    bench.folder = moved
    _, store = bench.run(bench.study(trials=12, steps=40))
    assert {t.status for t in store.trials("study")} == {Status.COMPLETE}
    for curves in store.curves("study").values():
        assert curves["train_loss"].values.tolist() == [n * (n + 1) / 2 for n in range(1, 41)]


def test_each_slot_sees_its_own_accelerators(bench, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5,7,9")
    bench.write(
        "seen = [int(g) for g in os.environ['CUDA_VISIBLE_DEVICES'].split(',')]\n"
        "trial.evaluate(1, error=1.0, first=seen[0], second=seen[1])"
    )
    _, store = bench.run(bench.study(trials=4), gpus_per_trial=2)
    summaries = [t.summaries for t in store.trials("study")]
    seen = {(s["first"].last, s["second"].last) for s in summaries}
    assert seen == {(3, 5), (7, 9)}


def test_a_command_reports_by_json_lines_and_gets_its_configuration(bench):
    script = bench.folder / "program.sh"
    script.write_text(
        'echo "{\\"step\\": 6, \\"evaluation\\": true, \\"error\\": $1}" '
        '>> "$TUNING_PLAYBOOK_LINES"\n'
    )
    _, store = bench.run(bench.study(trials=2, command=["sh", "program.sh", "{x}"]))
    for trial in store.trials("study"):
        assert trial.status is Status.COMPLETE, trial.detail
        assert trial.summaries["error"].minimum == trial.config["x"]


def test_a_command_gets_the_facts_of_its_trial_by_name_and_by_environment(bench):
    (bench.folder / "program.sh").write_text(
        'printf "%s\\n" "$1" "$2" "$3" "$4" "$(cat "$5")" > "$4/by-name"\n'
        'printf "%s\\n" "$TUNING_PLAYBOOK_SEED" "$TUNING_PLAYBOOK_MAX_TRAIN_STEPS"'
        ' "$TUNING_PLAYBOOK_EVALUATION_INTERVAL" "$TUNING_PLAYBOOK_TRIAL_FOLDER"'
        ' "$(cat "$TUNING_PLAYBOOK_CONFIG_FILE")" > "$4/by-environment"\n'
    )
    facts = ["seed", "max_train_steps", "evaluation_interval", "trial_folder", "config_file"]
    command = ["sh", "program.sh", *[f"{{{fact}}}" for fact in facts]]
    _, store = bench.run(bench.study(trials=1, command=command))
    (trial,) = store.trials("study")
    folder = bench.folder / ".playbook" / "trials" / "study" / "00000"
    by_name = (folder / "by-name").read_text()
    assert by_name == (folder / "by-environment").read_text()
    seed, steps, interval, place, config = by_name.split("\n", 4)
    assert (seed, steps, interval, place) == (str(trial.seed), "6", "2", str(folder))
    assert json.loads(config) == {"x": trial.config["x"]}


def test_a_command_gets_its_configuration_with_levels(bench):
    (bench.folder / "program.sh").write_text(
        'cp "$1" "$TUNING_PLAYBOOK_TRIAL_FOLDER/seen"\n'
        'echo "{\\"step\\": 6, \\"evaluation\\": true, \\"error\\": 1}" '
        '>> "$TUNING_PLAYBOOK_LINES"\n'
    )
    study = bench.study(trials=1, command=["sh", "program.sh", "{nested_config_file}"])
    study = replace(study, fixed={"optimizer__lr": 1e-5, "optimizer__name": "sgd"})
    _, store = bench.run(study)
    (trial,) = store.trials("study")
    seen = (bench.folder / ".playbook" / "trials" / "study" / "00000" / "seen").read_text()
    optimizer = {"lr": 1e-5, "name": "sgd"}
    assert json.loads(seen) == {"optimizer": optimizer, "x": trial.config["x"]}
    assert yaml.safe_load(seen) == json.loads(seen)


def test_malformed_lines_are_kept_as_events_the_first_few_of_them(bench):
    script = bench.folder / "program.sh"
    script.write_text(
        'for i in $(seq 30); do echo "{broken $i" >> "$TUNING_PLAYBOOK_LINES"; done\n'
        'echo "{\\"step\\": 6, \\"evaluation\\": true, \\"error\\": 1}" '
        '>> "$TUNING_PLAYBOOK_LINES"\n'
    )
    _, store = bench.run(bench.study(trials=2, command=["sh", "program.sh"]))
    assert {t.status for t in store.trials("study")} == {Status.COMPLETE}
    malformed = [e for e in store.events("study") if e.kind == "malformed-line"]
    assert [e.trial for e in malformed].count(0) == [e.trial for e in malformed].count(1) == 20
    assert malformed[0].data["line"] == "{broken 1"


def test_a_python_command_uses_the_helper(bench):
    (bench.folder / "main.py").write_text(
        "import tuning_playbook\n"
        "trial = tuning_playbook.current_trial()\n"
        "trial.evaluate(6, error=trial.config['x'])\n"
    )
    _, store = bench.run(bench.study(trials=1, command=["python", "main.py"]))
    assert store.trials("study")[0].status is Status.COMPLETE


def test_the_error_of_a_command_is_its_exception_and_what_the_project_says_of_it(bench):
    (bench.folder / "main.py").write_text(
        "import sys\n"
        "print('Epoch 1', flush=True)\n"
        "try:\n"
        "    raise RuntimeError('the loss is gone')\n"
        "finally:\n"
        "    sys.excepthook(*sys.exc_info())\n"
        "    print('see the manual', file=sys.stderr)\n"
        "    sys.exit(1)\n"
    )
    command = ["python", "main.py"]
    _, store = bench.run(bench.study(trials=1, command=command))
    (trial,) = store.trials("study")
    assert trial.detail == "exit code 1: RuntimeError: the loss is gone"
    assert trial.reason is Reason.EXIT_CODE
    declared = Failures(diverged=("loss is gone",))
    _, store = bench.run(bench.study(trials=1, command=command, name="other"), failures=declared)
    assert outcomes(store, "other") == [(Status.INFEASIBLE, Reason.DIVERGED)]


def test_a_machine_fault_that_the_project_declares_is_told_in_the_programs_own_words(bench):
    (bench.folder / "main.py").write_text("raise RuntimeError('NCCL error: socket')\n")
    study = bench.study(trials=1, command=["python", "main.py"])
    _, store = bench.run(study, attempts=2, failures=Failures(machine=("nccl error",)))
    (trial,) = store.trials("study")
    assert trial.reason is Reason.LOST
    error = "exit code 1: RuntimeError: NCCL error: socket"
    assert trial.detail == f"lost 2 times to faults of the machine, most recently: {error}"
    messages = [e.message for e in store.events("study") if e.kind == "machine-fault"]
    assert messages == [f"attempt 1: {error}"]


def test_a_trial_that_the_kernel_killed_for_memory_is_told_so(bench, monkeypatch):
    counted = iter(range(9))
    monkeypatch.setattr(follower, "memory_kills", lambda: next(counted))
    bench.write("os.kill(os.getpid(), signal.SIGKILL)")
    _, store = bench.run(bench.study(trials=1))
    assert outcomes(store) == [(Status.INFEASIBLE, Reason.OUT_OF_MEMORY)]


def test_a_command_that_logs_nothing_is_told_how_a_command_logs(bench):
    _, store = bench.run(bench.study(trials=1, command=["true"]))
    (trial,) = store.trials("study")
    assert trial.reason is Reason.NO_EVALUATION
    assert "TUNING_PLAYBOOK_LINES" in trial.detail


def test_a_command_that_does_not_exist_fails_with_its_name(bench):
    _, store = bench.run(bench.study(trials=1, command=["./no-such-program"]))
    (trial,) = store.trials("study")
    assert trial.reason is Reason.EXIT_CODE
    assert "no-such-program" in trial.detail


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (None, "does not exist"),
        ("def trian(trial): ...", "Did you mean train.py:trian"),
        ("import no_such_module", r"train.py, line 1"),
        ("def train(trial:\n", r"line 1"),
        ("train = 3", "not a function"),
    ],
)
def test_a_target_that_cannot_be_used_is_named_before_any_trial(bench, source, words):
    if source is not None:
        (bench.folder / "train.py").write_text(source)
    with pytest.raises(TargetError, match=words):
        bench.run(bench.study())
    assert {t.status for t in bench.store().trials("study")} == {Status.WAITING}


DRIVER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.run.conftest import Bench
bench = Bench(Path(sys.argv[1]))
bench.run(bench.study(trials=12, steps=40))
"""

STOPPABLE = """
start = trial.restore(state := {"total": np.zeros(1)})
for step in trial.steps(start):
    state["total"] += step
    trial.log(step, train_loss=float(state["total"][0]))
    if trial.evaluation_due(step):
        trial.evaluate(step, error=1 / step)
        trial.checkpoint(step, state)
    if step == 21:
""" + textwrap.indent(WAIT_WHERE_HELD, 8 * " ")


def driver_in(folder: Path):
    here = str(Path(__file__).parents[2])
    return started([sys.executable, "-c", DRIVER, str(folder), here])


def processes_in(folder: Path) -> list[str]:
    """Command lines of living processes that work in ``folder``."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if (place / "cwd").readlink() == folder:
                found.append((place / "cmdline").read_text())
        except OSError:
            continue
    return found


def kill_a_driver_whose_trial_waits(folder: Path) -> None:
    with driver_in(folder) as driver:
        wait_until(lambda: waiting_trials(folder) or driver.poll() is not None, "a trial")
        assert driver.poll() is None
        driver.send_signal(signal.SIGKILL)
    wait_until(lambda: processes_in(folder) == [], "the trials of a killed driver to end")


def test_a_driver_killed_three_times_ends_with_the_undisturbed_set_of_trials(bench):
    bench.write(STOPPABLE)
    # Of two slots one waits, and the other is in the middle of whatever it does.
    for held in ((1, 3), (5, 7), (9, 11)):
        hold(bench.folder, held)
        kill_a_driver_whose_trial_waits(bench.folder)
    release(bench.folder)
    study = bench.study(trials=12, steps=40)
    summary, store = bench.run(study)
    assert not summary.interrupted
    trials = store.trials("study")
    assert [t.index for t in trials] == list(range(12))
    assert {t.status for t in trials} == {Status.COMPLETE}
    undisturbed = planned_trials(study, start=0, count=12, created_at=0.0)
    assert [(t.config, t.seed) for t in trials] == [(t.config, t.seed) for t in undisturbed]
    for curves in store.curves("study").values():
        assert curves["train_loss"].steps.tolist() == list(range(1, 41))
        expected = [n * (n + 1) / 2 for n in range(1, 41)]
        assert curves["train_loss"].values.tolist() == expected


# A trial's parent is the fork server of its driver.
MEETING = """
import pathlib
pathlib.Path(f"driver-{os.getppid()}").touch()
while len(list(pathlib.Path().glob("driver-*"))) < 2:
    time.sleep(0.01)
"""


def test_two_drivers_share_the_work(bench):
    bench.write(MEETING + GOOD)
    with driver_in(bench.folder) as other:
        wait_until(lambda: list(bench.folder.glob("driver-*")), "a trial of the other driver")
        _, store = bench.run(bench.study(trials=24, steps=40))
        assert other.wait(timeout=DEADLINE_SECONDS) == 0
    trials = store.trials("study")
    assert {t.status for t in trials} == {Status.COMPLETE}
    assert {t.attempts for t in trials} == {1}
    assert len({t.worker for t in trials}) == 2


@pytest.mark.torch
def test_a_program_that_computes_while_it_is_imported_can_be_forked(bench, monkeypatch):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    (bench.folder / "train.py").write_text(
        "import torch\n"
        "a = torch.randn(600, 600) @ torch.randn(600, 600)\n"
        "def train(trial):\n"
        "    b = torch.randn(600, 600) @ torch.randn(600, 600) + torch.exp(a)\n"
        "    trial.evaluate(6, error=1.0, threads=torch.get_num_threads())\n"
    )
    _, store = bench.run(bench.study(trials=1, timeout_seconds=DEADLINE_SECONDS))
    (trial,) = store.trials("study")
    assert trial.status is Status.COMPLETE, trial.detail
    assert trial.summaries["threads"].last == 2


def test_a_stop_releases_trials_and_the_next_run_goes_on(bench):
    bench.write(STOPPABLE)
    hold(bench.folder, range(6))
    study = bench.study(trials=6, steps=40)
    summary, store = bench.run(study, stop_requested=lambda: len(waiting_trials(bench.folder)) == 2)
    assert summary.interrupted
    assert store.counts("study") == {Status.WAITING: 6}
    release(bench.folder)
    summary, store = bench.run(study)
    assert not summary.interrupted
    assert {t.status for t in store.trials("study")} == {Status.COMPLETE}
    restored = [e.data["step"] for e in store.events("study") if e.kind == "restored"]
    assert sorted(restored) == [0] * 6 + [20] * 2  # the last checkpoint before step 21


def test_an_interrupted_round_is_a_fair_one(bench):
    bench.write(GOOD)
    arms = [bench.study(trials=6, name=f"round/arm={i}") for i in range(2)]
    store = bench.store()

    def five_have_ended():
        return sum(store.counts(arm.name).get(Status.COMPLETE, 0) for arm in arms) >= 5

    for arm in arms:
        store.create(arm, planned_trials(arm, start=0, count=6, created_at=0.0))
    bench.run(*arms, workers=1, store=store, stop_requested=five_have_ended)
    ended = [store.counts(arm.name)[Status.COMPLETE] for arm in arms]
    assert sorted(ended) == [2, 3]


OWN_CHECKPOINT = """
own = trial.folder / "own-checkpoint"
again = own.exists()
start = int(own.read_text()) if again else 0
for step in range(start + 1, 7):
    trial.log(step, train_loss=1 / step, start=start)
    if step % 2 == 0:
        trial.evaluate(step, error=1 / step)
        own.write_text(str(step))
    if step == 5 and not again:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_program_that_goes_on_from_its_own_checkpoint_keeps_all_its_rows(bench):
    bench.write(OWN_CHECKPOINT)
    _, store = bench.run(bench.study(trials=1))
    (trial,) = store.trials("study")
    assert (trial.status, trial.attempts) == (Status.COMPLETE, 2)
    curves = store.curves("study")[0]
    assert curves["train_loss"].steps.tolist() == [1, 2, 3, 4, 5, 6]
    assert curves["start"].values.tolist() == [0, 0, 0, 0, 4, 4]
    assert curves["error"].steps.tolist() == [2, 4, 6]
    told = [e.data for e in store.events("study") if e.kind == "went-on"]
    assert told == [{"attempt": 2, "first_step": 5}]


def test_step_0_that_is_logged_at_every_start_replaces_nothing(bench):
    bench.write("trial.log(0, parameters=7.0)\n" + OWN_CHECKPOINT.strip("\n"))
    _, store = bench.run(bench.study(trials=1))
    curves = store.curves("study")[0]
    assert curves["start"].values.tolist() == [0, 0, 0, 0, 4, 4]
    assert curves["parameters"].steps.tolist() == [0]


def test_a_program_that_begins_again_replaces_what_it_logged_before(bench):
    bench.write(OWN_CHECKPOINT.replace("int(own.read_text())", "0"))
    _, store = bench.run(bench.study(trials=1))
    curves = store.curves("study")[0]
    assert curves["start"].values.tolist() == [0] * 6
    assert "went-on" not in {e.kind for e in store.events("study")}


def test_a_command_that_goes_on_from_its_own_checkpoint_keeps_all_its_rows(bench):
    (bench.folder / "program.sh").write_text(
        'log() { echo "{\\"step\\": $1, \\"evaluation\\": true, \\"error\\": $1}"'
        ' >> "$TUNING_PLAYBOOK_LINES"; }\n'
        'own="$(dirname "$TUNING_PLAYBOOK_LINES")/own-checkpoint"\n'
        'if [ -e "$own" ]; then log 4; log 6; exit; fi\n'
        'log 2; log 4; touch "$own"; log 5; kill -KILL $$\n'
    )
    _, store = bench.run(bench.study(trials=1, command=["sh", "program.sh"]))
    assert store.trials("study")[0].status is Status.COMPLETE
    assert store.curves("study")[0]["error"].steps.tolist() == [2, 4, 6]


def test_stops_and_killed_drivers_use_up_no_patience_but_machine_faults_do(bench):
    bench.write(STOPPABLE)
    study = bench.study(trials=1, steps=40)
    for _ in range(2):
        hold(bench.folder, [0])
        bench.run(study, stop_requested=lambda: bool(waiting_trials(bench.folder)))
    kill = f"{STOPPABLE}\n        os.kill(os.getpid(), signal.SIGKILL)"
    release(bench.folder)
    bench.write(kill)
    _, store = bench.run(study, attempts=2)
    (trial,) = store.trials("study")
    assert (trial.status, trial.reason) == (Status.FAILED, Reason.LOST)
    assert (
        trial.detail
        == "lost 2 times to faults of the machine, most recently: killed from outside (SIGKILL)"
    )
    assert trial.attempts == 4
    faults = [e for e in store.events("study") if e.kind == "machine-fault"]
    assert [e.trial for e in faults] == [0]


def test_a_clock_that_is_set_forward_ends_no_trial(bench, monkeypatch):
    bench.write("signal.pause() if trial.index == 9 else None" + GOOD)
    real, jumps = time.time, iter(range(1_000_000))
    monkeypatch.setattr(time, "time", lambda: real() + 3600 * next(jumps))
    _, store = bench.run(bench.study(trials=3, timeout_seconds=float(DEADLINE_SECONDS)))
    assert {t.status for t in store.trials("study")} == {Status.COMPLETE}
    assert {t.attempts for t in store.trials("study")} == {1}


def test_a_lease_that_ends_before_its_trial_has_started_ends_no_run(bench, monkeypatch):
    bench.write(GOOD)
    store, others = bench.store(), []
    claim = store.claim

    def claim_and_lose(study, *, now, worker, **options):
        if others:
            store.release(study, others.pop().index, worker="other:1:1")
            return claim(study, now=now, worker=worker, **options)
        found = claim(study, now=now, worker=worker, **options)
        if found and found[0].attempts == 1:
            others.extend(claim(study, now=now + 1e6, worker="other:1:1", **options))
        return found

    monkeypatch.setattr(store, "claim", claim_and_lose)
    summary, _ = bench.run(bench.study(trials=1), store=store, workers=1)
    (trial,) = store.trials("study")
    assert (trial.status, trial.attempts) == (Status.COMPLETE, 3)
    assert not summary.interrupted


def test_nothing_is_lost_of_what_an_earlier_worker_wrote_after_its_lease(bench):
    """A second worker goes on from a checkpoint that the first made after being followed last."""
    bench.write(STOPPABLE)
    hold(bench.folder, [0])
    study = bench.study(trials=1, steps=40)
    _, store = bench.run(study, stop_requested=lambda: bool(waiting_trials(bench.folder)))
    release(bench.folder)
    folder = bench.folder / ".playbook" / "trials" / "study" / "00000"
    journal = folder / "attempt-1.journal"
    whole = journal.read_bytes()
    # As if the first worker had come to step 12 only when the second one began
    bench.forget_curves(store)
    early = whole[: whole.index(b"E", len(whole) // 2)]
    journal.write_bytes(early)
    others = STOPPABLE.replace(
        "start = trial.restore", "import pathlib; late = trial.folder / 'late'\n"
        "(trial.folder / 'attempt-1.journal').write_bytes(late.read_bytes())\n"
        "start = trial.restore",
    )  # fmt: skip
    (folder / "late").write_bytes(whole)
    bench.write(others)
    _, store = bench.run(study)
    (trial,) = store.trials("study")
    assert trial.status is Status.COMPLETE
    curve = store.curves("study")[0]["train_loss"]
    assert curve.steps.tolist() == list(range(1, 41))


@pytest.mark.parametrize("gone", ["", ".playbook", ".playbook/trials"])
def test_a_folder_that_goes_while_trials_run_is_told_and_ends_no_trial(
    bench, tmp_path_factory, gone
):
    bench.write(STOPPABLE)
    hold(bench.folder, [0])
    elsewhere = tmp_path_factory.mktemp("moved") / "project"
    study = bench.study(trials=1, steps=40)

    def move():
        if waiting_trials(bench.folder):
            (bench.folder / gone).rename(elsewhere)
        return False

    with pytest.raises(StoreUnavailable, match=r"moved or deleted while trials were running"):
        bench.run(study, stop_requested=move)
    bench.folder = bench.folder if gone else elsewhere
    release(bench.folder)
    _, store = bench.run(study)
    (trial,) = store.trials("study")
    assert trial.status is Status.COMPLETE, trial.detail
    assert store.curves("study")[0]["train_loss"].steps.tolist() == list(range(1, 41))


def test_the_files_of_one_trial_that_go_are_told_and_it_runs_again(bench):
    vanish = "import shutil\nfirst = len(list(trial.folder.glob('attempt-*.json'))) == 1"
    vanish += "\nif first and not pathlib.Path('once').exists():"
    vanish += "\n    pathlib.Path('once').touch(); shutil.rmtree(trial.folder)\n    return"
    bench.write(f"import pathlib\n{vanish}{GOOD}")
    _, store = bench.run(bench.study(trials=1))
    (trial,) = store.trials("study")
    assert (trial.status, trial.attempts) == (Status.COMPLETE, 2), trial.detail
    (gone,) = [e for e in store.events("study") if e.kind == "files-gone"]
    assert "files of attempt 1 are gone" in gone.message


def test_no_more_trials_are_started_once_the_first_of_every_study_took_too_long(bench):
    bench.write("signal.pause()")
    slow = bench.study(trials=5, timeout_seconds=0.3)
    summary, store = bench.run(slow, workers=1)
    assert summary.all_timed_out
    ended = [(Status.INFEASIBLE, Reason.TIMEOUT)] * 3
    assert outcomes(store) == [*ended, *[(Status.WAITING, Reason.NONE)] * 2]
    again, store = bench.run(slow, workers=1)  # by someone who knows what the first came to
    assert not again.all_timed_out
    assert outcomes(store) == [(Status.INFEASIBLE, Reason.TIMEOUT)] * 5


def test_a_study_whose_trials_take_too_long_does_not_stop_another_that_trains(bench):
    others = textwrap.indent(GOOD, "    ")
    bench.write(f"if trial.study == 'endless':\n    signal.pause()\nelse:{others}")
    endless = bench.study(trials=4, timeout_seconds=0.3, name="endless")
    summary, store = bench.run(endless, bench.study(trials=4), workers=1)
    assert not summary.interrupted
    assert outcomes(store, "endless") == [(Status.INFEASIBLE, Reason.TIMEOUT)] * 4
