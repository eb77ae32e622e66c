"""Amounts of data and the choices of an inner search are no settings that this table searched."""

from __future__ import annotations

import numpy as np
import pytest

from tuning_playbook import check
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.taken_as import Role


def roles(tmp_path, header, rows):
    path = tmp_path / "table.csv"
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    (study,) = open_foreign(str(path))
    return {one.column: one for one in study.columns}, str(path)


@pytest.mark.parametrize("form", ["best_params/{}", "best_params_{}", "best_params.{}"])
def test_what_an_inner_search_chose_for_each_fold_is_no_setting(tmp_path, form):
    rows = [(fold, 10.0 ** (fold % 3), 0.01 * (fold % 2 + 1), 0.8 + fold / 97) for fold in range(8)]
    header = f"fold,{form.format('C')},{form.format('gamma')},best_score"
    found, path = roles(tmp_path, header, rows)
    assert {found[form.format(n)].role for n in ("C", "gamma")} == {Role.COMPUTED}
    assert not check(path).as_document()["ranges"]


@pytest.mark.parametrize("name", ["n_train", "num_examples", "n_samples", "pct", "percent of data"])
def test_amounts_of_data_are_at_most_a_guess_and_carry_no_advice(tmp_path, name):
    rng = np.random.default_rng(0)
    rows = []
    for amount in (100, 200, 400, 800) * 6:
        rate = 10 ** rng.uniform(-4, -2)
        rows.append((f"{rate:.6f}", amount, round(0.5 + amount / 2000 + rng.normal(0, 0.01), 4)))
    found, path = roles(tmp_path, f"lr,{name},val_acc", rows)
    assert found["lr"].certain
    assert not found[name].certain
    findings = check(path).findings
    advised = [str(dict(a.arguments)) for f in findings for a in f.advice]
    assert not [words for words in advised if name.replace(" ", "_") in words]


def test_counts_that_differ_in_every_row_are_found_and_not_set(tmp_path):
    rng = np.random.default_rng(0)
    rows = [(10**-i, 1000 + int(rng.integers(500)), 0.8 + i / 99) for i in range(12)]
    found, _ = roles(tmp_path, "lr,n_train,val_acc", rows)
    assert found["n_train"].role is not Role.HYPERPARAMETER
