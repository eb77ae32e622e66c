"""Main effects of grids, whatever else varies and however many runs a cell has."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas
import pytest
from rich.console import Console
from scipy import stats

import tuning_playbook

LR = (0.0001, 0.001, 0.01)


def grid(*, seeds=1, further=(64, 128, 256), noise=0.01):
    rng = np.random.default_rng(4)
    rows = [
        {"lr": lr, "dropout": d, "hidden": h, "seed": s,
         "val_loss": 1 + 0.1 * LR.index(lr) + 0.3 * d + 0.02 * (h // 64) + rng.normal(0, noise)}
        for lr in LR for d in (0.0, 0.3) for h in further for s in range(seeds)
    ]  # fmt: skip
    frame = pandas.DataFrame(rows)
    return frame if seeds > 1 else frame.drop(columns="seed")


def effects(frame, arm):
    compared = tuning_playbook.compare(frame, arm=arm, metric="val_loss")
    text = io.StringIO()
    Console(file=text, width=100).print(compared.renderable())
    assert not re.search(r"\binf\b|\bnan\b", text.getvalue())
    document = compared.as_document()
    return {(e["factor"], e["level"]): e for e in document["main_effects"]}, document["notes"]


def test_one_run_a_cell_has_main_effects():
    frame = grid(further=(64,)).drop(columns="hidden")
    found, notes = effects(frame, ["lr", "dropout"])
    wide = frame.pivot(index="dropout", columns="lr", values="val_loss")
    expected = stats.ttest_rel(wide[0.01], wide[0.0001])
    assert found["lr", 0.01]["p_value"] == pytest.approx(expected.pvalue)
    assert found["lr", 0.01]["difference"] == pytest.approx(0.2, abs=0.02)
    assert found["dropout", 0.3]["cells"] == 3
    assert any("each cell has a single run" in note for note in notes)


@pytest.mark.parametrize("arm", ["lr", ["lr", "dropout"], ["lr", "dropout", "hidden"]])
@pytest.mark.parametrize("seeds", [1, 3])
def test_levels_are_compared_at_the_same_values_of_what_else_varies(arm, seeds):
    frame = grid(seeds=seeds)
    found, _ = effects(frame, arm)
    means = frame.groupby(["lr", "dropout", "hidden"]).val_loss.mean().unstack("lr")
    changes = means[0.01] - means[0.0001]
    assert found["lr", 0.01]["difference"] == pytest.approx(changes.mean())
    assert found["lr", 0.01]["cells"] == 6
    assert found["lr", 0.01]["p_value"] < 0.001
    if seeds == 1:
        expected = stats.ttest_rel(means[0.01], means[0.0001])
        assert found["lr", 0.01]["p_value"] == pytest.approx(expected.pvalue)
        assert found["lr", 0.01]["error_of"] == "cells"


def test_a_cell_that_failed_is_left_out_of_the_effect_and_counted():
    frame = grid(further=(64,), seeds=3).drop(columns="hidden")
    frame.loc[(frame.lr == 0.01) & (frame.dropout == 0.0), "val_loss"] = np.nan
    frame = pandas.concat([frame, frame.query("dropout == 0.3").assign(dropout=0.5)])
    found, _ = effects(frame, ["lr", "dropout"])
    assert found["lr", 0.01]["cells"] == 2
    assert found["lr", 0.01]["cells_left_out"] == 1


def test_where_no_setting_has_both_levels_it_is_said_why_there_is_no_effect():
    rng = np.random.default_rng(1)
    rows = [{"lr": lr, "dropout": d, "momentum": rng.uniform(), "val_loss": rng.normal()}
            for lr in LR for d in (0.0, 0.3) for _ in range(8)]  # fmt: skip
    found, notes = effects(pandas.DataFrame(rows), ["lr", "dropout"])
    assert not found
    assert any(
        note.startswith("The main effect of lr and dropout cannot be estimated") for note in notes
    )
