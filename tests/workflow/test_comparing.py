"""Runs in files become arms, and arms an answer."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas
import polars
import pytest
from scipy import stats

import tuning_playbook
from tuning_playbook.errors import InvalidInput
from tuning_playbook.report.comparison.view import best_words
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.comparing.comparing import compare_runs
from tuning_playbook.workflow.comparing.completion import Question


@pytest.fixture
def table(tmp_path):
    def write(rows, name="runs.csv"):
        path = tmp_path / name
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return str(path)

    return write


def recipes(n=5, gap=0.1, *, seed=True, arms="AB"):
    rng = np.random.default_rng(7)
    return [
        {"recipe": arm} | ({"seed": s} if seed else {})
        | {"val_loss": 1 - gap * place + rng.normal(0, 0.01)}
        for place, arm in enumerate(arms) for s in range(n)
    ]  # fmt: skip


def values(rows, arm):
    return [row["val_loss"] for row in rows if row["recipe"] == arm]


def document(target, question=None, told=None):
    targets = [target] if isinstance(target, str) else target
    return compare_runs(targets, question, told).as_document()


def test_names_tell_arm_seed_metric_and_direction(table):
    rows = recipes()
    found = document(table(rows))
    (pair,) = found["comparisons"]
    assert (found["metric"], found["direction"]) == ("val_loss", "minimize")
    assert (found["arm"], found["seed"], found["schema"]) == (["recipe"], "seed", 1)
    assert (pair["baseline"], pair["candidate"], pair["verdict"]) == ("A", "B", "better")
    assert pair["paired"] is True
    expected = stats.ttest_rel(values(rows, "B"), values(rows, "A"))
    assert pair["p_value"] == pytest.approx(expected.pvalue, rel=1e-6)
    assert "adjusted_p_value" not in pair
    json.dumps(found)


def test_without_seeds_welch(table):
    rows = recipes(seed=False)
    (pair,) = document(table(rows))["comparisons"]
    expected = stats.ttest_ind(values(rows, "B"), values(rows, "A"), equal_var=False)
    assert pair["paired"] is False
    assert pair["p_value"] == pytest.approx(expected.pvalue, rel=1e-6)


def test_several_arms_stand_against_the_baseline_with_holms_p(table):
    found = document(table(recipes(arms="ABCD")), Question(baseline="C"))
    assert [p["candidate"] for p in found["comparisons"]] == ["A", "B", "D"]
    assert {p["baseline"] for p in found["comparisons"]} == {"C"}
    assert all(p["adjusted_p_value"] >= p["p_value"] for p in found["comparisons"])
    assert found["best"]["arm"] == "D"


def test_all_pairs_on_request(table):
    found = document(table(recipes(arms="ABCD")), Question(all_pairs=True))
    assert len(found["comparisons"]) == 6
    assert found["baseline"] is None


@pytest.mark.parametrize("given", ["0.10", "1e-1", "0.1"])
def test_a_baseline_that_is_a_number_matches_as_a_number(table, given):
    rows = [{"lr": lr, "val_loss": 1 + i / 10 + s / 100} for i, lr in enumerate(("0.01", "0.1"))
            for s in range(3)]  # fmt: skip
    found = document(table(rows), Question(arm=("lr",), baseline=given))
    assert found["baseline"] == "0.1"


def test_a_short_baseline_has_to_be_the_only_one_that_fits(table):
    rows = recipes(arms=["results/muonh", "results/normuonh", "results/adam"])
    assert document(table(rows), Question(baseline="muonh"))["baseline"] == "results/muonh"
    with pytest.raises(InvalidInput, match="may be results/muonh and results/normuonh"):
        document(table(rows), Question(baseline="uonh"))
    with pytest.raises(InvalidInput, match="no arm is called 'sgd'"):
        document(table(rows), Question(baseline="sgd"))


def test_two_files_are_two_arms(table):
    rows = recipes()
    for name in "AB":
        own = [{k: v for k, v in row.items() if k != "recipe"} for row in rows
               if row["recipe"] == name]  # fmt: skip
        table(own, f"{name}.csv")
    together = document(table(rows))["comparisons"][0]
    apart = document([table(own, "x.csv").replace("x.csv", f"{n}.csv") for n in "AB"])
    (pair,) = apart["comparisons"]
    assert (pair["baseline"], pair["candidate"]) == ("A", "B")
    assert pair["p_value"] == pytest.approx(together["p_value"])


def test_an_arm_on_which_the_metric_was_not_measured_is_left_out(table):
    rows = recipes(arms="ABC")
    for row in rows:
        row["accuracy"] = 0.5
    empty = [{**row, "val_loss": ""} if row["recipe"] == "C" else row for row in rows]
    asked = Question(arm=("recipe",), seed="seed")
    found = document(table(empty), asked, Told(metric="val_loss"))
    assert [pair["candidate"] for pair in found["comparisons"]] == ["B"]
    assert any("val_loss is empty in all 5 runs of C" in note for note in found["notes"])
    two = [row for row in empty if row["recipe"] != "B"]
    with pytest.raises(InvalidInput, match="cannot tell how good they are"):
        document(table(two), asked, Told(metric="val_loss"))


def test_an_arm_whose_runs_ended_in_nan_is_not_left_out(table):
    rows = [{**row, "val_loss": "nan"} if row["recipe"] == "B" else row for row in recipes()]
    (pair,) = document(table(rows))["comparisons"]
    assert (pair["candidate"], pair["verdict"]) == ("B", "worse")


def test_a_diverged_run_is_counted_against_its_arm(table):
    rows = recipes()
    rows[7]["val_loss"] = "nan"
    (pair,) = document(table(rows))["comparisons"]
    assert pair["repeats"] == [5, 5]
    assert pair["infeasible"] == [0, 1]
    assert pair["verdict"] == "cannot-tell"
    assert "failures" in {doubt["doubt"] for doubt in pair["doubts"]}


def test_unfinished_runs_are_left_out_and_that_is_said(table):
    rows = [row | {"state": "finished"} for row in recipes()]
    rows[2]["state"] = "running"
    found = document(table(rows))
    assert found["comparisons"][0]["repeats"] == [4, 5]
    assert "1 unfinished run left out." in found["notes"]


def test_the_margin_gives_the_third_answer(table):
    target = table(recipes(gap=0.001, n=20))
    assert document(target, Question(margin=0.05))["comparisons"][0]["verdict"] == "equivalent"
    assert document(target)["comparisons"][0]["verdict"] == "cannot-tell"


def test_arms_of_different_training_length_are_pointed_out(table):
    rows = [row | {"epochs": 90 if row["recipe"] == "A" else 120} for row in recipes()]
    found = document(table(rows), Question(arm=("recipe",)))
    assert found["differing_lengths"] == ["epochs differs between the arms: 90 in A and 120 in B."]


def searches(n, m, gap=0.0):
    rng = np.random.default_rng(1)
    return [
        {"optimizer": arm, "lr": 10 ** rng.uniform(-4, -1),
         "val_error": gap * (arm == "sgd") + 0.1 + abs(rng.normal(0, 0.05))}
        for arm, count in (("sgd", n), ("adam", m)) for _ in range(count)
    ]  # fmt: skip


def test_tuned_arms_are_compared_at_equal_budgets(table):
    found = document(table(searches(20, 200)), Question(arm=("optimizer",)))
    (pair,) = found["comparisons"]
    assert found["kind"] == "searches"
    assert (pair["repeats"], pair["compared"]) == ([20, 200], [20, 20])
    assert pair["verdict"] == "cannot-tell"
    assert "20 trials of sgd stand against 200 of adam" in pair["doubts"][0]["words"]


def test_a_clearly_better_search_is_better_unless_it_is_too_short(table):
    target = table(searches(20, 20, gap=1.0), "long.csv")
    assert document(target, Question(arm=("optimizer",)))["comparisons"][0]["verdict"] == "better"
    target = table(searches(4, 4, gap=1.0), "short.csv")
    (pair,) = document(target, Question(arm=("optimizer",)))["comparisons"]
    assert pair["verdict"] == "cannot-tell"
    assert "few-trials" in {doubt["doubt"] for doubt in pair["doubts"]}


def grid():
    rng = np.random.default_rng(3)
    return [
        {"lr": lr, "width": width, "seed": s,
         "val_acc": 0.8 + 0.1 * (lr == 0.01) + rng.normal(0, 0.005)}
        for lr in (0.001, 0.01, 0.1) for width in (64, 128) for s in range(5)
    ]  # fmt: skip


def test_a_grid_has_main_effects_and_a_set_of_best_cells(table):
    found = document(table(grid()), Question(arm=("lr", "width")))
    assert len(found["comparisons"]) == 5
    effects = {(e["factor"], e["level"]): e for e in found["main_effects"]}
    assert effects["lr", 0.01]["difference"] == pytest.approx(0.1, abs=0.01)
    assert effects["lr", 0.01]["p_value"] < 0.001
    assert effects["lr", 0.01]["cells"] == 2
    best = [found["best"]["arm"], *found["best"]["cannot_be_told_from_the_best"]]
    assert {name.split(",")[0] for name in best} == {"lr=0.01"}


@pytest.mark.parametrize("given", ["lr=0.01, width=128", "0.010,128"])
def test_a_cell_of_a_grid_is_named_by_its_values(table, given):
    found = document(table(grid()), Question(arm=("lr", "width"), baseline=given))
    assert found["baseline"] == "lr=0.01, width=128"


def curves(table, lengths=(40, 30)):
    runs, points = [], []
    for place, length in enumerate(lengths):
        for s in range(4):
            runs.append({"trial": len(runs), "recipe": "AB"[place]})
            points += [
                {"trial": len(runs) - 1, "step": 10 * step,
                 "val_loss": 2 / (1 + step * (1 + place)) + 0.001 * s,
                 "train_time_s": step * (3 - 2 * place) + 0.01 * s}
                for step in range(length // 10 + 1)
            ]  # fmt: skip
    return table(runs), table(points, "curves.csv")


def test_curves_are_compared_at_equal_steps_equal_time_and_to_a_target(table):
    target, long = curves(table)
    found = document(target, Question(target=0.7), Told(metric="val_loss", curves=Path(long)))
    asked = {c["question"]: c for c in found["curves"]}
    assert set(asked) == {"at-equal-steps", "at-equal-time", "steps-to-target", "time-to-target"}
    assert asked["at-equal-steps"]["metric"] == "val_loss at step 30"
    steps = asked["steps-to-target"]["comparisons"][0]
    assert steps["means"] == [20.0, 10.0]
    assert asked["time-to-target"]["comparisons"][0]["verdict"] == "better"


def test_a_target_that_is_never_reached_counts_as_a_failure(table):
    target, long = curves(table)
    found = document(target, Question(target=0.35), Told(metric="val_loss", curves=Path(long)))
    steps = next(c for c in found["curves"] if c["question"] == "steps-to-target")
    assert steps["comparisons"][0]["infeasible"] == [4, 0]


@pytest.mark.parametrize(
    ("question", "told", "words"),
    [
        (Question(arm=("recip",)), Told(), "did you mean 'recipe'"),
        (Question(seed="sed"), Told(), "did you mean 'seed'"),
        (Question(margin=-1), Told(), "expected a margin of 0 or more"),
        (Question(margin=float("nan")), Told(), "expected a margin of 0 or more"),
        (Question(target=float("inf")), Told(), "expected a finite value"),
        (Question(all_pairs=True, baseline="A"), Told(), "leave out --baseline"),
        (Question(arm=("seed",), seed="seed"), Told(), "name two columns"),
        (Question(), Told(metric="loss_val"), "no metric"),
        (Question(), Told(metric="val_loss", direction="up"), "direction is"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(table, question, told, words):
    with pytest.raises(InvalidInput, match=words):
        compare_runs([table(recipes())], question, told)


def test_messages_propose_commands_that_work(table, monkeypatch, tmp_path):
    rows = [{"optimizer": o, "decay": d, "top_1": 0.5 + s / 100, "top_5": 0.9 + s / 200, "x": 1}
            for o in ("sgd", "adam") for d in (0, 1) for s in range(3)]  # fmt: skip
    target = table(rows)
    with pytest.raises(InvalidInput, match=r"Type: playbook compare .* --metric top_1"):
        document(target)
    with pytest.raises(InvalidInput, match=r"Type: playbook compare .* --metric top_1 --arm opt"):
        document(target, told=Told(metric="top_1"))
    unknown = [{"recipe": r["recipe"], "quality": r["val_loss"]} for r in recipes()]
    with pytest.raises(InvalidInput, match="--metric quality --direction minimize"):
        document(table(unknown), told=Told(metric="quality"))
    for told in (Told(metric="quality", direction="maximize"),):
        assert document(table(unknown), told=told)["comparisons"][0]["verdict"] == "worse"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            [{"recipe": "A", "val_loss": 1.0}, {"recipe": "A", "val_loss": 2.0}],
            "nothing to compare",
        ),
        ([{"recipe": a, "val_loss": "nan"} for a in "AABB"], "finite value"),
        ([{"val_loss": 1.0}, {"val_loss": 2.0}], "all are of one setting"),
    ],
)
def test_tables_without_two_arms_are_refused(table, rows, words):
    arm = ("recipe",) if "recipe" in rows[0] else ()
    with pytest.raises(InvalidInput, match=words):
        compare_runs([table(rows)], Question(arm=arm), Told(metric="val_loss"))


def test_names_of_others_are_no_markup(table):
    rows = recipes(arms=["<script>alert(1)</script>", "[red]x"])
    compared = compare_runs([table(rows)])
    html = compared._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    figures = compared.figures()
    assert list(figures) == ["metric"]
    assert "<script>" not in json.dumps(figures)


def test_data_frames_are_read_like_the_tables_they_would_be_saved_as(table):
    rows = recipes()
    frame = pandas.DataFrame(rows)
    from_file = document(table(rows))
    compared = tuning_playbook.compare(frame, arm="recipe", seed="seed", metric="val_loss")
    assert compared.as_document()["comparisons"] == from_file["comparisons"]
    a, b = (frame[frame.recipe == name].drop(columns="recipe") for name in "AB")
    assert tuning_playbook.compare(a, b).verdicts == {("A", "B"): "better"}
    (row,) = compared.to_frame("pandas").to_dict("records")
    (said,) = from_file["comparisons"]
    assert (row["low"], row["high"]) == tuple(said["interval"])
    assert row["verdict"] == said["verdict"]
    assert compared.to_frame("polars").columns == list(row)


def test_a_failed_run_in_a_data_frame_is_a_failed_run():
    rows = recipes()
    rows[7]["val_loss"] = float("nan")
    compared = tuning_playbook.compare(pandas.DataFrame(rows), arm="recipe")
    assert compared.as_document()["comparisons"][0]["infeasible"] == [0, 1]


def test_how_far_a_run_came_is_no_metric_to_choose_from(table):
    rows = [{**row, "last_step": 100 + i} for i, row in enumerate(recipes())]
    assert compare_runs([table(rows)]).as_document()["metric"] == "val_loss"


def test_other_objects_are_refused():
    with pytest.raises(InvalidInput, match="found a dict"):
        tuning_playbook.compare({})
    with pytest.raises(InvalidInput, match="name what to compare"):
        tuning_playbook.compare()


def test_messages_in_python_propose_arguments(table):
    rows = [{"recipe": r["recipe"], "quality": r["val_loss"]} for r in recipes()]
    with pytest.raises(InvalidInput, match=r"compare\(\.\.\., metric='quality', direction='mini"):
        tuning_playbook.compare(table(rows), metric="quality")


def test_names_that_several_runs_share_may_be_the_arms(table):
    rows = [{"run": r["recipe"], "val_loss": r["val_loss"]} for r in recipes()]
    for arm in ((), ("run",)):
        (pair,) = document(table(rows), Question(arm=arm))["comparisons"]
        assert (pair["baseline"], pair["candidate"], pair["verdict"]) == ("A", "B", "better")


def test_a_metric_of_the_test_set_is_never_chosen_by_itself(table):
    rows = [{"recipe": r["recipe"], "test_loss": r["val_loss"]} for r in recipes()]
    with pytest.raises(InvalidInput, match="--metric test_loss"):
        document(table(rows))
    told = document(table(rows), told=Told(metric="test_loss"))
    assert any("test data" in note for note in told["notes"])
    both = [row | {"val_loss": row["test_loss"]} for row in rows]
    assert document(table(both))["metric"] == "val_loss"


def test_a_cell_that_is_no_number_is_named(table):
    rows = recipes()
    rows[3]["val_loss"] = "x"
    with pytest.raises(InvalidInput, match="'x'"):
        document(table(rows))


def test_a_grid_with_repeats_is_proposed_as_a_grid(table):
    with pytest.raises(InvalidInput, match=r"--arm lr,width$"):
        document(table(grid()))


def searched(arms, *, learns, count=60):
    """One search over arms and a rate; a sampler that learns goes near the best so far."""
    rng = np.random.default_rng(4)
    rows, best = [], (np.inf, 0.0)
    for i in range(count):
        rate = best[1] + 0.1 * rng.standard_normal() if learns and i > 10 else rng.uniform(-2, 2)
        loss = 1 + rate**2 + 0.02 * rng.standard_normal()
        best = min(best, (loss, rate))
        rows.append({"optimizer": arms[i % 2], "lr": 10**rate, "val_loss": loss})
    return rows


def test_a_search_that_learns_from_its_results_tells_its_arms_not_apart(table):
    learnt = document(table(searched(["a", "b"], learns=True)), Question(("optimizer",)))
    (pair,) = learnt["comparisons"]
    assert (pair["verdict"], pair["ground"]) == ("cannot-tell", "adaptive")
    assert pair["doubts"][0]["doubt"] == "adaptive-search"
    own = document(table(searched(["a", "b"], learns=False)), Question(("optimizer",)))
    assert own["comparisons"][0]["ground"] != "adaptive"


def test_an_arm_of_a_search_of_which_nothing_trained_is_worse(table):
    rows = searched(["a", "b"], learns=False, count=20)
    rows = [{**r, "val_loss": float("nan") if r["optimizer"] == "b" else r["val_loss"]}
            for r in rows]  # fmt: skip
    (pair,) = document(table(rows), Question(("optimizer",)))["comparisons"]
    assert (pair["verdict"], pair["infeasible"]) == ("worse", [0, 10])


def test_failures_that_keep_it_open_are_named_instead_of_a_number_of_runs(table):
    rng = np.random.default_rng(5)
    rows = [
        {"optimizer": o, "seed": s, "val_loss": "diverged" if o == "muon" and s < 6
         else round(2.3 - 0.1 * (o == "muon") + rng.normal(0, 0.01), 3)}
        for o in ("adam", "muon") for s in range(8)
    ]  # fmt: skip
    compared = compare_runs([table(rows)])
    text = compared._repr_html_()
    assert "would settle it four times" not in text
    assert "More runs would not settle it: 6 of 8 runs of muon failed." in text
    assert compared.as_document()["comparisons"][0]["repeats_needed"] is None


def unequal(counts, *, turns):
    rng = np.random.default_rng(11)
    arms = [arm for arm, count in counts.items() for _ in range(count)]
    order = rng.permutation(len(arms)) if turns else np.arange(len(arms))
    if turns == "at first":
        order = np.roll(np.arange(len(arms)), 2)
    return [{"optimizer": arms[i], "lr": rng.uniform(), "val_loss": rng.normal()} for i in order]


@pytest.mark.parametrize(
    ("counts", "turns", "adaptive"),
    [
        ({"a": 50, "b": 10}, True, True),
        ({"b": 4, "a": 56}, "at first", True),  # tried at first, left, and never taken up again
        ({"a": 35, "b": 25}, True, False),  # as a random search may have it
        ({"a": 50, "b": 10}, False, False),  # one search after the other
    ],
)
def test_arms_that_take_turns_with_very_unequal_numbers_were_chosen_by_results(
    table, counts, turns, adaptive
):
    found = document(table(unequal(counts, turns=turns)), Question(("optimizer",)))
    (pair,) = found["comparisons"]
    assert (pair["ground"] == "adaptive") is adaptive
    assert not (adaptive and found["main_effects"])


def test_pruned_trials_count_among_those_that_a_search_gave_to_an_arm(table):
    rows = [row | {"state": "COMPLETE"} for row in unequal({"a": 40, "b": 20}, turns=True)]
    for place, row in enumerate(rows):
        row["state"] = "PRUNED" if row["optimizer"] == "a" and place % 2 else "COMPLETE"
    (pair,) = document(table(rows * 2), Question(("optimizer",)))["comparisons"]
    assert pair["ground"] == "adaptive"


@pytest.mark.parametrize("arms", [("false", "true"), ("off", "on")])
def test_what_is_switched_off_is_the_baseline(table, arms):
    rows = [row | {"recipe": arms[row["recipe"] == "A"]} for row in recipes()]
    assert document(table(rows))["baseline"] == arms[0]


def test_what_python_prints_is_the_answer_in_a_few_lines():
    frame = pandas.DataFrame(recipes())
    first, second, *doubts = repr(tuning_playbook.compare(frame)).split("\n")
    assert first == "data frame: recipe: 5 and 5 runs; minimize val_loss"
    assert second.startswith("  better: B is better than A: val_loss 0.8986 instead of 0.9974")
    assert all(line.startswith("    doubt: ") for line in doubts)


def test_what_python_prints_of_many_arms_is_their_names_by_verdict():
    frame = pandas.DataFrame(recipes(arms="ABCDEF"))
    first, second = repr(tuning_playbook.compare(frame)).split("\n")[:2]
    assert "minimize val_loss" in first
    assert second == "  better: B, C, D, E, F"
    pairs = repr(tuning_playbook.compare(frame, all_pairs=True)).split("\n")
    assert "B against A" in pairs[1]
    assert pairs[1].endswith(" and 9 more")


@pytest.mark.parametrize("library", [pandas, polars])
def test_frames_go_out_in_the_library_that_they_came_in(library):
    frame = library.DataFrame(recipes())
    found = tuning_playbook.compare(frame).to_frame()
    assert isinstance(found, library.DataFrame)
    assert found["verdict"].to_list() == ["better"]
    assert isinstance(tuning_playbook.compare(frame).to_frame("pandas"), pandas.DataFrame)


def halved(length, *, count=120, kept=3):
    """Two arms in one search by successive halving: epochs 1, 3, 9 and 27, a third goes on."""
    rng = np.random.default_rng(9)
    rates, alive = rng.uniform(-2, 2, count), np.arange(count)
    reached = np.ones(count, dtype=int)
    for rung in (3, 9, 27):
        alive = alive[np.argsort(rates[alive] ** 2)][: len(alive) // kept]
        reached[alive] = rung
    order = rng.permutation(count)
    return [
        {"optimizer": "ab"[i % 2], "lr": 10 ** rates[j], length: reached[j],
         "val_loss": 1 + rates[j] ** 2 + 1 / reached[j]}
        for i, j in enumerate(order.tolist())
    ]  # fmt: skip


@pytest.mark.parametrize("length", ["epochs", "epochs_run", "steps", "max_steps"])
def test_survivors_of_successive_halving_are_no_equal_budget(table, length):
    (pair,) = document(table(halved(length)), Question(("optimizer",)))["comparisons"]
    assert (pair["verdict"], pair["ground"]) == ("cannot-tell", "adaptive")
    assert "stopped early by their results" in pair["doubts"][0]["words"]


def test_training_lengths_that_somebody_chose_stop_no_trial(table):
    rows = searched(["a", "b"], learns=False)
    for i, row in enumerate(rows):
        row["epochs"] = (3, 10, 30)[i % 3]
    found = document(table(rows), Question(("optimizer",)))
    assert not any("stopped" in note for note in found["notes"])
    assert found["comparisons"][0]["ground"] != "adaptive"


def test_a_column_is_known_by_its_name_in_the_header(table):
    rows = [
        {"number": i, "value": r["val_loss"], "params_optimizer": r["optimizer"],
         "params_lr": r["lr"], "state": "COMPLETE"}
        for i, r in enumerate(searched(["a", "b"], learns=False))
    ]  # fmt: skip
    told = Told(direction="minimize")
    by_header = document(table(rows), Question(("params_optimizer",)), told)
    assert (
        by_header["comparisons"]
        == document(table(rows), Question(("optimizer",)), told)["comparisons"]
    )


def test_rows_on_several_parts_of_the_data_are_not_mixed(table):
    rows = [row | {"split": split} for split in ("test", "val") for row in recipes()]
    with pytest.raises(InvalidInput, match="results on val and test are not mixed") as refused:
        compare_runs([table(rows)], None, None)
    assert "--by split --study val" in str(refused.value)
    found = document(table(rows), told=Told(by=("split",), study="val"))
    assert found["study"] == "val"


def test_one_trial_is_no_trials(table):
    rows = [{"method": "base", "lr": 0.1, "val_acc": 0.5}]
    rows += [{"method": "new", "lr": 0.1 * i, "val_acc": 0.6 + i / 50} for i in range(1, 5)]
    found = document(table(rows))
    assert "1 trial of base stands against 4 of new" in str(found)


def test_a_verdict_on_two_arms_that_may_both_be_the_best_is_explained(table):
    errors = {
        "hard": (5.2539, 5.4770, 5.2600),
        "soft": (5.5189, 5.7855, 5.3900),
        "phone": (6.0441, 6.3925, 6.1730),
        "word": (6.9686, 6.9873, 7.1433),
    }
    rows = [{"arm": a, "seed": s, "wer": v} for a, own in errors.items() for s, v in enumerate(own)]
    found = compare_runs([table(rows)], None, None)
    assert found.verdicts["hard", "soft"] == "worse"
    words = best_words(found.view.answers[0])
    assert "soft cannot be told from the best (95 % confidence). That asks of all arms" in words


@pytest.mark.parametrize(
    ("arm", "said"),
    [
        ("batch_size", "depend on the batch size"),
        ("optimizer", "a learning rate of its own"),
        ("recipe", ""),
    ],
)
def test_arms_that_others_have_to_be_tuned_for_are_pointed_out(table, arm, said):
    values = [64, 128] if arm == "batch_size" else ["adam", "sgd"]
    rows = [
        {arm: value, "seed": seed, "val_loss": 2 + seed / 100} for value in values
        for seed in range(3)
    ]  # fmt: skip
    notes = " ".join(document(table(rows), Question(arm=(arm,)))["notes"])
    assert (said in notes) if said else "tuned" not in notes
