"""One random project followed step by step, with interruptions, edits and faults on the way."""

from __future__ import annotations

import csv
import json
import shlex
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from click.testing import CliRunner

from random_projects.fake_driver import FakeDriver, NoLauncher
from random_projects.promises import asked_twice, broken_by_round, said_twice
from random_projects.worlds import random_world
from tuning_playbook.cli.main import playbook
from tuning_playbook.errors import PlaybookError
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round

_ENDLESS = 10**9
# What a decision settles by itself.
_DECIDED = ("Take the arm that is", "Not yet: ", "Keep the baseline, or")
_ASKS_FOR_A_PERSON = ("playbook look --test",)


@dataclass
class Journey:
    """What happened in a project.

    Args:
        seed: that makes it again.
        steps: how many were taken.
        log: what was typed, with the exit code.
        broken: promises that were not kept.
        ended: whether nothing was left to do.
    """

    seed: int
    steps: int = 0
    log: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    ended: bool = False


class Traveller:
    """Types what `playbook next` proposes, in a folder of its own."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.journey = folder, Journey(seed)
        self.rng = np.random.default_rng(seed)
        self.world = random_world(self.rng)
        self.left = _ENDLESS
        self.rounds: list[Any] = []
        self.trained: set[Any] = set()
        self.program = 0  # its version
        (folder / "playbook.toml").write_text(self.world.text)
        (folder / "rounds").mkdir()
        (folder / "train.py").write_text("def train(trial):\n    pass\n")

    def type(self, *words: str) -> tuple[int, str]:
        """Exit code and output of a command; 99 for an exception that nobody expected."""
        where = [] if words[0] == "import" else ["--project", str(self.folder)]
        done = CliRunner().invoke(playbook, [*words, *where], env={"COLUMNS": "200"})
        code, said = done.exit_code, done.output
        if isinstance(done.exception, PlaybookError):
            code, said = 2, str(done.exception)
        elif done.exception is not None and not isinstance(done.exception, SystemExit):
            last = traceback.extract_tb(done.exception.__traceback__)[-1]
            code, said = 99, f"{done.exception!r} in {last.filename}:{last.lineno}"
        self.journey.log.append(f"[{code}] playbook {shlex.join(words)}")
        return code, said

    def fault(self, words: str) -> None:
        self.journey.broken.append(f"step {self.journey.steps}: {words}")

    def proposals(self) -> list[dict[str, Any]]:
        code, said = self.type("next", "--json")
        if code:
            self.fault(f"playbook next ended with {code}: {said[:300]}")
            return []
        steps: list[dict[str, Any]] = json.loads(said)["steps"]
        return steps

    def travel(self, most: int) -> Journey:
        """Follow the proposals until nothing is left, or for ``most`` steps."""
        if self.rng.random() < 0.25:
            self._import()
        steps = self.proposals()
        while self.journey.steps < most and not self.journey.broken:
            if not steps:
                self.journey.ended = not self.journey.broken
                break
            doable = [n for n, s in enumerate(steps, 1) if s["command"]
                      and s["command"] not in _ASKS_FOR_A_PERSON]  # fmt: skip
            if not doable and not self._mend():
                self.journey.ended = True
                break
            if not doable:
                steps = self.proposals()
                continue
            first = self.rng.random() < 0.8
            number = doable[0] if first else int(self.rng.choice(doable))
            steps = self._take(number, steps)
            self.journey.steps += 1
            if self._edit():
                steps = self.proposals()
        return self.journey

    def _take(self, number: int, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Do what a step says, and return what is proposed after it."""
        step = steps[number - 1]
        if step["round"] is not None:
            self._write(number, step["round"])
            return self.proposals()
        words = shlex.split(step["command"])[1:]
        trains = words[0] in ("run", "rerun")
        self.left = (
            int(self.rng.integers(1, 12)) if trains and self.rng.random() < 0.15 else _ENDLESS
        )
        more = ("--no-report", "--no-try") if words[0] == "run" else ()
        code, said = self.type(*words, *more)
        if code not in (0, 1) and not (code == 130 and self.left < _ENDLESS):
            self.fault(f"{step['command']} ended with {code}: {said[:300]}")
        after = self.proposals()
        again = [s for s in after if (s["title"], s["command"]) == (step["title"], step["command"])]
        if again and self.left >= _ENDLESS and not self.journey.broken and not trains:
            self.fault(f"{step['command']} is proposed again after it was done")
        if again and trains and self.left >= _ENDLESS and "waiting" not in said:
            self.fault(f"{step['command']} is proposed again after it ran to its end")
        for told in after:
            if said_twice(told):
                self.fault(f"{told['title']} prints its command twice: {told['reason']}")
        if words[0] in ("decide", "launch"):
            titles = {s["title"] for s in after}
            lost = [s["title"] for s in steps if not s["command"] and not s["round"]
                    and s["title"] not in titles
                    and not s["title"].startswith(_DECIDED)]  # fmt: skip
            if lost:
                self.fault(f"after {step['command']}, {lost} is gone undone")
        return after

    def _edit(self) -> bool:
        """Now and then its user changes something; whether they did."""
        if self.world.broken and self.rng.random() < 0.3:
            return self._mend()
        chance = self.rng.random()
        if chance < 0.04:
            self._append("train.py", "# changed\n")
        elif chance < 0.07:
            waiting = sorted((self.folder / "rounds").glob("*.toml"))
            if waiting:
                gone = waiting[int(self.rng.integers(len(waiting)))]
                gone.unlink()
                self.rounds = [r for r in self.rounds if r.name != gone.stem]
        elif chance < 0.1:
            file = self.folder / "playbook.toml"
            file.write_text(file.read_text().replace("log = [1e-6, 1e-2]", "log = [1e-7, 1e-1]"))
        else:
            return False
        self.journey.log.append(f"edited: {chance:.3f}")
        return True

    def _mend(self) -> bool:
        """The program is corrected, so that no trial fails by it any more; whether one did."""
        if not (self.world.broken or self.world.random_failures):
            return False
        self.world = replace(self.world, broken=False, random_failures=0.0)
        self._append("train.py", "# mended\n")
        self.journey.log.append("mended")
        return True

    def _append(self, name: str, line: str) -> None:
        self.program += 1
        with (self.folder / name).open("a") as file:
            file.write(line)

    def _write(self, number: int, name: str) -> None:
        code, said = self.type("next", "--apply", str(number))
        if code:
            self.fault(f"next --apply {number} ({name}) ended with {code}: {said[:300]}")
            return
        project = read_project(self.folder)
        try:
            round_ = read_round(self.folder / "rounds" / f"{name}.toml", project)
        except PlaybookError as error:
            self.fault(f"rounds/{name}.toml is refused: {str(error)[:300]}")
            return
        code, said = self.type("plan", name)
        if code:
            self.fault(f"plan {name} ended with {code}: {said[:300]}")
            return
        for words in broken_by_round(project, round_, earlier=self.rounds):
            self.fault(f"{name}: {words}")
        self.rounds.append(round_)
        for words in asked_twice(self.rounds):
            self.fault(words)

    def _import(self) -> None:
        """A study that something else has run becomes the first round."""
        columns = self.world.columns
        path = self.folder / "sweep.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*columns, "val_error"])
            for i in range(int(self.rng.integers(8, 60))):
                rate = float(10 ** self.rng.uniform(-4, 0))
                row = [rate, *(self._cell(name) for name in columns[1:])]
                config = dict(zip(columns, row, strict=True))
                ending, curve = replace(self.world, broken=False).curve(config, i)
                writer.writerow([*row, curve[-1] if ending == "complete" else ""])
        for name in ("playbook.toml",):
            (self.folder / name).unlink()
        code, said = self.type("import", str(path), "--into", str(self.folder))
        if code:
            self.fault(f"import ended with {code}: {said[:300]}")

    def _cell(self, name: str) -> Any:
        choices = {
            "schedule": ("constant", "cosine", "linear"), "activation": ("relu", "gelu"),
            "augment": (True, False), "batch_size": (16, 32, 64, 128), "epochs": (5, 10, 20),
            "num_layers": (1, 2, 3, 4), "width": (4, 8, 16, 32), "warmup_steps": (0, 5, 10),
        }  # fmt: skip
        if name in choices:
            return choices[name][int(self.rng.integers(len(choices[name])))]
        if name in ("weight_decay", "wd", "init_scale", "max_grad_norm", "eps", "epsilon"):
            return float(10 ** self.rng.uniform(-5, -1))
        return float(self.rng.uniform(0, 0.5))


@contextmanager
def without_processes(traveller: Traveller) -> Iterator[None]:
    """Runs end at once, by what the traveller's world says."""
    driver = partial(FakeDriver, traveller=traveller)
    place = "tuning_playbook.workflow.running.driving"
    with mock.patch(f"{place}.LocalLauncher", NoLauncher), mock.patch(f"{place}.Driver", driver):
        yield


def journey(folder: Path, seed: int, *, most: int = 40) -> Journey:
    """Follow the random project of ``seed`` in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    traveller = Traveller(folder, seed)
    with without_processes(traveller):
        return traveller.travel(most)
