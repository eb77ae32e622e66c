"""What a report of a round says, as plain data; `html` turns it into a page."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.findings import Finding
from tuning_playbook.records.overrides import Override
from tuning_playbook.report.phrases.looks import day
from tuning_playbook.report.rounds.answer_view import AnswerView
from tuning_playbook.report.rounds.happenings import Happening, happenings
from tuning_playbook.report.rounds.section import StudySection, study_section
from tuning_playbook.study import Study, describe_target
from tuning_playbook.trial import Event, Trial
from tuning_playbook.words import counted

_NO_EVENTS: Mapping[str, Sequence[Event]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Patch:
    """Changes that were not committed when studies ran.

    Args:
        studies: their names.
        text: the changes.
    """

    studies: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class RoundView:
    """The report of one round.

    Args:
        project: name of the project.
        round: name of the round.
        question: what it asks.
        summary: what decides and how many trials there are, for the head of the page.
        facts: name and value of how it was run, for the end of the page.
        answer: to its question; ``None`` before every arm has a finished trial.
        caveats: what the answer does not cover.
        sections: one for each study.
        happenings: what happened while the studies ran.
        overrides: what was decided against the advice, in this round or the whole project.
        patches: every distinct set of uncommitted changes.
        made_at: when the page was made, in words.
        version: of this package.
    """

    project: str
    round: str
    question: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    answer: AnswerView | None
    caveats: tuple[str, ...]
    sections: tuple[StudySection, ...]
    happenings: tuple[Happening, ...]
    overrides: tuple[tuple[str, Override], ...]
    patches: tuple[Patch, ...]
    made_at: str
    version: str


def round_view(
    project: str,
    studies: Sequence[tuple[Study, Sequence[Trial], TrialTable]],
    *,
    findings: Mapping[str, tuple[Finding, ...]],
    caveats: Sequence[str],
    version: str,
    answer: AnswerView | None = None,
    events: Mapping[str, Sequence[Event]] = _NO_EVENTS,
    overrides: Sequence[Override] = (),
) -> RoundView:
    """The report of a round.

    Args:
        project: its name.
        studies: of the round, each with its trials and their table (rows in the same order).
        findings: by study.
        caveats: what the answer does not cover.
        version: of this package.
        answer: to its question.
        events: by study, as the store keeps them.
        overrides: of the round and of the project.
    """
    first = studies[0][0]
    made_at = time.strftime("%Y-%m-%d %H:%M")
    made = ("Made", f"{made_at}, tuning-playbook {version}")
    return RoundView(
        project=project,
        round=first.round or first.name,
        question=first.question,
        summary=_summary(studies),
        facts=(*_facts(studies), made),
        answer=answer,
        caveats=tuple(caveats),
        sections=tuple(
            study_section(study, trials, table, findings.get(study.name, ()))
            for study, trials, table in studies
        ),
        happenings=tuple(
            happening
            for study, trials, table in studies
            for happening in happenings(events.get(study.name, ()), trials, table)
        ),
        overrides=tuple((day(one.at), one) for one in overrides),
        patches=_patches([study for study, _, _ in studies]),
        made_at=made_at,
        version=version,
    )


def _summary(studies: Sequence[tuple[Study, Sequence[Trial], TrialTable]]) -> str:
    objective = studies[0][0].objective
    count = sum(len(trials) for _, trials, _ in studies)
    decides = f"{objective.direction.value} {objective.metric} ({objective.reduction})"
    return f"{decides} · {counted(count, 'trial')}"


def _facts(
    studies: Sequence[tuple[Study, Sequence[Trial], TrialTable]],
) -> tuple[tuple[str, str], ...]:
    first, _, table = studies[0]
    training = first.training
    target, length = describe_target(training.target), counted(training.max_train_steps, "step")
    if first.is_imported:
        length = length if table.max_train_steps is not None else "of unknown length"
        how = f"{target}, {length}; how it was evaluated there is not known"
        return (("Training", how), ("Search", "that of the other tool"))
    length += f", evaluated every {training.evaluation_interval:,}"
    codes = dict.fromkeys(_code(study) for study, _, _ in studies)
    return (
        ("Training", f"{target}, {length}"),
        ("Search", f"{first.algorithm}, seed {first.seed}"),
        ("Code", "; ".join(codes)),
    )


def _code(study: Study) -> str:
    """Version of the code that ran, in words."""
    origin = study.provenance
    commit = f"commit {origin.commit[:12]}" if origin.commit else "no repository"
    changed = ", with uncommitted changes" if origin.patch else ""
    return f"{commit}{changed}" + (f", Python {origin.python}" if origin.python else "")


def _patches(studies: Sequence[Study]) -> tuple[Patch, ...]:
    """Uncommitted changes, each once with the studies that ran with them."""
    found: dict[str, list[str]] = {}
    for study in studies:
        if study.provenance.patch:
            found.setdefault(study.provenance.patch, []).append(study.name)
    return tuple(Patch(tuple(names), text) for text, names in found.items())
