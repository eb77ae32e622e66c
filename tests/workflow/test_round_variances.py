"""Searches that were repeated with another seed show how much the search itself owes to luck."""

import html
import statistics
from dataclasses import replace

import pytest

from tuning_playbook.gather.opening import open_project, project_store
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.workflow.rounds.remembering import answer_now
from tuning_playbook.workflow.running.reporting import write_round_report


def repeated_of(folder, name):
    opened = open_project(folder)
    store = project_store(opened, must_exist=True)
    try:
        return answer_now(Snapshot(opened, store), name).variances.repeated
    finally:
        store.close()


@pytest.fixture
def luck(made, monkeypatch):
    """A function that adds a search whose best trial has a given error."""
    usual = type(made).trial, type(made).curves

    def search(name, best, **more):
        shift = best - 0.1

        def trial(self, planned, at, config):
            found = usual[0](self, planned, at, config)
            old = found.summaries["error"]
            error = replace(old, minimum=old.minimum + shift, last=old.last + shift,
                            maximum=old.maximum + shift)  # fmt: skip
            return replace(found, summaries={**found.summaries, "error": error})

        def curves(self, index):
            found = usual[1](self, index)
            error = found["error"]
            return {**found, "error": replace(error, values=error.values + shift)}

        monkeypatch.setattr(type(made), "trial", trial)
        monkeypatch.setattr(type(made), "curves", curves)
        made.round(name, trials=12, **more)
        return made.folder

    return search


def test_searches_with_other_seeds_measure_the_luck_of_the_search(luck):
    bests = (0.10, 0.16, 0.13)
    for seed, best in enumerate(bests):
        folder = luck(f"search-{seed}", best, seed=seed)
    found = repeated_of(folder, "search-1")
    assert found.deviation == pytest.approx(statistics.stdev(bests))
    assert found.count == 3
    assert "noise of the trial included" in found.how
    page = html.unescape(write_round_report(folder, "search-0").read_text())
    assert "Between searches, measured" in page


def test_a_search_of_another_kind_repeats_nothing(luck):
    luck("search", 0.1, seed=0)
    luck("wider", 0.2, seed=1, high=0.5)
    folder = luck("same-seed", 0.3, seed=0)
    assert not repeated_of(folder, "search").known
    page = write_round_report(folder, "search").read_text()
    assert "Between searches, measured" not in page
