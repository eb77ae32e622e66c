"""What no check may say: on a guess, on a metric that never varies, on a search of one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tuning_playbook.analysis.search.study_shape import study_shape
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.checklist import ids_with
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.space import Categorical
from tuning_playbook.vocabulary import is_of_a_part
from tuning_playbook.words import listed

_GUESSED = "guessed_hyperparameters"
_OF_A_SAMPLE, _FORECAST = "sampling-density", "gain_of_doubling"
# Asked of repeats of one configuration too, and a failure of it even of one run.
_OF_RUNS = frozenset({"infeasible-fraction"})


def with_doubts(table: TrialTable, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings, less what the table cannot carry.

    - Where the metric has one value in every trial, nothing passes.
    - One run is no search, and neither are repeats of one configuration, so that ranges and the
      number of trials are not judged.
    - The loss of a network that trains against another one says nothing of how good a model is.
    - A column of which nobody said that it is a hyperparameter carries no failed check, no warning
      and no advice; nor is a number in it a sample that more trials would go on with.
    - Where that holds for every column that varies, and no curves were logged, nothing is an alarm:
      the rows may be the steps of one run, or its logged groups of metrics.

    Args:
        table: the study.
        findings: what the checks say.
    """
    constant, no_search = constant_metric(table), _why_no_search(table)
    judged = [_where_no_search(_on_guesses(f, table), no_search) for f in findings]
    judged = [_on_a_guessed_sample(finding, table) for finding in judged]
    judged = [_on_guessed_trials(finding, table) for finding in judged]
    judged = [_on_a_part(finding, table.objective.metric) for finding in judged]
    return tuple(_on_constant_metric(finding, table, constant) for finding in judged)


def constant_metric(table: TrialTable) -> float | None:
    """The value, as logged, that the metric has in every trial that has one; ``None`` if it varies.

    A single trial says nothing about it.
    """
    there = table.loss[np.isfinite(table.loss)]
    if len(there) < 2 or there.min() < there.max():
        return None
    return table.objective.direction.sign * float(there[0])


def _on_constant_metric(finding: Finding, table: TrialTable, constant: float | None) -> Finding:
    if constant is None or finding.verdict is not Verdict.PASS:
        return finding
    return _untold(finding, f"{table.objective.metric} is {constant:g} in every trial.")


def _on_a_part(finding: Finding, metric: str) -> Finding:
    judges = finding.verdict is not Verdict.UNKNOWN or finding.advice
    if not is_of_a_part(metric) or finding.check not in ids_with(Premise.METRIC) or not judges:
        return finding
    return _untold(
        finding,
        f"judging by its name, {metric} is the loss of one network that trains against or after "
        "another one, so a lower value need not be better. Use a measure of quality as the "
        "metric, such as a reward, an FID or a metric on validation data.",
    )


def _on_a_guessed_sample(finding: Finding, table: TrialTable) -> Finding:
    """What more trials would bring depends on that the numbers were drawn, and not measured."""
    drawn = {h.key for h in table.space.hyperparameters if not isinstance(h.domain, Categorical)}
    guessed = [name for name in table.guessed if name in drawn]
    if not guessed or finding.check != _OF_A_SAMPLE or _FORECAST not in finding.evidence:
        return finding
    why = (
        f"whether {listed(guessed)} can be set before training is a guess; confirm or correct it "
        "with --params or --results."
    )
    return _untold(finding, why, guessed=guessed)


def _on_guessed_trials(finding: Finding, table: TrialTable) -> Finding:
    """No alarm where it is a guess that the rows are trials at all."""
    alarm = finding.verdict in (Verdict.FAIL, Verdict.WARN)
    if not alarm or table.curves or not table.guessed or {*table.space.keys} - {*table.guessed}:
        return finding
    why = (
        "it is a guess that the rows are trials, since no column is certain to be a "
        "hyperparameter. Name the columns that were set before training in --params."
    )
    return _untold(finding, why, guessed=table.guessed)


def _why_no_search(table: TrialTable) -> tuple[str, frozenset[str]]:
    """Why a table is no search, and which checks do not judge it then; empty for a search."""
    if len(table) == 1:
        return "this is one run", frozenset(ids_with(Premise.SEARCH))
    if len(table) > 1 and study_shape(table) == "repeats":
        return "no hyperparameter varies", frozenset(ids_with(Premise.SEARCH)) - _OF_RUNS
    return "", frozenset()


def _where_no_search(finding: Finding, no_search: tuple[str, frozenset[str]]) -> Finding:
    why, checks = no_search
    failed = finding.check in _OF_RUNS and finding.verdict is Verdict.FAIL
    if finding.check not in checks or failed:  # that a run did not train is no question of a search
        return finding
    return _untold(finding, f"{why}, so there is no search to judge.")


def _on_guesses(finding: Finding, table: TrialTable) -> Finding:
    guessed = [name for name in table.guessed if name in _named_in(finding.advice)]
    if not guessed:
        return finding
    names = ", ".join(guessed)
    kept = tuple(a for a in finding.advice if not _names_of(a) & set(guessed))
    known = {name for advice in kept for name in _names_of(advice)}
    if known or finding.verdict not in (Verdict.FAIL, Verdict.WARN):
        summary = f"{finding.summary} Not judged, since its role is a guess: {names}."
        evidence = {**finding.evidence, _GUESSED: guessed}
        return replace(finding, summary=summary, advice=kept, evidence=evidence)
    why = (
        f"this would concern {names}, whose role is a guess; confirm or correct it with --params "
        "or --results."
    )
    return _untold(finding, why, guessed=guessed, advice=kept)


def _untold(
    finding: Finding,
    why: str,
    *,
    guessed: Sequence[str] = (),
    advice: tuple[Advice, ...] = (),
) -> Finding:
    """``finding`` as one that cannot tell, with the reason and the guesses it would rest on."""
    about = {_GUESSED: list(guessed)} if guessed else {}
    return replace(
        finding,
        verdict=Verdict.UNKNOWN,
        summary=f"Cannot tell: {why}",
        advice=advice,
        evidence={**finding.evidence, **about},
    )


def _named_in(advice: Sequence[Advice]) -> set[str]:
    return {name for one in advice for name in _names_of(one)}


def _names_of(advice: Advice) -> set[str]:
    named = advice.arguments.get("hyperparameter")
    several = advice.arguments.get("hyperparameters", ())
    return {str(n) for n in (named, *(several if isinstance(several, (list, tuple)) else ())) if n}
