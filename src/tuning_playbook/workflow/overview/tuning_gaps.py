"""Rounds that ask the same question with more or fewer hyperparameters tuned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.records.logbook import told_entry
from tuning_playbook.report.history.tuning_gaps import TuningGap


def tuning_gaps(answers: Iterable[LogbookEntry]) -> tuple[TuningGap, ...]:
    """Questions that were asked with different numbers of tuned hyperparameters, fewest first.

    Differences between optimizers tend to shrink as more of their hyperparameters are tuned, so an
    arm that leads by its default values may lead by nothing else.

    Args:
        answers: the newest answer of each round.

    Source: Choi et al., 2019, "On empirical comparisons of optimizers for deep learning".
    """
    questions: dict[str, list[TuningGap]] = defaultdict(list)
    for entry in answers:
        found = _gap(entry)
        if found is not None:
            questions[found.compared].append(found)
    return tuple(
        gap
        for gaps in questions.values()
        if len({gap.tuned for gap in gaps}) > 1
        for gap in sorted(gaps, key=lambda gap: gap.tuned)
    )


@told_entry
def _gap(entry: LogbookEntry) -> TuningGap | None:
    studies: list[Mapping[str, Any]] = [
        study
        for study in entry.data["studies"]
        if study.get("scientific") and study.get("best_loss") is not None
    ]
    if len(studies) < 2 or len(studies) < len(entry.data["studies"]):
        return None
    first, second, *_ = sorted(studies, key=lambda study: float(study["best_loss"]))
    return TuningGap(
        compared=", ".join(sorted(first["scientific"])),
        round=entry.round,
        tuned=max(len(study["ranges"]) for study in studies),
        trials=min(study["trials"] for study in studies),
        leading=_words(first["scientific"]),
        next=_words(second["scientific"]),
        gap=float(second["best_loss"]) - float(first["best_loss"]),
    )


def _words(scientific: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in scientific.items())
