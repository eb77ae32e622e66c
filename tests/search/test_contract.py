"""Every searcher under the public contract suite."""

import pytest

from tuning_playbook.search import searcher_for
from tuning_playbook.space import Float, Hyperparameter, Ordered
from tuning_playbook.testing.searcher_contract import SearcherContract


class TestQuasiRandomSearch(SearcherContract):
    @pytest.fixture
    def searcher(self):
        return searcher_for("quasi-random")

    @pytest.fixture
    def studies(self, make_study, flat, conditional):
        branch = conditional[2:5]  # the parent is fixed by the study
        return (
            make_study(*flat),
            make_study(*conditional),
            make_study(*branch, fixed={"optimizer": "adam"}),
            make_study(),
        )


class TestRandomSearch(TestQuasiRandomSearch):
    @pytest.fixture
    def searcher(self):
        return searcher_for("random")


class TestGridSearch(SearcherContract):
    @pytest.fixture
    def searcher(self):
        return searcher_for("grid")

    @pytest.fixture
    def studies(self, make_study, flat):
        rate = Hyperparameter("rate", Float(1e-3, 1.0, "log"), 0.1)
        width = Hyperparameter("width", Ordered((64, 128, 256)), 64)
        return (make_study(rate), make_study(rate, width), make_study(*flat, trials=200))


class TestExplicitList(SearcherContract):
    @pytest.fixture
    def searcher(self):
        return searcher_for("list")

    @pytest.fixture
    def studies(self, make_study):
        rate = Hyperparameter("rate", Float(1e-3, 1.0, "log"), 0.1)
        configs = tuple({"rate": 10 ** (-i / 8)} for i in range(20))
        return (make_study(rate, configs=configs, algorithm="list"),)
