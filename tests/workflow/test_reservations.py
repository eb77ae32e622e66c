"""What a decision does not settle."""

from dataclasses import replace

from tuning_playbook.store import open_store
from tuning_playbook.workflow.opening import open_project
from tuning_playbook.workflow.reservations import untested_values


def test_a_value_that_nobody_ever_compared_or_tuned_is_told(made):
    opened = open_project(made.folder)
    store = open_store("sqlite:///.playbook/store.db", folder=made.folder)
    first = opened.project.hyperparameters[0]
    default = {h.key: h.default for h in opened.project.hyperparameters}
    assert untested_values(opened, store, default) == []
    odd = replace(opened, project=replace(opened.project, hyperparameters=(first,)))
    (said,) = untested_values(odd, store, {first.key: "odd"})
    assert said.startswith(f"No round has ever compared or tuned {first.key} = odd (default: ")
    made.round("first")  # which tunes it
    assert untested_values(odd, store, {first.key: "odd"}) == []
    store.close()
