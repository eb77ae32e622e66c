"""What the store and the logbook hold of each round, in the order in which they began."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.gather.arms import by_first_program
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.answers import AnswerAsEntered, answer_as_entered
from tuning_playbook.records.imports import ImportFacts, import_facts, taken_over_trials
from tuning_playbook.records.logbook import ANSWER, DECISION, ROUND, told_entry
from tuning_playbook.records.round_facts import RoundFacts
from tuning_playbook.study import Study
from tuning_playbook.trial import NO_TRIALS, Step, Tally, ended_trials
from tuning_playbook.workflow.rounds.retrying import TO_BE_RUN_AGAIN


@dataclass(frozen=True, slots=True)
class PastRound:
    """Everything stored about one round; entries are the newest of their kind.

    ``entered``: what the answer says; empty without one.
    ``begun``: when it began; infinite where that is not known.
    ``taken_over``: study -> how many of its trials were not trained again.
    ``codes``: study -> version of the program that its trials ran.
    ``imports``: study that another tool ran -> what its import knew.
    """

    name: str
    studies: tuple[Study, ...]
    tallies: Mapping[str, Tally]
    facts: RoundFacts
    answer: LogbookEntry | None
    entered: AnswerAsEntered
    decision: LogbookEntry | None
    begun: float
    abandoned: str = ""
    taken_over: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    imports: Mapping[str, ImportFacts] = field(default_factory=dict)

    @property
    def searches(self) -> tuple[Study, ...]:
        """Its studies without those of reruns."""
        return tuple(s for s in self.studies if s.purpose == "search")

    def trained(self, study: Study) -> int:
        """Trials of a study that cost training: ended, and not taken over from another one."""
        ended = ended_trials(self.tallies.get(study.name, NO_TRIALS).counts)
        return max(0, ended - self.taken_over.get(study.name, 0))

    def steps(self, study: Study) -> Step:
        """Training steps that its trials cost; 0 where nobody knows how long they were."""
        imported = self.imports.get(study.name)
        if imported is not None and imported.max_train_steps is None:
            return 0
        return self.trained(study) * study.training.max_train_steps

    def finished(self, studies: Iterable[Study]) -> int:
        """How many trials of these of its studies have ended."""
        return sum(ended_trials(self.tallies.get(s.name, NO_TRIALS).counts) for s in studies)


def past_rounds(known: Snapshot) -> tuple[PastRound, ...]:
    """Rounds in the order in which they began."""
    studies, tallies, logbook = known.studies, known.tallies, known.logbook
    newest = {(e.kind, e.round): e for e in logbook}
    by_round: dict[str, list[Study]] = defaultdict(list)
    for study in studies:
        if study.round or study.purpose == "search":
            by_round[study.round or study.name].append(study)
    entered = _first_entered(logbook)
    begun = {name: _begun(known, own, entered.get(name)) for name, own in by_round.items()}
    for study in studies:
        if not study.round and study.purpose == "rerun":
            by_round[_round_of_reruns(study, tallies, begun, logbook)].append(study)
    found = []
    for name, own in by_round.items():
        answer = newest.get((ANSWER, name))
        # an answer tells it as well, for a round whose own entry is missing
        facts = known.facts.get(name) or _facts_in(answer)
        found.append(
            PastRound(
                name,
                tuple(own),
                tallies,
                facts,
                answer,
                AnswerAsEntered() if answer is None else answer_as_entered(answer),
                newest.get((DECISION, name)),
                begun.get(name, math.inf),
                known.abandoned.get(name, ""),
                {study.name: taken_over_trials(known.events(study.name)) for study in own},
                {study.name: _code(known, study) for study in own},
                {
                    study.name: imported
                    for study in own
                    if (imported := import_facts(known.events(study.name))) is not None
                },
            )
        )
    return tuple(sorted(found, key=lambda r: r.begun))  # stable: of unknown time, in their order


def _round_of_reruns(
    study: Study,
    tallies: Mapping[str, Tally],
    begun: Mapping[str, float],
    logbook: Sequence[LogbookEntry],
) -> str:
    """The round whose candidate was run again, else the one that was going on then."""
    for entry in logbook:
        decided = entry.kind == DECISION and entry.round in begun
        if decided and entry.data.get("candidate", {}) == dict(study.fixed):
            return entry.round
    at = tallies.get(study.name, NO_TRIALS).created_at
    earlier = [name for name, time_ in begun.items() if time_ <= at]
    known = max(earlier, key=lambda name: begun[name], default=None)
    return known or min(begun, key=lambda name: begun[name], default="reruns")


def _facts_in(answer: LogbookEntry | None) -> RoundFacts:
    return RoundFacts() if answer is None else _facts_in_answer(answer)


@told_entry
def _facts_in_answer(answer: LogbookEntry) -> RoundFacts:
    return RoundFacts(**{k: answer.data[k] for k in ("mode", "follows") if k in answer.data})


def _first_entered(logbook: Iterable[LogbookEntry]) -> dict[str, float]:
    """Round -> when it was first entered in the logbook."""
    found: dict[str, float] = {}
    for entry in logbook:
        if entry.kind == ROUND:
            found.setdefault(entry.round, entry.at)
    return found


def _begun(known: Snapshot, studies: Iterable[Study], entered: float | None) -> float:
    """When its first own trial was planned, else when it was entered; infinite where unknown.

    Trials that were taken over are as old as the round that trained them.
    """
    own = [s.name for s in studies if not taken_over_trials(known.events(s.name))]
    times = [known.tally(name).created_at for name in own]
    unknown = math.inf if entered is None else entered
    return min((t for t in times if not math.isnan(t)), default=unknown)


def _code(known: Snapshot, study: Study) -> str:
    """The earliest version of the program that trains as the study's trials were trained."""
    again = any(event.kind == TO_BE_RUN_AGAIN for event in known.events(study.name))
    found = by_first_program(known, study).provenance.code if again else study.provenance.code
    return known.same_programs.first(found)
