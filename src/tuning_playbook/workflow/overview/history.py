"""The project's memory: what was asked, tried, decided and launched, gathered into one history."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tuning_playbook.decide.candidates import changed_values
from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.numerals import whole_number
from tuning_playbook.provenance import package_version
from tuning_playbook.records.answers import AnswerAsEntered
from tuning_playbook.records.logbook import (
    DECISION,
    LAUNCH,
    decision_of,
    launch_of,
)
from tuning_playbook.records.looks import Looks, looks_of
from tuning_playbook.records.overrides import overrides_in
from tuning_playbook.report.history.ranges import RangeStep, SearchedRanges, range_history
from tuning_playbook.report.history.tables import hours_text
from tuning_playbook.report.history.view import BaselineStep, ProjectHistory, RoundStep, Spent
from tuning_playbook.report.rounds.tracking import TrackingRow, tracking_row
from tuning_playbook.space import Config
from tuning_playbook.study import Project, Study, describe_target
from tuning_playbook.trial import NO_TRIALS, Status, Tally, ended_trials
from tuning_playbook.words import agreeing, counted, percent, short
from tuning_playbook.workflow.deciding.looking import complete_before
from tuning_playbook.workflow.importing.translating import rounded_outward
from tuning_playbook.workflow.overview.past_rounds import PastRound, past_rounds
from tuning_playbook.workflow.overview.tuning_gaps import tuning_gaps


def project_history(folder: Path) -> ProjectHistory:
    """The history of a project, from its store's logbook and studies.

    Trials are counted, not read: of each study only the best one is, and all of them only where
    no up-to-date answer names it.

    Args:
        folder: of the project.

    Source: playbook, "Setting up experiment tracking".
    """
    opened = open_project(folder)
    with opened_store(opened) as store:
        known = Snapshot(opened, store)
        logbook = known.logbook
        rounds = past_rounds(known)
        looks = looks_of(
            opened.project, known.studies, known.tallies, logbook, taken_over=complete_before(known)
        )
        experiments = tuple(_experiment(known, r, s) for r in rounds for s in r.studies)
        withdrawn = [known.tally(s.name) for s in known.studies if s.purpose == "withdrawn"]
    evaluations = _evaluations(rounds)
    steps = tuple(_round_step(n, r, evaluations) for n, r in enumerate(rounds, 1))
    launches = [e for e in logbook if e.kind == LAUNCH]
    return ProjectHistory(
        project=opened.project.name,
        objective=f"{opened.project.objective.direction.value} {opened.project.objective.metric}",
        baselines=tuple(_baseline_step(n, e, logbook) for n, e in enumerate(launches, 1)),
        rounds=steps,
        ranges=_ranges(rounds),
        ledger=_ledger(rounds),
        looks=looks,
        evaluations=tuple((letter, words) for words, letter in evaluations.items()),
        experiments=experiments,
        overrides=overrides_in(logbook),
        tuning_gaps=tuning_gaps([r.answer for r in rounds if r.answer is not None]),
        notes=tuple(_notes(opened.project, launches, steps, looks, withdrawn)),
        made_at=time.time(),
        version=package_version(),
    )


def _round_step(number: int, round_: PastRound, evaluations: Mapping[str, str]) -> RoundStep:
    searches = round_.searches
    answer, decision = round_.answer, round_.decision
    tallies = [round_.tallies.get(s.name, NO_TRIALS) for s in round_.studies]
    return RoundStep(
        number=number,
        name=round_.name,
        question=next((s.question for s in round_.studies if s.question), ""),
        mode=_mode(round_),
        follows=round_.facts.follows,
        at=round_.begun if math.isfinite(round_.begun) else math.nan,
        studies=len(searches),
        trials=round_.finished(searches),
        taken_over=sum(round_.taken_over.get(s.name, 0) for s in searches),
        complete=sum(
            round_.tallies.get(s.name, NO_TRIALS).counts.get(Status.COMPLETE, 0) for s in searches
        ),
        reruns=round_.finished(s for s in round_.studies if s.purpose == "rerun"),
        steps=sum(map(round_.steps, round_.studies)),
        seconds=sum(sum(t.seconds.values()) for t in tallies),
        answer="" if answer is None else answer.message,
        soundness=round_.entered.soundness,
        reasons=round_.entered.reasons,
        decision="" if decision is None else str(decision.data.get("choice", "")),
        decision_reason="" if decision is None else decision.message,
        abandoned=round_.abandoned,
        evaluation="".join(
            dict.fromkeys(evaluations[_evaluation(s, round_)] for s in round_.studies)
        ),
    )


def _mode(round_: PastRound) -> str:
    return "exploit" if round_.facts.mode == "exploit" else "explore"


def _evaluation(study: Study, round_: PastRound) -> str:
    """How a study's trials are trained and measured, in words that are equal where it is equal.

    Of versions of the program that were declared to train alike, the first one stands for all.
    """
    training, objective = study.training, study.objective
    decides = f"{objective.direction.value} {objective.metric}"
    target, length = describe_target(training.target), counted(training.max_train_steps, "step")
    imported = round_.imports.get(study.name)
    if imported is not None:
        known = imported.max_train_steps
        trained = counted(known, "step") if known is not None else "of unknown length"
        return f"{decides}, {target}, {trained}; how it was evaluated there is not known"
    words = (
        f"{decides} ({objective.reduction}), {target}, {length}, evaluated every "
        f"{training.evaluation_interval:,}"
    )
    code = round_.codes.get(study.name, "")
    return words + (f", code {code[:8]}" if code else "")


def _evaluations(rounds: Sequence[PastRound]) -> dict[str, str]:
    """Words -> letter, in order of their first use: A ... Z, then AA ..."""
    words = dict.fromkeys(_evaluation(s, r) for r in rounds for s in r.studies)
    return {text: _letter(number) for number, text in enumerate(words)}


def _letter(number: int) -> str:
    ahead = _letter(number // 26 - 1) if number >= 26 else ""
    return ahead + chr(ord("A") + number % 26)


def _baseline_step(
    number: int, entry: LogbookEntry, logbook: Sequence[LogbookEntry]
) -> BaselineStep:
    launch = launch_of(entry)
    decisions = [
        e for e in logbook if e.kind == DECISION and e.round == launch.round and e.at <= entry.at
    ]
    return BaselineStep(
        number=number,
        at=launch.at,
        round=launch.round,
        changes=_changes(launch.before, launch.after),
        choice=launch.choice.value,
        reason=launch.reason,
        evidence=_evidence(decisions[-1]) if decisions else "",
    )


def _evidence(entry: LogbookEntry) -> str:
    found = decision_of(entry)
    reruns = f"{len(found.candidate_values)} and {len(found.incumbent_values)} reruns"
    if found.gain != found.gain:
        return reruns
    cost = f", against a cost of {found.complexity_cost:g}" if found.complexity_cost else ""
    return (
        f"gain {found.gain:.4g}, from {found.lower:.4g} to {found.upper:.4g} (each bound "
        f"{percent(found.confidence)} sure) over {reruns}{cost}"
    )


def _changes(before: Config, after: Config) -> tuple[tuple[str, str | None, str | None], ...]:
    return tuple((key, _value(a), _value(b)) for key, a, b in changed_values(before, after))


def _value(value: object) -> str | None:
    return None if value is None else short(value, 6)


def _ranges(rounds: Sequence[PastRound]) -> tuple[RangeStep, ...]:
    return range_history([_searched(round_) for round_ in rounds])


def _searched(round_: PastRound) -> SearchedRanges:
    # Of an imported study, as its range stands in playbook.toml, from which later rounds take it.
    domains = {
        h.key: rounded_outward(h.domain) if s.name in round_.imports else h.domain
        for s in round_.searches
        for h in s.space.hyperparameters
    }
    return SearchedRanges(round_.name, domains, round_.facts.reasons, round_.entered.findings)


def _ledger(rounds: Sequence[PastRound]) -> tuple[Spent, ...]:
    """What exploring, exploiting and reruns have cost; kinds that cost nothing are left out."""
    groups: dict[str, list[tuple[PastRound, Study, Tally]]] = {
        "explore": [],
        "exploit": [],
        "rerun": [],
    }
    for round_ in rounds:
        for study in round_.studies:
            work = "rerun" if study.purpose == "rerun" else _mode(round_)
            tally = round_.tallies.get(study.name, NO_TRIALS)
            groups[work].append((round_, study, tally))
    steps = {work: sum(r.steps(s) for r, s, _ in found) for work, found in groups.items()}
    total = sum(steps.values()) or 1
    return tuple(
        Spent(
            work=work,
            rounds=len({r.name for r, *_ in found}),
            trials=sum(r.trained(s) for r, s, _ in found),
            steps=steps[work],
            seconds=sum(sum(t.seconds.values()) for *_, t in found),
            share=steps[work] / total,
        )
        for work, found in groups.items()
        if found
    )


def _experiment(known: Snapshot, round_: PastRound, study: Study) -> TrackingRow:
    tally = round_.tallies.get(study.name, NO_TRIALS)
    best = _answered_best(round_.entered, study, tally)
    trials = known.trials(study.name) if best is None else known.some_trials(study.name, [best])
    return tracking_row(study, trials, counts=tally.counts)


def _answered_best(answer: AnswerAsEntered, study: Study, tally: Tally) -> int | None:
    """Index of the study's best trial, where the newest answer counted all that have ended."""
    own, best = answer.best_trials.get(study.name, (0, ""))
    if own == ended_trials(tally.counts) == sum(tally.counts.values()):
        return whole_number(best)  # ``None`` where it is of a round that it follows
    return None


