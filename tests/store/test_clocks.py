from tuning_playbook.store import clocks
from tuning_playbook.store.clocks import SteadyClock, clock_of_server


def test_a_server_is_asked_again_when_its_answer_is_old(monkeypatch):
    machine, told = [100.0], iter([1000.0, 2000.0])
    monkeypatch.setattr(clocks, "steady_seconds", lambda: machine[0])
    clock = clock_of_server(lambda: next(told))
    assert clock() == 1000.0
    machine[0] += 29.0
    assert clock() == 1029.0
    machine[0] += 1.0
    assert clock() == 2000.0


def test_the_clock_of_a_machine_is_asked_once(monkeypatch):
    machine, told = [100.0], iter([1000.0])
    monkeypatch.setattr(clocks, "steady_seconds", lambda: machine[0])
    clock = SteadyClock(lambda: next(told))
    assert clock() == 1000.0
    machine[0] += 1e6
    assert clock() == 1001000.0
