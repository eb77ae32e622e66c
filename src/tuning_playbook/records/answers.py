"""Answers of finished rounds, as the logbook keeps them."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from types import MappingProxyType
from typing import Any

from tuning_playbook.analysis.search.study_shape import StudyShape
from tuning_playbook.decisions import LogbookEntry, Soundness
from tuning_playbook.findings import Finding
from tuning_playbook.project_files.domains import domain_of
from tuning_playbook.records.finding_documents import finding_of
from tuning_playbook.records.logbook import ANSWER, told_entry
from tuning_playbook.space import Config, Domain
from tuning_playbook.study import Direction


@dataclass(frozen=True, slots=True)
class AnsweredRound:
    """What is remembered of a finished round.

    Args:
        soundness: of its comparison.
        sentence: its answer.
        findings: by study.
        searched: study -> keys that it searched.
        trials: study -> trials that ended.
        best_arm: scientific values of the best study.
        best_config: of the best trial, every hyperparameter by key.
        good_ranges: of the best study: the good region of each hyperparameter, with a margin.
        useful_ranges: study -> ranges that lose an end without a good trial.
        shape: what the trials of its only study can tell.
        best_setting: searched values of its only study with the best mean over their repeats.
        unmoved: the value that the metric has in all trials; ``None`` where it differs.
        reasons: what speaks against the comparison, most important first.
        moving: pairs of hyperparameters: the best value of the second moves with the first.
        settling: what would tell the leading arms apart; empty where a winner is named.
        settling_command: that runs it; empty where no affordable reruns do.
        metric: that decided; empty where an older version entered the answer.
        best_loss: of the best trial, negated where the metric is to be maximized; NaN without one.
    """

    soundness: Soundness
    sentence: str
    findings: Mapping[str, Sequence[Finding]]
    searched: Mapping[str, Collection[str]]
    trials: Mapping[str, int]
    best_arm: Config
    best_config: Config
    good_ranges: Mapping[str, Domain] = field(default_factory=lambda: MappingProxyType({}))
    useful_ranges: Mapping[str, Mapping[str, Domain]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    shape: StudyShape = "search"
    best_setting: Config = field(default_factory=lambda: MappingProxyType({}))
    unmoved: float | None = None
    reasons: tuple[str, ...] = ()
    moving: tuple[tuple[str, str], ...] = ()
    settling: str = ""
    settling_command: str = ""
    metric: str = ""
    best_loss: float = nan


@dataclass(frozen=True, slots=True)
class AnswerAsEntered:
    """What an entry says of an answer, whichever version wrote it: the rest is empty, or all is.

    Args:
        soundness: of the comparison.
        reasons: why it is no better.
        findings: of all studies, as documents.
        best_trials: study -> how many trials of its own it had, and which was the best.
    """

    soundness: str = ""
    reasons: tuple[str, ...] = ()
    findings: tuple[Mapping[str, Any], ...] = ()
    best_trials: Mapping[str, tuple[int, str]] = field(default_factory=dict)


@told_entry
def answer_as_entered(entry: LogbookEntry) -> AnswerAsEntered:
    """The answer that was entered."""
    data = entry.data
    return AnswerAsEntered(
        soundness=data.get("soundness", ""),
        reasons=tuple(data.get("reasons", ())),
        findings=tuple(f for found in data.get("findings", {}).values() for f in found),
        best_trials={
            told["name"]: (told["trials"] - told.get("taken_over", 0), str(told.get("best_trial")))
            for told in data.get("studies", ())
        },
    )


def remembered_answers(logbook: Iterable[LogbookEntry]) -> dict[str, AnsweredRound]:
    """Round -> the newest answer entered for it."""
    return {e.round: _answered(e) for e in logbook if e.kind == ANSWER}


@told_entry
def _answered(entry: LogbookEntry) -> AnsweredRound:
    data = entry.data
    best = data["best"]
    studies: Sequence[Mapping[str, Any]] = data["studies"]
    leading = next((s for s in studies if best is not None and s["name"] == best["study"]), None)
    return AnsweredRound(
        soundness=Soundness(data["soundness"]),
        sentence=entry.message,
        findings={
            study: tuple(finding_of(f) for f in found) for study, found in data["findings"].items()
        },
        searched={s["name"]: tuple(s["ranges"]) for s in studies},
        trials={s["name"]: s["trials"] - s["taken_over"] for s in studies},
        best_arm={} if leading is None else leading["scientific"],
        best_config={} if best is None else best["config"],
        useful_ranges={
            s["name"]: {key: _read(text) for key, text in s.get("useful_ranges", {}).items()}
            for s in studies
        },
        shape=studies[0].get("shape", "search") if len(studies) == 1 else "search",
        best_setting=studies[0].get("best_setting", {}) if len(studies) == 1 else {},
        unmoved=data.get("unmoved"),
        reasons=tuple(data.get("reasons", ())),
        moving=tuple((first, second) for first, second in data.get("moving", ())),
        settling=data.get("settling", ""),
        settling_command=data.get("settling_command", ""),
        metric=data.get("metric", ""),
        best_loss=_best_loss(data),
        good_ranges={}
        if leading is None
        else {key: _read(text) for key, text in leading["good_ranges"].items()},
    )


def _best_loss(data: Mapping[str, Any]) -> float:
    best = data["best"]
    if best is None or "direction" not in data:
        return nan
    return Direction(data["direction"]).sign * float(best["value"])


def _read(text: str) -> Domain:
    ((word, value),) = tomllib.loads(f"range = {text}")["range"].items()
    return domain_of(word, value)
