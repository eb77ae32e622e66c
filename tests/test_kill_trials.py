"""Real runs that are killed, stopped and starved lose nothing that a training program logged.

Many more events: ``python bench/kill_trials.py --events 1000``.
"""

import re
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tuning_playbook.store import open_store
from tuning_playbook.trial import Reason, Status

BENCH = Path(__file__).parents[1] / "bench"


@pytest.fixture(scope="module")
def kills():
    """The module of the kill test; it imports what lies beside it."""
    sys.path.insert(0, str(BENCH))
    before = signal.getsignal(signal.SIGINT)
    try:
        import kill_trials

        yield kill_trials
    finally:
        signal.signal(signal.SIGINT, before)
        sys.path.remove(str(BENCH))


def test_random_kills_stops_and_jumps_lose_nothing(kills):
    found = kills.kill_trials(15, seed=0, trials=16)
    assert found.faults == []
    assert found.events.total() == 15
    # what each campaign's trials log undisturbed, at least
    assert found.values >= 16 * (60 + 6) - 4 * 50


@pytest.fixture(scope="module")
def undisturbed(kills, tmp_path_factory):
    """A campaign in which nothing happened, and its verdict."""
    from killing.campaign import Campaign

    folder = tmp_path_factory.mktemp("undisturbed") / "campaign"
    store = "sqlite:///.playbook/store.db"
    campaign = Campaign(folder, store=store, trials=7, seed=0, pace=0.0)
    try:
        driver = campaign.start()
        assert driver.ended() == 0, driver.output.read_text()
        yield campaign
    finally:
        campaign.close()


@pytest.fixture
def judged(kills, undisturbed, tmp_path):
    """A function from a change of the store to what the kill test finds wrong."""
    from killing.judging import judge

    def after(change=None, *, truth=None):
        project = tmp_path / "project"
        shutil.copytree(undisturbed.project, project)
        if change is not None:
            store = open_store(undisturbed.store, folder=project, must_exist=True)
            with store._database.writing() as transaction:
                transaction.execute(change, {})
            store.close()
        return judge(project, truth or undisturbed.truth, undisturbed.store, {})

    return after


def test_an_undisturbed_run_is_judged_sound(judged):
    verdict = judged()
    assert (verdict.faults, verdict.lost, verdict.trials) == ((), (), 7)
    # five that complete, one that raises at step 17, one that diverges at step 23
    assert verdict.values == 5 * (60 + 6) + (16 + 1) + (23 + 2)


def test_rows_that_are_missing_are_found(judged):
    found = judged("DELETE FROM chunk WHERE trial_id = 3").faults
    assert {fault.partition(":")[0] for fault in found} == {"trial 2"}
    assert any("missing [1, 2, 3" in fault for fault in found)


def test_a_value_that_was_not_returned_from_is_found(judged, undisturbed, tmp_path):
    truth = tmp_path / "truth"
    shutil.copytree(undisturbed.truth, truth)
    (file,) = (truth / "00001").iterdir()
    lines = file.read_text().splitlines()
    changed = [line.rpartition(" ")[0] + " 0.5" if " log 7 " in line else line for line in lines]
    file.write_text("\n".join(changed))
    (fault,) = judged(truth=truth).faults
    assert fault == "trial 1: step 7 of log holds a value that was not the last returned"


@pytest.mark.parametrize(
    ("index", "status", "reason", "words"),
    [
        (0, Status.INFEASIBLE, Reason.TIMEOUT, "must end as complete"),
        (3, Status.COMPLETE, Reason.NONE, r"must end as failed \(exception\)"),
        (1, Status.FAILED, Reason.LOST, "the machine failed it 0 times"),
    ],
)
def test_a_wrong_end_of_a_trial_is_found(judged, index, status, reason, words):
    wrong = f"UPDATE trial SET status = '{status}', reason = '{reason}' WHERE number = {index}"
    (found,) = judged(wrong).faults
    assert re.match(rf"trial {index}: .*{words}", found)


def test_a_process_that_outlives_its_driver_is_found(kills, undisturbed, monkeypatch):
    from killing import processes

    driver = undisturbed.start("--retry", "failed")
    processes.wait_until(lambda: processes.living(driver.mark), "the driver to show its mark")
    driver.send(signal.SIGSTOP)  # so that it cannot end meanwhile
    monkeypatch.setattr(processes, "HANG_SECONDS", 0)
    try:
        with pytest.raises(processes.Hanging, match="an undisturbed run"):
            driver.ended()
        assert driver.process.pid in processes.living(driver.mark)
    finally:
        driver.send(signal.SIGKILL)
        driver.process.wait()
