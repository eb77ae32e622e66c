from types import SimpleNamespace

import numpy as np

from tuning_playbook.report.rounds.happenings import happenings
from tuning_playbook.trial import Event, Trial

TRIALS = [Trial("s", i, {}, seed=i) for i in range(20)]
TABLE = SimpleNamespace(study="s", ids=np.array([f"run-{i}" for i in range(20)], dtype=object))


def told(*events):
    return happenings(events, TRIALS, TABLE)


def test_events_are_counted_by_kind_under_the_users_names_for_trials():
    (found,) = told(
        Event(60.0, "malformed-line", trial=3, data={"line": "{broken"}),
        Event(61.0, "malformed-line", trial=3, data={"line": "again"}),
        Event(62.0, "malformed-line", trial=7, data={"line": "later"}),
    )
    assert (found.study, found.kind, found.count) == ("s", "malformed line", 3)
    assert found.trials == "run-3, run-7"
    assert "{broken" in found.example


def test_first_attempts_are_no_news_but_later_ones_are():
    events = [Event(1.0 + i, "started", "attempt 1, slot 0", i) for i in range(3)]
    assert told(*events) == ()
    (again,) = told(*events, Event(9.0, "started", "attempt 2, slot 1", 1))
    assert (again.kind, again.count, again.trials) == ("attempted again", 1, "run-1")


def test_kinds_come_in_the_order_of_their_first_event_and_long_lists_are_cut():
    noisy = [Event(5.0, "not-a-number", trial=i) for i in range(20)]
    first, second = told(Event(2.0, "run-started", "playbook run s"), *noisy)
    assert (first.kind, first.example) == ("run started", "playbook run s")
    assert second.trials.endswith("run-7 and 12 more")


def test_a_trial_that_the_table_does_not_know_keeps_its_number():
    (found,) = told(Event(1.0, "damaged-journal", trial=99))
    assert found.trials == "99"
