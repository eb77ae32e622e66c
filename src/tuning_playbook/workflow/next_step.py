"""What to do now, and writing the round that it proposes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.decide.candidates import baseline_config, whole_config
from tuning_playbook.decide.mending import pending_advice
from tuning_playbook.decide.next_steps import next_steps
from tuning_playbook.decide.project_state import AnsweredRound, ProjectState, RoundState
from tuning_playbook.decide.step import NextStep
from tuning_playbook.decisions import Choice, Decision, Soundness
from tuning_playbook.design.reruns import rerun_study
from tuning_playbook.errors import InvalidInput, NoStoreYet, PlaybookError
from tuning_playbook.project_files import ROUNDS_FOLDER
from tuning_playbook.project_files.writing import round_to_toml
from tuning_playbook.roles import compared_keys
from tuning_playbook.run.failed_alike import failed_alike
from tuning_playbook.sources import SOURCES
from tuning_playbook.space import Config
from tuning_playbook.store import NO_TRIALS, Store, Tally
from tuning_playbook.store.logbook import (
    DECISION,
    EXPLORATION_OVER,
    LAUNCH,
    abandoned_rounds,
    decision_of,
    launch_of,
    newest_entry,
)
from tuning_playbook.study import Provenance, Round, Study
from tuning_playbook.trial import Reason, Status, Trial
from tuning_playbook.workflow.imported_baseline import program_is_there, unproven_baseline
from tuning_playbook.workflow.imported_rounds import is_imported, same_search
from tuning_playbook.workflow.mixing import ran_another_program
from tuning_playbook.workflow.opening import (
    OpenProject,
    open_project,
    open_round,
    project_store,
    round_names,
)
from tuning_playbook.workflow.overrides import skipped_reruns
from tuning_playbook.workflow.programs import SamePrograms, present_program
from tuning_playbook.workflow.remembering import remembered_answers
from tuning_playbook.workflow.round_facts import facts_of_rounds


@dataclass(frozen=True, slots=True)
class NextSteps:
    """What the playbook would do now.

    Args:
        project: its name.
        steps: most urgent first; numbered from 1 for a person.
    """

    project: str
    steps: tuple[NextStep, ...]

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "schema": 1,
            "project": self.project,
            "steps": [
                {
                    "title": step.title,
                    "reason": step.reason,
                    "command": _command(step, number),
                    "round": None if step.round is None else step.round.name,
                    "source": step.source,
                    "how": step.how,
                    "dismissal": step.dismissal,
                }
                for number, step in enumerate(self.steps, 1)
            ],
        }

    def renderable(self) -> Any:
        """For a terminal."""
        from rich.console import Group
        from rich.padding import Padding
        from rich.text import Text

        if not self.steps:
            return Text("Nothing is left to do: every question was asked and decided.")
        lines: list[Text | Padding] = []
        for number, step in enumerate(self.steps, 1):
            lines.append(Text(f"{number}. {step.title}", style="bold"))
            command = _command(step, number)
            unless = f"if it does not apply: {step.dismissal}" if step.dismissal else ""
            words = [(step.reason, ""), (step.how, ""),
                     (f"$ {command}" if command else "", "green"), (unless, "dim"),
                     (f"playbook, “{SOURCES[step.source].title}”", "dim")]  # fmt: skip
            lines += [
                Padding(Text(w, style=style), (0, 0, 0, 3), expand=False) for w, style in words if w
            ]
        return Group(*lines)


def _command(step: NextStep, number: int) -> str:
    return step.command or (f"playbook next --apply {number}" if step.round else "")


def what_next(folder: Path) -> NextSteps:
    """What to do now in the project that ``folder`` lies in."""
    opened = open_project(folder)
    return NextSteps(opened.project.name, next_steps(_state(opened)))


def apply_step(folder: Path, number: int) -> Path:
    """Write the round that a step proposes.

    Args:
        folder: of the project.
        number: of the step, from 1.

    Returns:
        The file written, for its user to read and change before it runs.

    Raises:
        InvalidInput: for a number that is not there, or a step that is no round; nothing is
            overwritten.
    """
    opened = open_project(folder)
    steps = next_steps(_state(opened))
    if not 1 <= number <= len(steps):
        raise InvalidInput(f"there is no step {number}; there are {len(steps)}: playbook next")
    step = steps[number - 1]
    if step.round is None:
        do = f"type: {step.command}" if step.command else "it is a change that you make yourself"
        raise InvalidInput(f"step {number} ({step.title}) writes no round; {do}")
    path = opened.folder / ROUNDS_FOLDER / f"{step.round.name}.toml"
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(_file(step, step.round))
    except FileExistsError:
        raise InvalidInput(f"{path} exists already and is left as it is") from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from error
    return path


def _file(step: NextStep, round_: Round) -> str:
    words = " ".join(f"Proposed because {step.reason}.".split())
    return f"{textwrap.indent(textwrap.fill(words, 88), '# ')}\n{round_to_toml(round_)}"


def _state(opened: OpenProject) -> ProjectState:
    written = {p.stem for p in (opened.folder / ROUNDS_FOLDER).glob("*.toml")}
    try:
        store = project_store(opened, must_exist=True)
    except NoStoreYet:
        waiting = tuple(sorted(written))
        asked = frozenset(k for r in _readable(opened, waiting) for k in compared_keys(r))
        return ProjectState(opened.project, waiting=waiting, asked=asked, names=frozenset(written))
    try:
        return _stored_state(opened, store, written)
    finally:
        store.close()


def _stored_state(opened: OpenProject, store: Store, written: set[str]) -> ProjectState:
    studies = store.studies()
    searches = [s for s in studies if s.purpose == "search"]
    ran = round_names(searches)
    facts, answers = facts_of_rounds(store), remembered_answers(store)
    given_up = abandoned_rounds(store)
    kinds = {entry.kind for entry in store.logbook()}
    order = [name for name in facts if name in ran] or list(ran)
    order = [name for name in order if name not in given_up]
    tallies, program = store.tallies(), present_program(opened)
    states = {
        name: _round_state(opened, store, searches, name, answers.get(name), tallies, program)
        for name in {*order[-1:], *_void(order, answers)}
    }
    waiting = tuple(sorted(written - {*ran, *given_up}))
    planned = tuple(_readable(opened, waiting))
    followed = {*(f.follows for f in facts.values()), *(r.follows for r in planned)}
    asked = {name: _asked(searches, name) for name in order}
    begun = _begun(tallies, searches, order[:-1])
    return ProjectState(
        project=opened.project,
        current=states[order[-1]] if order else None,
        waiting=waiting,
        begun=begun,
        begun_mixed=frozenset(name for name in begun if _mixed(store, searches, name, program)),
        unsettled=tuple(
            states[name]
            for i, name in enumerate(order[:-1])
            if name in states
            and name not in followed
            and states[name].decision is None
            and not any(asked[later] >= asked[name] for later in order[i + 1 :])
        ),
        followed=frozenset(followed),
        asked=frozenset().union(*asked.values(), *map(compared_keys, planned)),
        names=frozenset({*written, *ran}),
        exploration_over=EXPLORATION_OVER in kinds,
        unproven=unproven_baseline(opened, store, studies, answers, tallies),
        moving=frozenset(pair for found in answers.values() for pair in found.moving),
        program_there=program_is_there(opened),
        pending=pending_advice(order, {name: a.findings for name, a in answers.items()}),
        final_done=any(
            f.mode == "exploit" and n in answers for n, f in facts.items() if n in order
        ),
    )


def _void(order: Sequence[str], answers: Mapping[str, AnsweredRound]) -> list[str]:
    return [n for n in order if n in answers and answers[n].soundness is Soundness.VOID]


def _compared(round_: Round) -> tuple[str, ...]:
    return (*round_.scientific, *round_.scientific_ranges)


def _asked(searches: Sequence[Study], name: str) -> frozenset[str]:
    """Keys that a round compared."""
    return frozenset(key for s in _own(searches, name) for key in (*s.scientific, *s.joint))


def _readable(opened: OpenProject, names: Sequence[str]) -> Iterator[Round]:
    """The rounds whose files have no mistakes; `playbook run` tells those of the others."""
    for name in names:
        with suppress(PlaybookError):
            yield open_round(opened, name)


def _begun(
    tallies: Mapping[str, Tally], searches: Sequence[Study], names: Sequence[str]
) -> dict[str, int]:
    """Trials left in each round that has some."""
    left = dict.fromkeys(names, 0)
    for study in searches:
        name = study.round or study.name
        if name in left:
            counts = tallies.get(study.name, NO_TRIALS).counts
            left[name] += sum(n for status, n in counts.items() if not status.is_finished)
    return {name: count for name, count in left.items() if count}


def _round_state(
    opened: OpenProject,
    store: Store,
    searches: Sequence[Study],
    name: str,
    answered: AnsweredRound | None,
    tallies: Mapping[str, Tally],
    program: str,
) -> RoundState:
    counts = [tallies.get(s.name, NO_TRIALS).counts for s in _own(searches, name)]
    written: Round | None = None
    with suppress(PlaybookError):
        written = open_round(opened, name)
    imported = written is None and is_imported(store, searches, name)
    if imported:
        written = same_search(opened.project, next(s for s in searches if s.name == name))
    failed = [] if imported else _failed(store, searches, name, tallies)
    best = {} if answered is None else answered.best_config
    code = SamePrograms(store).first(program)
    decided = _standing_decision(opened, store, name, best, code)
    ended, left = (0, 0) if answered is None else _reruns(opened, answered, tallies, code)
    launches = [launch_of(e) for e in store.logbook(kind=LAUNCH) if e.round == name]
    return RoundState(
        name=name,
        written=written,
        planned=sum(n for count in counts for n in count.values()),
        finished=sum(n for count in counts for status, n in count.items() if status.is_finished),
        answered=answered,
        reruns=ended,
        reruns_left=left,
        decision=decided,
        reruns_skipped=skipped_reruns(store.logbook(), name) is not None,
        launched=bool(launches) and _agree(launches[-1].after, best),
        failures=tuple(found.text() for found in failed_alike(failed, round_name=name)),
        mended=bool(failed) and _is_mended(failed, program),
        mixed=not imported and _mixed(store, searches, name, program),
        imported=imported,
    )


def _standing_decision(
    opened: OpenProject, store: Store, name: str, best: Config, code: str
) -> Decision | None:
    """The newest decision on a round, where it is about things as they are now.

    One to adopt is launched only while baseline and program are those that it was made with.
    """
    entered = newest_entry(store, DECISION, name)
    if entered is None:
        return None
    decided = decision_of(entered)
    if not _agree(decided.candidate, best):
        return None
    before = dict(decided.incumbent) == baseline_config(opened.project)
    made_with = SamePrograms(store).first(str(entered.data.get("code", "")))
    same = before and made_with == code
    return decided if same or decided.choice is not Choice.ADOPT else None


def _failed(
    store: Store, searches: Sequence[Study], name: str, tallies: Mapping[str, Tally]
) -> list[Trial]:
    """Trials of a round that failed and may run again."""
    own = [s.name for s in _own(searches, name)]
    failing = [n for n in own if tallies.get(n, NO_TRIALS).counts.get(Status.FAILED)]
    return [t for study in failing for t in store.trials(study) if t.status is Status.FAILED]


def _is_mended(failed: Sequence[Trial], program: str) -> bool:
    """Whether running failed trials again may help."""
    return all(t.reason is Reason.LOST or t.program != program for t in failed)


def _mixed(store: Store, searches: Sequence[Study], name: str, program: str) -> bool:
    return ran_another_program(store, _own(searches, name), program=program)


def _own(searches: Sequence[Study], name: str) -> list[Study]:
    return [s for s in searches if (s.round or s.name) == name]


def _agree(config: Config, best: Config) -> bool:
    """Whether a configuration is the round's best; reruns may have named another one since."""
    return all(config.get(key, value) == value for key, value in best.items())


def _reruns(
    opened: OpenProject, answered: AnsweredRound, tallies: Mapping[str, Tally], code: str
) -> tuple[int, int]:
    """How often the best configuration and the baseline were both run again, and reruns to go.

    Only those with the program as it is now count.
    """
    try:
        best = whole_config(opened.project, answered.best_config)
    except InvalidInput:  # a hyperparameter is declared no longer
        return 0, 0
    provenance, ended, left = Provenance(code=code), [], 0
    for config in (best, baseline_config(opened.project)):
        tally = tallies.get(rerun_study(opened.project, config, provenance=provenance).name)
        counts = {} if tally is None else tally.counts
        ended.append(sum(n for status, n in counts.items() if status.is_finished))
        left += sum(n for status, n in counts.items() if not status.is_finished)
    return min(ended), left
