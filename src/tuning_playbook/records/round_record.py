"""Everything that is known of a round: what its answer, decisions and launches go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tuning_playbook.decisions import Launch
from tuning_playbook.records.answers import AnsweredRound
from tuning_playbook.records.arm import Arm
from tuning_playbook.records.entered_decisions import EnteredDecision
from tuning_playbook.records.overrides import Override
from tuning_playbook.records.programs import SamePrograms
from tuning_playbook.records.reruns import StoredReruns
from tuning_playbook.records.round_facts import RoundFacts
from tuning_playbook.space import Config
from tuning_playbook.study import Project


@dataclass(frozen=True, slots=True, eq=False)
class RoundRecord:
    """A round that has been run, finished or not.

    Args:
        name: of the round.
        project: as declared now.
        facts: what the round was for.
        arms: its studies.
        reruns: all of the project.
        code: version of the training program as it is now; empty in a project without reruns.
        same_programs: which versions train alike.
        exact: configurations that are not rounded: those that were rerun, decided about or
            launched, and the baseline.
        searched: keys that any round of the project has compared or tuned.
        set_aside: checks that are not to count -> why.
        overrides: what was decided against the advice, in this round or the whole project.
        reruns_skipped: why it is not decided by reruns; ``None`` where it may be.
        answered: the answer that was entered last; ``None`` before the first.
        decisions: all of the project, oldest first.
        launches: of this round, oldest first.
    """

    name: str
    project: Project
    facts: RoundFacts
    arms: tuple[Arm, ...]
    reruns: tuple[StoredReruns, ...]
    code: str
    same_programs: SamePrograms
    exact: tuple[Config, ...]
    searched: frozenset[str]
    set_aside: Mapping[str, str]
    overrides: tuple[Override, ...]
    reruns_skipped: str | None
    answered: AnsweredRound | None
    decisions: tuple[EnteredDecision, ...]
    launches: tuple[Launch, ...]

    @property
    def unfinished(self) -> int:
        """Own trials that have not ended."""
        own = (arm.trials[: len(arm.trials) - arm.taken_over] for arm in self.arms)
        return sum(not trial.status.is_finished for trials in own for trial in trials)

    @property
    def decided(self) -> EnteredDecision | None:
        """The newest decision about this round; ``None`` before the first."""
        own = [one for one in self.decisions if one.decision.round == self.name]
        return own[-1] if own else None
