"""One project under random events until its round has ended, and the verdict on it."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import tuning_playbook
from killing.judging import Verdict, judge
from killing.processes import Driver, Hanging, start_driver, wait_until
from killing.project import write_clock, write_project

_DISK_MEGABYTES = 24
_MOST_RETRIES = 6


@dataclass(slots=True)
class Found:
    """What a campaign came to.

    Args:
        events: by name, how many happened.
        values, trials: that were compared.
        retried: trials that the machine failed too often, which ran again.
        faults: one sentence each.
    """

    events: Counter[str] = field(default_factory=Counter)
    values: int = 0
    trials: int = 0
    retried: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, other: Found) -> None:
        """Count another campaign as well."""
        self.events += other.events
        self.values += other.values
        self.trials += other.trials
        self.retried += other.retried
        self.faults += other.faults


class Campaign:
    """A project folder, its drivers, and what was done to them.

    Args:
        folder: empty; the project, the truth and the clock come into it.
        store: URL of the project's store.
        trials: of its round.
        seed: of the round and of every choice here.
        pace: seconds that a training step takes.
    """

    def __init__(
        self, folder: Path, *, store: str, trials: int, seed: int, pace: float = 0.005
    ) -> None:
        self.random = random.Random(seed)
        self.folder, self.store = folder, store
        self.disk, self.truth = folder / "disk", folder / "truth"
        self.project = self.disk / "project"
        self.found = Found()
        self.drivers: list[Driver] = []
        self.kills: Counter[int] = Counter()  # by trial
        self.kills_of_unknown = 0
        self.was_full = False
        self._started = 0
        self._environment = {
            "KILL_TEST_TRUTH": str(self.truth),
            "KILL_TEST_CLOCK": str(folder / "clock" / "offset"),
            "KILL_TEST_PACE": str(pace),
        }
        for made in (self.disk, self.truth):
            made.mkdir(parents=True)
        self.own_disk = _mounted(self.disk)
        write_clock(folder / "clock")
        write_project(self.project, store=store, trials=trials, seed=seed)

    @property
    def is_sqlite(self) -> bool:
        """Whether the store lies in the project's folder."""
        return self.store.startswith("sqlite")

    def living(self) -> list[Driver]:
        """Drivers that run."""
        return [driver for driver in self.drivers if driver.is_alive]

    def start(
        self, *options: str, project: Path | None = None, truth: Path | None = None
    ) -> Driver:
        """Start `playbook run`."""
        self._started += 1
        mark = f"{self.folder.name}-{self._started}"
        environment = dict(self._environment)
        if truth is not None:
            environment["KILL_TEST_TRUTH"] = str(truth)
        path = [str(self.folder / "clock"), *_python_path()]
        environment["PYTHONPATH"] = ":".join(path)
        driver = start_driver(
            project or self.project, mark, environment=environment, options=options
        )
        if project is None:
            self.drivers.append(driver)
        return driver

    def set_clock(self, offset_seconds: float) -> None:
        """Let the clock of the wall jump, for every process of this campaign."""
        place = Path(self._environment["KILL_TEST_CLOCK"])
        whole = place.with_suffix(".new")
        whole.write_text(repr(offset_seconds))
        whole.replace(place)

    def wait_for_a_trial(self) -> None:
        """Until some trial runs, or no driver is left."""
        wait_until(
            lambda: any(d.workers() for d in self.living()) or not self.living(), "a trial to run"
        )

    def pause(self, longest: float) -> None:
        """Let a random time pass, so that the next event comes at any moment."""
        time.sleep(self.random.uniform(0, longest))

    def look_at_ended(self) -> bool:
        """Judge how drivers ended that run no more; whether one ended with its work done."""
        done = False
        for driver in [d for d in self.drivers if not d.is_alive]:
            self.drivers.remove(driver)
            code = driver.ended()
            done |= code in (0, 1)
            if not _is_right(code, driver.dealt, full=self.was_full):
                told = driver.output.read_text(errors="replace")[-600:]
                words = f"a run ended with {code} after {driver.dealt or 'nothing'}: {told}"
                self.found.faults.append(words)
        return done

    def kill_all(self, kill: str) -> None:
        """End every driver at once."""
        for driver in self.living():
            driver.dealt.append(kill)
            driver.send(signal.SIGKILL)
        for driver in self.drivers:
            driver.ended()
        self.look_at_ended()

    def finish(self) -> Found:
        """Let the round end undisturbed, and compare everything."""
        try:
            for driver in self.drivers:
                driver.ended()
            self.look_at_ended()
            verdict = self.verdict_of(self.project, self.truth)
        except Hanging as error:
            self.found.faults.append(str(error))
        else:
            self.found.trials, self.found.values = verdict.trials, verdict.values
            self.found.faults += verdict.faults
        return self.found

    def verdict_of(self, project: Path, truth: Path) -> Verdict:
        """Run a project to its end and judge it; trials that were lost run again."""
        options: tuple[str, ...] = ()
        faults: set[str] = set()
        for _ in range(_MOST_RETRIES):
            driver = self.start(*options, project=project, truth=truth)
            code = driver.ended()
            if options and code == 1:
                # Of failed trials that run again, the first ones may be those that have to fail.
                code = self.start(project=project, truth=truth).ended()
            if code != 0:
                told = driver.output.read_text(errors="replace")[-600:]
                faults.add(f"an undisturbed run ended with {code}: {told}")
            verdict = judge(project, truth, self.store, self._dealt())
            if not verdict.lost:
                break
            faults |= set(verdict.faults)
            self.found.retried += len(verdict.lost)
            options = ("--retry", "failed")
        return Verdict(verdict.trials, verdict.values, (*faults, *verdict.faults), verdict.lost)

    def _dealt(self) -> Mapping[int, int]:
        beside = self.kills_of_unknown + 3 * self.was_full
        return {index: self.kills[index] + beside for index in range(10_000)}

    def close(self) -> None:
        """End what still runs, and give the disk back."""
        for driver in self.living():
            driver.process.kill()
            driver.process.wait()
        if self.own_disk:
            subprocess.run(["umount", "--lazy", str(self.disk)], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def _is_right(code: int, dealt: list[str], *, full: bool) -> bool:
    """Whether a run may end with this exit code after what was done to it."""
    allowed = {0}
    if dealt:
        allowed |= {1}  # all that is left of it failed as planned
    if {"driver killed", "project copied", "project moved"} & set(dealt):
        allowed |= {-9}
    if {"terminated", "Ctrl-C", "Ctrl-C twice"} & set(dealt):
        allowed |= {130, -2, -15}
    if "fork server killed" in dealt or full:
        allowed |= {2}
    return code in allowed


def _mounted(folder: Path) -> bool:
    """A small disk of its own at ``folder``; whether this machine permits it."""
    size = f"size={_DISK_MEGABYTES}m"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _python_path() -> list[str]:
    return [str(Path(tuning_playbook.__file__).parents[1])]
