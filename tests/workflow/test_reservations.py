"""What a decision does not settle."""

from dataclasses import replace

from tuning_playbook.answers.reservations import untested_values
from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.rounds import round_record
from tuning_playbook.gather.snapshot import Snapshot


def test_a_value_that_nobody_ever_compared_or_tuned_is_told(made):
    made.round("first")  # which tunes it
    opened = open_project(made.folder)
    with opened_store(opened) as store:
        record = round_record(Snapshot(opened, store), "first")
    first = opened.project.hyperparameters[0]
    default = {h.key: h.default for h in opened.project.hyperparameters}
    odd = replace(record, project=replace(opened.project, hyperparameters=(first,)))
    assert untested_values(odd, {first.key: "odd"}) == []
    never = replace(odd, searched=frozenset())
    assert untested_values(replace(record, searched=frozenset()), default) == []
    (said,) = untested_values(never, {first.key: "odd"})
    assert said.startswith(f"No round has ever compared or tuned {first.key} = odd (default: ")