def _notes(
    project: Project,
    launches: Sequence[LogbookEntry],
    rounds: Sequence[RoundStep],
    looks: Looks,
    withdrawn: Sequence[Tally],
) -> Iterator[str]:
    if ended := sum(ended_trials(tally.counts) for tally in withdrawn):
        seconds = sum(sum(tally.seconds.values()) for tally in withdrawn)
        yield (
            f"{counted(ended, 'trial')} ({hours_text(seconds)}) of studies that were changed "
            f"before any trial was complete {agreeing(ended, 'is', 'are')} not counted here."
        )
    if launches:
        last = launch_of(launches[-1])
        values = {h.key: h.default for h in project.hyperparameters} | dict(project.baseline)
        drifted = [
            f"{key} {_value(a)} -> {_value(values[key])}"
            for key, a in last.after.items()
            if key in values and values[key] != a
        ]
        if drifted:
            yield (
                f"playbook.toml differs from the last launch ({last.round}) without a decision: "
                f"{', '.join(drifted)}."
            )
    if looks.over is not None:
        late = [r.name for r in rounds if r.mode == "explore" and r.at > looks.over.at]
        if late:
            yield (
                f"{counted(len(late), 'exploring round')} began after exploration was "
                f"declared over: {', '.join(late[:5])}."
            )
