"""What every non-adaptive searcher must do, as tests that an implementation inherits."""

# ruff: noqa: S101, D102  (tests: they assert, and their names say what)

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import pytest

from tuning_playbook.errors import InvalidInput
from tuning_playbook.search.base import Searcher
from tuning_playbook.space import Config
from tuning_playbook.study import Study


class SearcherContract:
    """Inherit from this, and override the fixtures ``searcher`` and ``studies``.

    Example:
        class TestMySearcher(SearcherContract):
            @pytest.fixture
            def searcher(self):
                return MySearcher()

            @pytest.fixture
            def studies(self):
                return (a_study, another_study)
    """

    @pytest.fixture
    def searcher(self) -> Searcher:
        """The searcher under test; it must be picklable."""
        raise NotImplementedError("override the fixture 'searcher'")

    @pytest.fixture
    def studies(self) -> Sequence[Study]:
        """Studies that it must be able to search, each with 12 trials or more."""
        raise NotImplementedError("override the fixture 'studies'")

    def test_any_cut_of_the_range_gives_the_same_configurations(
        self, searcher: Searcher, studies: Sequence[Study]
    ) -> None:
        for study in studies:
            whole = _suggest(searcher, study, 0, 12)
            for cut in range(13):
                parts = (
                    *_suggest(searcher, study, 0, cut),
                    *_suggest(searcher, study, cut, 12 - cut),
                )
                assert parts == whole
            backwards = [_suggest(searcher, study, i, 1)[0] for i in reversed(range(12))]
            assert tuple(reversed(backwards)) == whole

    def test_processes_in_any_order_give_the_same_set(
        self, searcher: Searcher, studies: Sequence[Study]
    ) -> None:
        # fresh interpreters: nothing may depend on memory, hash seeds or the parent's state
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(2, mp_context=context) as pool:
            for study in studies:
                order = [7, 0, 11, 4, 9, 2, 1, 10, 3, 8, 5, 6]
                # read-only mappings cannot be pickled, plain ones can
                sent = replace(study, fixed=dict(study.fixed), scientific=dict(study.scientific))
                jobs = [pool.submit(_suggest, searcher, sent, i, 1) for i in order]
                found = {i: job.result()[0] for i, job in zip(order, jobs, strict=True)}
                assert tuple(found[i] for i in range(12)) == _suggest(searcher, study, 0, 12)

    def test_values_are_plain_and_inside_their_ranges(
        self, searcher: Searcher, studies: Sequence[Study]
    ) -> None:
        for study in studies:
            for config in _suggest(searcher, study, 0, 12):
                assert {type(value) for value in config.values()} <= {bool, int, float, str}
                assert json.loads(json.dumps(dict(config), allow_nan=False)) == dict(config)
                assert all(study.space[key].domain.contains(config[key]) for key in config)

    def test_exactly_the_active_hyperparameters_are_chosen(
        self, searcher: Searcher, studies: Sequence[Study]
    ) -> None:
        for study in studies:
            for config in _suggest(searcher, study, 0, 12):
                active = study.space.active({**study.fixed, **config})
                assert list(config) == [h.key for h in active]

    def test_asking_changes_nothing(self, searcher: Searcher, studies: Sequence[Study]) -> None:
        for study in studies:
            first = _suggest(searcher, study, 3, 4)
            _suggest(searcher, study, 0, 9)
            assert _suggest(searcher, study, 3, 4) == first

    def test_no_configurations_can_be_asked_for(
        self, searcher: Searcher, studies: Sequence[Study]
    ) -> None:
        for study in studies:
            assert _suggest(searcher, study, 5, 0) == ()

    def test_a_search_goes_on_or_says_that_it_has_ended(
        self, searcher: Searcher, studies: Sequence[Study]
    ) -> None:
        for study in studies:
            try:
                configs = _suggest(searcher, study, 10_000, 3)
            except InvalidInput as refusal:
                assert "wanted" in str(refusal)  # noqa: PT017  either way is right
            else:
                assert len(configs) == 3


def _suggest(searcher: Searcher, study: Study, start: int, count: int) -> tuple[Config, ...]:
    return searcher.suggest(study, start=start, count=count, finished=())
