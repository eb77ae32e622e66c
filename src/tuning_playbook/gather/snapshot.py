"""What is known of a project: each thing is read when it is first asked for, and only once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.design.reruns import under_program
from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.opening import NEXT, OpenProject, present_program, run_command
from tuning_playbook.project_files.places import ROUNDS_FOLDER
from tuning_playbook.records.answers import AnsweredRound, remembered_answers
from tuning_playbook.records.entered_decisions import EnteredDecision, entered_decisions
from tuning_playbook.records.imports import IMPORTED
from tuning_playbook.records.logbook import (
    LAUNCH,
    abandoned_rounds,
    launch_of,
    newest_entry,
)
from tuning_playbook.records.programs import SamePrograms
from tuning_playbook.records.round_facts import RoundFacts, facts_of_rounds
from tuning_playbook.space import Config
from tuning_playbook.store import StoreReader
from tuning_playbook.study import Project, Study
from tuning_playbook.trial import NO_TRIALS, Curves, Event, Tally, Trial


class Snapshot:
    """A project as it was when this was made; what is written later it does not see.

    Args:
        opened: the project.
        store: of the project, without what it holds out.
    """

    def __init__(self, opened: OpenProject, store: StoreReader) -> None:
        self.opened = opened
        self._store = store
        self._trials: dict[str, tuple[Trial, ...]] = {}

    @property
    def folder(self) -> Path:
        """Of the project."""
        return self.opened.folder

    @property
    def project(self) -> Project:
        """As its file declares it."""
        return self.opened.project

    @cached_property
    def studies(self) -> tuple[Study, ...]:
        """All of them, in order of creation."""
        return self._store.studies()

    @cached_property
    def searches(self) -> tuple[Study, ...]:
        """Studies of rounds."""
        return tuple(s for s in self.studies if s.purpose == "search")

    @cached_property
    def rerun_studies(self) -> tuple[Study, ...]:
        """Studies that run one configuration again."""
        return tuple(s for s in self.studies if s.purpose == "rerun")

    @cached_property
    def rerun_sets(self) -> Mapping[str, tuple[Study, ...]]:
        """Reruns that count together, by the name that they have under their first program.

        Versions of the program that were declared to train alike rerun one configuration.
        """
        found: dict[str, tuple[Study, ...]] = {}
        for study in self.rerun_studies:
            code = self.same_programs.first(study.provenance.code)
            name = under_program(study, code).name
            found[name] = (*found.get(name, ()), study)
        return found

    @cached_property
    def tallies(self) -> Mapping[str, Tally]:
        """Study -> its trials, counted."""
        return self._store.tallies()

    @cached_property
    def logbook(self) -> tuple[LogbookEntry, ...]:
        """All entries, oldest first."""
        return self._store.logbook()

    @cached_property
    def facts(self) -> Mapping[str, RoundFacts]:
        """Round -> what it was for."""
        return facts_of_rounds(self.logbook)

    @cached_property
    def answers(self) -> Mapping[str, AnsweredRound]:
        """Round -> the newest answer to its question."""
        return remembered_answers(self.logbook)

    @cached_property
    def abandoned(self) -> Mapping[str, str]:
        """Round -> why it was given up."""
        return abandoned_rounds(self.logbook)

    @cached_property
    def same_programs(self) -> SamePrograms:
        """Which versions of the training program train alike."""
        return SamePrograms(self.logbook)

    @cached_property
    def present_program(self) -> str:
        """Digest of the training program as it is now."""
        return present_program(self.opened)

    @property
    def code(self) -> str:
        """The earliest version of the program that trains like the present one."""
        return self.same_programs.first(self.present_program)

    @cached_property
    def decisions(self) -> tuple[EnteredDecision, ...]:
        """Every decision, oldest first."""
        return entered_decisions(self.logbook)

    @cached_property
    def exact_configs(self) -> tuple[Config, ...]:
        """What was rerun, decided about or launched, and the baseline.

        Drawn values are rounded before they are rerun. A trial that was rerun in all its digits,
        by an earlier version or as the baseline, keeps them: its reruns, decisions and launches
        are of that.
        """
        reruns = [study.fixed for study in self.rerun_studies]
        decided = [entered.decision.candidate for entered in self.decisions]
        launched = [launch_of(e).after for e in self.logbook if e.kind == LAUNCH]
        return (*reruns, *decided, *launched, baseline_config(self.project))

    def newest(self, kind: str, round_name: str) -> LogbookEntry | None:
        """The latest entry of a kind about a round; ``None`` without one."""
        return newest_entry(self.logbook, kind, round_name)

    def tally(self, study: str) -> Tally:
        """Of one study; zeros where it has no trial."""
        return self.tallies.get(study, NO_TRIALS)

    def rerun_trials(self, name: str) -> tuple[Trial, ...]:
        """All trials of `rerun_sets`; none where there is no such set."""
        return tuple(t for s in self.rerun_sets.get(name, ()) for t in self.trials(s.name))

    def trials(self, study: str) -> tuple[Trial, ...]:
        """All trials of a study, in order of their index."""
        if study not in self._trials:
            self._trials[study] = self._store.trials(study)
        return self._trials[study]

    def some_trials(self, study: str, indices: Collection[int]) -> tuple[Trial, ...]:
        """Those trials of a study that are asked for; what is not there is left out."""
        return self._store.trials(study, indices=indices)

    def curves(
        self,
        study: str,
        *,
        trials: Collection[int] | None = None,
        metrics: Collection[str] | None = None,
    ) -> Mapping[int, Curves]:
        """As the store's: read each time, since they are large."""
        return self._store.curves(study, trials=trials, metrics=metrics)

    def events(self, study: str) -> tuple[Event, ...]:
        """Everything recorded for a study, oldest first."""
        return self._store.events(study)

    def studies_of(self, round_name: str) -> tuple[Study, ...]:
        """The studies of a round; none before it has run."""
        return tuple(s for s in self.searches if (s.round or s.name) == round_name)

    def round_studies(self, round_name: str) -> tuple[Study, ...]:
        """The studies of a round that has been run.

        Raises:
            InvalidInput: when there is none of that round.
        """
        found = self.studies_of(round_name)
        if not found:
            raise InvalidInput(self._not_run(round_name))
        return found

    def _not_run(self, name: str) -> str:
        """That a round has no trials, and what to type instead."""
        names = sorted(round_names(self.searches))
        so_far = f"run or imported so far: {', '.join(names) or 'none'}"
        file = f"{ROUNDS_FOLDER}/{name}.toml"
        if (self.folder / file).is_file():
            typed = run_command(self.opened, name, ran=names) or NEXT
            return f"round {name!r} has not been run yet; {so_far}. Type: {typed}"
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"For what to do next: {NEXT}"
        return (
            f"there is no round {name!r}: it has no file {file}, and nothing was imported under "
            f"this name; {so_far}. {hint}"
        )

    def is_imported(self, round_name: str) -> bool:
        """Whether a round came from another tool."""
        if round_name not in {study.name for study in self.searches}:
            return False
        return any(event.kind == IMPORTED for event in self.events(round_name))


def round_names(studies: Sequence[Study]) -> tuple[str, ...]:
    """Names of the rounds that studies belong to, in order of their first study.

    Reruns belong to the project: those of the baseline serve every round.
    """
    return tuple(dict.fromkeys(s.round or s.name for s in studies if s.purpose == "search"))
