from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.run import control
from tuning_playbook.trial import Outcome, Reason, Status, Trial

COMPLETE = Outcome(Status.COMPLETE)


def trial(index, attempts=1):
    return Trial("study", index, {}, seed=0, status=Status.RUNNING, attempts=attempts)


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), st.integers(1, 4), st.booleans()),
        st.tuples(st.just("exit"), st.integers(0, 8), st.sampled_from([COMPLETE, None])),
        st.tuples(st.just("tick"), st.integers(0, 100), st.none()),
        st.tuples(st.just("lease"), st.integers(0, 8), st.none()),
        st.tuples(st.just("stop"), st.none(), st.none()),
        st.tuples(st.just("by hand"), st.integers(0, 8), st.none()),
    ),
    max_size=40,
)


@given(EVENTS, st.integers(1, 3))
def test_any_order_of_events_keeps_the_slots_and_ends_every_trial_once(events, slots):
    limits, state = control.Limits(slots=slots, attempts=3), control.RunState()
    claimed, ended, lost = [], [], set()
    for kind, a, b in events:
        keys = sorted(state.running)
        if kind == "claim":
            one = trial(len(claimed), attempts=a)
            claimed.append(control.key_of(one))
            event = control.Claimed(one, timeout_seconds=50.0 if b else None)
        elif kind == "exit":
            event = control.Exited(keys[a % len(keys)] if keys else "study#9.1", b)
        elif kind == "tick":
            event = control.Tick(float(a))
        elif kind == "lease":
            event = control.LeaseEnded(keys[a % len(keys)] if keys else "nobody")
            lost |= set(keys[a % len(keys) :][:1]) if keys else set()
        elif kind == "by hand":
            event = control.TrialStopRequested(keys[a % len(keys)] if keys else "nobody")
        else:
            event = control.StopRequested()
        state, orders = control.advance(state, event, limits)
        assert len(state.running) <= slots
        used = [r.slot for r in state.running.values()]
        assert len(set(used)) == len(used)
        for order in orders:
            if isinstance(order, (control.Finish, control.Release)):
                ended.append(control.key_of(order.trial))
            if isinstance(order, control.Start):
                assert not state.stopping
    assert len(set(ended)) == len(ended)
    assert set(ended) <= set(claimed)
    gone = set(claimed) - set(ended) - set(state.running)
    assert gone <= lost


def started(limits, **arguments):
    return control.advance(control.RunState(), control.Claimed(trial(0), **arguments), limits)


def test_a_trial_past_its_deadline_is_killed_and_infeasible():
    limits = control.Limits(1)
    state, _ = started(limits, now=5.0, timeout_seconds=10.0)
    assert control.advance(state, control.Tick(14.9), limits) == (state, ())
    state, orders = control.advance(state, control.Tick(15.25), limits)
    assert orders == (control.Kill("study#0.1"),)
    _, (order,) = control.advance(state, control.Exited("study#0.1", None), limits)
    assert (order.outcome.status, order.outcome.reason) == (Status.INFEASIBLE, Reason.TIMEOUT)
    assert order.outcome.detail.startswith("stopped after 10.2 s: timeout_seconds = 10 under")


def test_a_machine_fault_is_retried_a_stated_number_of_times():
    limits = control.Limits(1, attempts=2)
    for attempts, kind in ((1, control.Release), (2, control.Finish)):
        claimed = control.Claimed(trial(0, attempts), faults=attempts - 1)
        state, _ = control.advance(control.RunState(), claimed, limits)
        _, (order,) = control.advance(state, control.Exited(f"study#0.{attempts}", None), limits)
        assert isinstance(order, kind)
        assert getattr(order, "fault", "told")
    assert order.outcome.reason is Reason.LOST
    assert "lost 2 times to faults of the machine" in order.outcome.detail


def test_only_faults_of_the_machine_use_up_the_patience_with_a_trial():
    limits = control.Limits(1, attempts=3)
    claimed = control.Claimed(trial(0, attempts=9))  # stopped, or its driver was killed, 8 times
    state, _ = control.advance(control.RunState(), claimed, limits)
    _, (order,) = control.advance(state, control.Exited("study#0.9", None), limits)
    assert order == control.Release(trial(0, attempts=9), "killed from outside, or a full disk")


def test_a_stop_releases_running_trials_however_often_they_were_started():
    limits = control.Limits(1, attempts=2)
    state, _ = control.advance(control.RunState(), control.Claimed(trial(0, attempts=5)), limits)
    state, orders = control.advance(state, control.StopRequested(), limits)
    assert orders == (control.Kill("study#0.5"),)
    _, (order,) = control.advance(state, control.Exited("study#0.5", None), limits)
    assert order == control.Release(trial(0, attempts=5))


def test_a_trial_that_comes_back_to_its_worker_leaves_no_end_of_its_stale_attempt():
    """Its lease had ended, another worker had it and died, and now the first one claims it."""
    limits = control.Limits(slots=2)
    state, _ = control.advance(control.RunState(), control.Claimed(trial(0)), limits)
    state, orders = control.advance(state, control.Claimed(trial(0, attempts=3)), limits)
    assert orders == (control.Kill("study#0.1"), control.Start(trial(0, attempts=3), 1))
    failed = Outcome(Status.FAILED, Reason.EXCEPTION, "it saves no more")
    state, orders = control.advance(state, control.Exited("study#0.1", failed), limits)
    assert orders == ()
    _, orders = control.advance(state, control.Exited("study#0.3", COMPLETE), limits)
    assert orders == (control.Finish(trial(0, attempts=3), COMPLETE),)


def test_a_trial_that_is_stopped_by_hand_is_cancelled_and_the_others_go_on():
    limits = control.Limits(slots=2)
    state = control.RunState()
    for index in (0, 1):
        state, _ = control.advance(state, control.Claimed(trial(index)), limits)
    asked = control.TrialStopRequested("study#0.1", "it stands still")
    state, orders = control.advance(state, asked, limits)
    assert orders == (control.Kill("study#0.1"),)
    assert control.advance(state, asked, limits) == (state, ())  # once is enough
    state, orders = control.advance(state, control.Exited("study#0.1", None), limits)
    detail = "stopped by hand: it stands still"
    ended = Outcome(Status.CANCELLED, Reason.CANCELLED, detail)
    assert orders == (control.Finish(trial(0), ended),)
    assert list(state.running) == ["study#1.1"]


def test_a_trial_that_ends_while_it_is_stopped_keeps_its_end():
    limits = control.Limits(slots=1)
    state, _ = control.advance(control.RunState(), control.Claimed(trial(0)), limits)
    state, _ = control.advance(state, control.TrialStopRequested("study#0.1"), limits)
    _, orders = control.advance(state, control.Exited("study#0.1", COMPLETE), limits)
    assert orders == (control.Finish(trial(0), COMPLETE),)


def test_arms_keep_level():
    waiting, totals = {"a": 10, "b": 5}, {"a": 10, "b": 5}
    order = []
    for _ in range(15):
        name = control.next_study(waiting, totals)
        waiting[name] -= 1
        order.append(name)
        shares = [1 - waiting[n] / totals[n] for n in ("a", "b")]
        assert abs(shares[0] - shares[1]) <= 1 / 5
    assert control.next_study(waiting, totals) is None
