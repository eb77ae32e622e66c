"""What happens to a campaign: kills, stops, jumps, a full disk, at random moments."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from killing.campaign import Campaign, Found
from killing.processes import Driver, Hanging, kill, wait_until

_LONGEST_CLOCK_JUMP_SECONDS = 3 * 3600.0
Event = Callable[[Campaign], bool]


def campaign_of(campaign: Campaign, most_events: int) -> Found:
    """Let events happen until there were enough or the round has ended; then judge."""
    names, weights = zip(*[(name, weight) for name, (weight, _) in EVENTS.items()], strict=True)
    try:
        while campaign.found.events.total() < most_events:
            if campaign.look_at_ended() and not campaign.living():
                break
            if not campaign.living():
                campaign.start()
            if campaign.random.random() < 0.85:  # the others come while a run starts
                campaign.wait_for_a_trial()
            campaign.pause(0.5)
            (name,) = campaign.random.choices(names, weights)
            if EVENTS[name][1](campaign):
                campaign.found.events[name] += 1
    except Hanging as error:
        campaign.found.faults.append(str(error))
        return campaign.found
    return campaign.finish()


def _a_driver(campaign: Campaign) -> Driver | None:
    living = campaign.living()
    return campaign.random.choice(living) if living else None


def _driver_killed(campaign: Campaign) -> bool:
    driver = _a_driver(campaign)
    if driver is None:
        return False
    driver.dealt.append("driver killed")
    driver.send(signal.SIGKILL)
    driver.ended()
    return True


def _worker_killed(campaign: Campaign) -> bool:
    driver = _a_driver(campaign)
    workers = driver.workers() if driver else {}
    if not workers:
        return False
    pid = campaign.random.choice(list(workers))
    if not kill(pid, signal.SIGKILL):
        return False
    index = workers[pid]
    if index is None:
        campaign.kills_of_unknown += 1
    else:
        campaign.kills[index] += 1
    return True


def _server_killed(campaign: Campaign) -> bool:
    driver = _a_driver(campaign)
    server = driver.server() if driver else None
    if driver is None or server is None:
        return False
    driver.dealt.append("fork server killed")
    kill(server, signal.SIGKILL)
    driver.ended()
    return True


def _ended_by(*numbers: signal.Signals, name: str) -> Event:
    def event(campaign: Campaign) -> bool:
        driver = _a_driver(campaign)
        if driver is None:
            return False
        driver.dealt.append(name)
        for place, number in enumerate(numbers):
            if place:
                campaign.pause(0.5)
            driver.send(number)
        driver.ended()
        return True

    return event


def _worker_stopped(campaign: Campaign) -> bool:
    driver = _a_driver(campaign)
    workers = list(driver.workers()) if driver else []
    if not workers:
        return False
    return _stopped_for_a_while(campaign, campaign.random.choice(workers))


def _driver_stopped(campaign: Campaign) -> bool:
    driver = _a_driver(campaign)
    return driver is not None and _stopped_for_a_while(campaign, driver.process.pid)


def _stopped_for_a_while(campaign: Campaign, pid: int) -> bool:
    stopped = kill(pid, signal.SIGSTOP)
    campaign.pause(1.0)
    return kill(pid, signal.SIGCONT) and stopped


def _second_driver(campaign: Campaign) -> bool:
    if len(campaign.living()) != 1:
        return False
    campaign.start()
    return True


def _clock_jumped(campaign: Campaign) -> bool:
    jump = _LONGEST_CLOCK_JUMP_SECONDS
    campaign.set_clock(campaign.random.uniform(-jump, jump))
    return True


def _lease_taken_over(campaign: Campaign) -> bool:
    """A driver sleeps, and another one whose clock is hours ahead takes its trials."""
    living = campaign.living()
    if len(living) != 1 or not campaign.is_sqlite or not living[0].workers():
        return False
    (asleep,) = living
    kill(asleep.process.pid, signal.SIGSTOP)
    try:
        campaign.set_clock(2 * _LONGEST_CLOCK_JUMP_SECONDS)
        other = campaign.start()
        wait_until(lambda: other.workers() or not other.is_alive, "a trial of a second driver")
        campaign.pause(0.5)
    finally:
        kill(asleep.process.pid, signal.SIGCONT)
        campaign.set_clock(0.0)
    return True


def _disk_full(campaign: Campaign) -> bool:
    if not campaign.own_disk:
        return False
    ballast = campaign.disk / "ballast"
    campaign.was_full = True
    _fill(ballast, spare=campaign.random.choice([0, 0, 4096, 100_000]))
    campaign.pause(3.0)
    ballast.unlink()
    return True


def _fill(ballast: Path, *, spare: int) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
        os.truncate(ballast, max(0, file.tell() - spare))


def _project_moved(campaign: Campaign) -> bool:
    campaign.kill_all("project moved")
    place = campaign.disk / f"project-{campaign.found.events.total()}"
    campaign.project.rename(place)
    campaign.project = place
    return True


def _project_copied(campaign: Campaign) -> bool:
    """A copy of a project whose drivers were killed goes on by itself, and loses nothing either."""
    if not campaign.is_sqlite:
        return False
    campaign.kill_all("project copied")
    copy, truth = campaign.disk / "copy", campaign.folder / "truth-of-copy"
    shutil.copytree(campaign.project, copy)
    shutil.copytree(campaign.truth, truth)
    faults = campaign.verdict_of(copy, truth).faults
    campaign.found.faults += [f"in a copied project: {fault}" for fault in faults]
    shutil.rmtree(copy)
    shutil.rmtree(truth)
    return True


# name -> how often, as a share of all; whether it could happen at this moment
EVENTS: dict[str, tuple[float, Event]] = {
    "driver killed": (22, _driver_killed),
    "worker killed": (16, _worker_killed),
    "fork server killed": (12, _server_killed),
    "terminated": (9, _ended_by(signal.SIGTERM, name="terminated")),
    "Ctrl-C": (7, _ended_by(signal.SIGINT, name="Ctrl-C")),
    "Ctrl-C twice": (8, _ended_by(signal.SIGINT, signal.SIGINT, name="Ctrl-C twice")),
    "worker stopped for a while": (4, _worker_stopped),
    "driver stopped for a while": (4, _driver_stopped),
    "second driver at once": (6, _second_driver),
    "clock jumped": (5, _clock_jumped),
    "lease taken over": (3, _lease_taken_over),
    "disk full": (3, _disk_full),
    "project moved": (2, _project_moved),
    "project copied": (1, _project_copied),
}
