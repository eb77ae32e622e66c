import math
import os
import resource
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.errors import LeaseLost, StoreUnavailable
from tuning_playbook.study import Direction
from tuning_playbook.training.attempt import write_attempt
from tuning_playbook.training.checkpoints import (
    CheckpointFolder,
    best_checkpoints,
    kept_checkpoints,
)
from tuning_playbook.training.handle import TrialHandle
from tuning_playbook.trial import Checkpoint

VALUES = st.lists(st.sampled_from([0.1, 0.2, 0.2, 0.3, math.nan, math.inf]), min_size=1, max_size=9)


def made(values):
    return [Checkpoint(step, str(step), value) for step, value in enumerate(values, start=1)]


@given(VALUES, st.sampled_from(Direction), st.integers(0, 4))
def test_the_best_few_and_the_last_are_kept(values, direction, keep_best):
    kept = kept_checkpoints(made(values), direction, keep_best=keep_best)
    steps = [c.step for c in kept]
    finite = sorted((direction.sign * v, s) for s, v in enumerate(values, 1) if math.isfinite(v))
    expected = {step for _, step in finite[:keep_best]} | {len(values)}
    assert steps == sorted(expected)


def test_the_earliest_wins_a_tie_and_nan_never_wins():
    best = best_checkpoints(made([math.nan, 0.2, 0.1, 0.1]), Direction.MINIMIZE, count=4)
    assert [c.step for c in best] == [3, 4, 2]


def folder_at(path: Path, keep_best: int = 1) -> CheckpointFolder:
    return CheckpointFolder(path, direction=Direction.MINIMIZE, keep_best=keep_best)


def test_files_of_checkpoints_that_are_not_kept_are_deleted(tmp_path):
    folder, state = folder_at(tmp_path / "c"), {"w": np.zeros(2)}
    for step, value in enumerate([0.5, 0.2, 0.4, 0.3], start=1):
        folder.save(step, value, {"state": state})
    assert [c.step for c in folder.saved()] == [2, 4]
    assert len(list((tmp_path / "c").glob("*.checkpoint"))) == 2
    assert not list((tmp_path / "c").glob("*.partial"))


def test_the_last_checkpoint_is_restored_in_place(tmp_path):
    folder, weights = folder_at(tmp_path / "c"), np.array([1.0, 2.0])
    folder.save(5, 0.1, {"state": {"w": weights}})
    folder.save(6, 0.2, {"state": {"w": weights * 3}})
    state = {"w": np.zeros(2)}
    alias = state["w"]
    assert folder.load_last({"state": state}) == 6
    assert alias.tolist() == [3.0, 6.0]


def test_a_torn_file_is_never_restored(tmp_path):
    folder, state = folder_at(tmp_path / "c"), {"w": np.ones(2)}
    folder.save(5, 0.1, {"state": state})
    (tmp_path / "c" / "step-00000006.partial").write_bytes(b"torn")
    (tmp_path / "c" / "step-00000007.checkpoint").write_bytes(b"not in the index")
    assert folder.load_last({"state": state}) == 5
    folder.save(8, 0.2, {"state": state})
    assert sorted(f.name for f in (tmp_path / "c").iterdir()) == [
        "index.json",
        "step-00000005.checkpoint",
        "step-00000008.checkpoint",
    ]


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path, damage):
    folder = folder_at(tmp_path / "c")
    folder.save(5, 0.1, {"state": {"w": np.full(100, 5.0)}})
    last = Path(folder.save(6, 0.2, {"state": {"w": np.full(100, 6.0)}})[-1].path)
    data = bytearray(last.read_bytes())
    middle = data.index(np.full(10, 6.0).tobytes())
    data[middle] ^= 1
    kinds = {"cut": last.read_bytes()[: len(data) // 2], "flipped": bytes(data), "empty": b""}
    last.write_bytes(kinds[damage])
    state = {"w": np.zeros(100)}
    assert folder.load_last({"state": state}) == 5
    assert set(state["w"]) == {5.0}


def test_an_attempt_that_starts_afresh_drops_the_later_steps_of_the_one_before(tmp_path):
    folder, state = folder_at(tmp_path / "c"), {"w": np.zeros(1)}
    folder.save(60, 0.1, {"state": state})
    assert [c.step for c in folder.save(30, 0.5, {"state": state})] == [30]


def test_a_full_disk_is_told_and_leaves_earlier_checkpoints(tmp_path):
    folder, state = folder_at(tmp_path / "c"), {"w": np.arange(1e5)}
    folder.save(1, 0.5, {"state": state})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limits[1]))
        with pytest.raises(StoreUnavailable, match=r"step 2 .*step-00000002.checkpoint.*free some"):
            folder.save(2, 0.4, {"state": state})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert [c.step for c in folder.saved()] == [1]
    assert not list((tmp_path / "c").glob("*.partial"))
    assert folder.load_last({"state": state}) == 1


def test_without_a_checkpoint_training_starts_afresh(tmp_path):
    assert folder_at(tmp_path / "none").load_last({"state": {}}) == 0


@pytest.mark.parametrize("keep_best", [0, 1, 3])
def test_the_last_checkpoint_stays_however_few_are_kept(tmp_path, keep_best):
    folder = folder_at(tmp_path / "c", keep_best)
    for step in range(1, 6):
        folder.save(step, step / 10, {"state": {"w": np.zeros(1)}})
    assert folder.saved()[-1].step == 5
    assert len(folder.saved()) == keep_best + 1


@pytest.mark.parametrize("index", ["", "{", "[1]", '[{"step": 1}]', "[{}]", "null", "\xff", "{}"])
def test_a_damaged_index_costs_no_checkpoint(tmp_path, index):
    folder = folder_at(tmp_path / "c")
    folder.save(5, 0.1, {"state": {"w": np.array([5.0])}})
    folder.save(6, 0.2, {"state": {"w": np.array([6.0])}})
    (tmp_path / "c" / "index.json").write_text(index, encoding="latin-1")
    state = {"w": np.zeros(1)}
    assert folder.load_last({"state": state}) == (0 if index == "{}" else 6)
    assert folder.save(8, 0.3, {"state": state})[-1].step == 8
    assert [c.step for c in folder_at(tmp_path / "c").saved()][-1] == 8


def test_a_process_whose_trial_was_taken_over_saves_no_checkpoint(attempt, handle):
    handle.checkpoint(1, state := {"w": np.ones(2)})
    second = replace(attempt, number=2)
    write_attempt(second)
    heir = TrialHandle(second)
    assert heir.restore({"w": np.zeros(2)}) == 1
    with pytest.raises(LeaseLost, match="another worker has taken over the trial"):
        handle.checkpoint(9, state)
    heir.checkpoint(2, state)
    assert TrialHandle(second).restore({"w": np.zeros(2)}) == 2


def test_attempts_of_a_later_state_of_the_store_take_nothing_over(attempt):
    write_attempt(later := replace(attempt, number=2))
    write_attempt(attempt)  # the store was put back to its state of before the second attempt
    begun = attempt.file.stat().st_mtime_ns
    os.utime(later.file, ns=(begun - 10**9, begun - 10**9))
    TrialHandle(attempt).checkpoint(1, {"w": np.ones(2)})
    assert TrialHandle(attempt).restore({"w": np.zeros(2)}) == 1
