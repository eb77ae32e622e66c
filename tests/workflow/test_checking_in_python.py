"""``tuning_playbook.check`` on files and data frames, as a notebook uses it."""

import math
import re

import numpy as np
import pandas
import polars
import pytest

import tuning_playbook
from tuning_playbook import PlaybookError

RNG = np.random.default_rng(0)


def trials(count=60, **more):
    rates = 10 ** RNG.uniform(-5, 0, count)
    decays = 10 ** RNG.uniform(-6, -2, count)
    error = (np.log10(rates) + 2) ** 2 + 0.1 * (np.log10(decays) + 4) ** 2
    return pandas.DataFrame({"lr": rates, "weight_decay": decays, "val_error": error, **more})


def said(checked):
    return checked.as_document()["findings"]


@pytest.fixture
def frame():
    return trials(status=["crashed" if i % 20 == 3 else "finished" for i in range(60)])


def test_a_data_frame_is_read_like_the_table_it_would_be_saved_as(frame, tmp_path):
    frame.loc[3, "val_error"] = math.nan
    frame.to_csv(tmp_path / "trials.csv", index=False)
    from_file = tuning_playbook.check(tmp_path / "trials.csv")
    assert said(tuning_playbook.check(frame)) == said(from_file)
    assert said(tuning_playbook.check(polars.from_pandas(frame))) == said(from_file)
    assert len(from_file.studies[0].table) == 60


def test_a_named_index_and_levels_of_columns_are_columns(frame):
    checked = tuning_playbook.check(frame.rename_axis("trial"))
    assert checked.studies[0].table.ids[5] == "5"
    frame.columns = pandas.MultiIndex.from_tuples(
        [("config", n) if n in ("lr", "weight_decay") else (n, "") for n in frame.columns]
    )
    assert set(tuning_playbook.check(frame).studies[0].table.space.keys) == {"lr", "weight_decay"}


def test_a_pivoted_frame_is_read_as_repeats_of_each_row():
    rows = [(v, s, RNG.normal(m, 0.1)) for m, v in enumerate("abc") for s in (7, 11, 42)]
    long = pandas.DataFrame(rows, columns=["variant", "seed", "acc"])
    wide = long.pivot(index="variant", columns="seed", values="acc")
    table = tuning_playbook.check(wide, direction="maximize").studies[0].table
    assert table.loss.tolist() == pytest.approx([-value for value in long["acc"]])
    assert table.values["variant"].tolist() == long["variant"].tolist()
    assert table.ids[1] == "a, seed 11"


@pytest.mark.parametrize("library", [pandas, polars])
def test_curves_may_stand_in_a_column(library):
    rows = [
        {"lr": 0.1 / (i + 1),
         "curve": [{"step": s, "val_loss": 1 / (s + 1) + 0.01 * i} for s in range(12)]}
        for i in range(12)
    ]  # fmt: skip
    table = tuning_playbook.check(library.DataFrame(rows)).studies[0].table
    assert len(table.curves["val_loss"].values) == 144


def test_curves_may_be_a_data_frame_of_their_own(frame):
    curves = pandas.DataFrame(
        [{"trial": t, "step": s, "val_error": 1 / s, "other": math.nan if s % 2 else 0.5}
         for t in range(60) for s in range(1, 9)]
    )  # fmt: skip
    table = tuning_playbook.check(frame, curves=curves, metric="val_error").studies[0].table
    assert len(table.curves["val_error"].values) == 480
    assert np.isfinite(table.curves["val_error"].values).all()


def test_the_verdicts_come_as_findings_frames_figures_and_pages(frame, tmp_path):
    checked = tuning_playbook.check(frame, select=["search-space-boundary", "importance"])
    assert {f.check for f in checked.findings} == {"search-space-boundary", "importance"}
    assert not checked.failed
    rows = checked.to_frame()
    assert list(rows["check"]) == [f.check for f in checked.findings]
    assert checked.to_frame("polars").to_dicts() == rows.to_dict("records")
    figure = checked.figures()["axis:lr"]
    assert {"data", "layout"} <= set(figure)
    checked.write_html(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Verdicts on data frame" in page
    assert "<link" not in page
    assert "src=" not in page.split("<script>")[0]


def test_a_notebook_sees_the_verdicts_without_scripts_and_names_as_text(frame):
    frame = frame.rename(columns={"lr": "<script>alert(1)</script>lr"})
    html = tuning_playbook.check(frame)._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "Are the searched ranges wide enough?" in html
    assert " --" not in html  # options are for the command line


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (3, "a path, a URL or a data frame of pandas or polars, found a int"),
        (pandas.Series([0.1, 0.2]), "found a Series"),
        (pandas.DataFrame(), "the data frame has no rows"),
        (polars.DataFrame({"lr": [], "val_loss": []}), "the data frame has no rows"),
        (pandas.DataFrame([[1, 2], [3, 4]], columns=["lr", "lr"]), "more than one column named"),
        (
            pandas.DataFrame({"lr": [0.1, 0.2], "outcome": [1.0, 2.0]}),
            "add direction='minimize' or",
        ),
    ],
)
def test_what_cannot_be_used_is_told_in_the_words_of_python(target, words):
    with pytest.raises(PlaybookError, match=re.escape(words)) as refused:
        tuning_playbook.check(target, metric="outcome" if "direction" in words else "")
    assert "/tmp" not in str(refused.value)
    assert "--" not in str(refused.value)


def test_unequal_progress_in_a_table_of_last_results_is_told():
    ends = [1, 3, 9, 27] * 15
    stopped = tuning_playbook.check(trials(global_step=ends)).studies[0]
    assert any("global_step ends between 1 and 27" in note for note in stopped.notes)
    whole = tuning_playbook.check(trials(training_iteration=[27] * 58 + [26] * 2)).studies[0]
    assert not any("ends between" in note for note in whole.notes)


def test_what_python_prints_is_the_verdicts_and_no_arrays(frame):
    checked = tuning_playbook.check(frame)
    printed = repr(checked)
    first, *rest = printed.splitlines()
    assert first.startswith("data frame: 60 trials, 3 failed; minimize val_error, best ")
    assert len(rest) <= len(checked.findings)
    assert all(finding.check in printed for finding in checked.findings)
    assert "array(" not in printed
    assert " --" not in printed
    assert repr(checked.studies[0]) == printed


def test_frames_out_are_of_the_library_of_the_frame_in(frame, tmp_path):
    assert isinstance(tuning_playbook.check(frame).to_frame(), pandas.DataFrame)
    checked = tuning_playbook.check(polars.from_pandas(frame))
    assert isinstance(checked.to_frame(), polars.DataFrame)
    assert isinstance(checked.to_frame("pandas"), pandas.DataFrame)
    frame.to_csv(tmp_path / "trials.csv", index=False)
    from_file = tuning_playbook.check(tmp_path / "trials.csv")
    assert isinstance(from_file.to_frame(), pandas.DataFrame)


def test_several_studies_in_a_frame_are_named(frame):
    frame["task"] = ["a", "b"] * 30
    checked = tuning_playbook.check(frame, by="task")
    assert [s.table.study for s in checked.studies] == ["a", "b"]
    assert "b/axis:lr" in checked.figures()
    assert set(checked.to_frame()["study"]) == {"a", "b"}


def test_a_data_frame_of_an_unknown_library_is_refused(frame):
    with pytest.raises(PlaybookError, match="pandas or polars"):
        tuning_playbook.check(frame).to_frame("dask")
