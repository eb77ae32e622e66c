"""Tables without ids in which a configuration and seed stand once for each step."""

import csv
import math

import numpy as np
import pytest

from tuning_playbook.importers.tables.studies import read_table
from tuning_playbook.importers.taken_as import Role

ARMS = [(method, share, seed) for method in ("avg", "prox") for share in (0.0, 0.5)
        for seed in range(3)]  # fmt: skip


def read(folder, rows, name="curves.csv", **options):
    path = folder / name
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return read_table(path, **options)


def role_of(found, column):
    return next(one.role for one in found.columns if one.column == column)


def learning(column, steps, arms=ARMS, *, fast=0.02):
    """A row for each arm and step: an accuracy that rises, with a little noise of its own."""
    random = np.random.default_rng(1)
    return [
        {"method": method, "drop_fraction": share, "seed": seed, column: step,
         "test_accuracy": 0.7 - 0.6 * math.exp(-fast * step) + 0.01 * random.normal()}
        for method, share, seed in arms for step in steps
    ]  # fmt: skip


@pytest.mark.parametrize("order", ["by run", "by step", "shuffled"])
@pytest.mark.parametrize("column", ["round", "comm_round", "episode", "epoch", "iteration"])
def test_a_configuration_and_seed_along_rising_steps_is_one_run(tmp_path, column, order):
    rows = learning(column, range(0, 210, 10))
    if order == "by step":
        rows.sort(key=lambda row: row[column])
    if order == "shuffled":
        np.random.default_rng(2).shuffle(rows)
    found = read(tmp_path, rows)
    assert len(found.ids) == len(ARMS)
    assert list(found.parameters) == ["method", "drop_fraction"]
    assert role_of(found, column) is Role.PROGRESS
    assert role_of(found, "seed") is Role.SEED
    owner, steps, values = found.curves["test_accuracy"]
    own = {(int(o), int(s)): v for o, s, v in zip(owner, steps, values, strict=True)}
    settings = list(zip(*(found.parameters[c] for c in found.parameters),
                        found.metadata["seed"], strict=True))  # fmt: skip
    place = {arm: row for row, arm in enumerate(settings)}
    for row in rows:
        arm = (row["method"], row["drop_fraction"], row["seed"])
        assert own[place[arm], row[column]] == pytest.approx(row["test_accuracy"])


def test_names_that_repeat_with_seeds_are_settings_of_runs(tmp_path):
    rows = [{"name": row.pop("method"), **row} for row in learning("epoch", range(1, 13), fast=0.3)]
    found = read(tmp_path, rows)
    assert len(found.ids) == len(ARMS)
    assert found.metadata["name"] == [arm[0] for arm in ARMS]


@pytest.mark.parametrize(("column", "role"), [("round", Role.SEED), ("iteration", Role.PROGRESS)])
def test_rounds_along_which_nothing_is_learnt_number_repeats(tmp_path, column, role):
    random = np.random.default_rng(5)
    rows = [
        {"method": method, column: r, "accuracy": 0.8 + 0.02 * random.normal()}
        for method in "abcdef" for r in range(1, 13)
    ]  # fmt: skip
    found = read(tmp_path, rows)
    assert not found.curves
    assert len(found.ids) == len(rows)
    assert role_of(found, column) is role


def test_a_few_rounds_number_repeats_even_where_they_rise_by_chance(tmp_path):
    rows = [
        {"method": method, "round": r, "accuracy": 0.7 + 0.01 * r}
        for method in "abcdef" for r in range(1, 6)
    ]  # fmt: skip
    assert not read(tmp_path, rows).curves


@pytest.mark.parametrize("column", ["epoch", "epochs", "steps", "rounds"])
def test_lengths_that_were_chosen_are_no_steps(tmp_path, column):
    rows = learning(column, (10, 20, 40, 80))
    np.random.default_rng(2).shuffle(rows)
    assert not read(tmp_path, rows).curves
    named = read(tmp_path, rows, steps=column)
    assert set(named.curves) == {"test_accuracy"}
    assert len(named.ids) == len(ARMS)


def test_configurations_that_do_not_come_back_are_trials(tmp_path):
    random = np.random.default_rng(6)
    rows = [{"lr": 10 ** random.uniform(-4, -1), "round": r, "val_loss": 1 / (1 + r)}
            for r in range(30)]  # fmt: skip
    found = read(tmp_path, rows)
    assert not found.curves
    assert len(found.ids) == 30
