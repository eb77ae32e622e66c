"""A comparison for programs."""

from __future__ import annotations

from typing import Any

from tuning_playbook.analysis.comparison.many_arms import LevelEffect
from tuning_playbook.analysis.comparison.repeats_of_two import Repeats, moments, runs_of
from tuning_playbook.decide.comparisons.comparison_answer import Answered, Pair
from tuning_playbook.report.comparison.view import (
    ComparisonView,
    best_words,
    pair_sentence,
)


def comparison_document(view: ComparisonView) -> dict[str, Any]:
    """The document that ``playbook compare --json`` prints."""
    first, *others = view.answers
    return {
        "schema": 1,
        "study": view.study,
        "metric": view.objective.metric,
        "direction": view.objective.direction.value,
        "arm": list(view.arm),
        "seed": view.seed or None,
        "tasks": view.tasks or None,
        "kind": view.kind,
        "baseline": view.baseline,
        "margin": view.margin or None,
        "seconds_per_run": view.seconds,
        **_answer(first),
        "caution": first.caution or None,
        "main_effects": [_effect(effect) for effect in view.effects],
        "curves": [
            {
                "question": a.key,
                "metric": a.metric,
                "caution": a.caution or None,
                "direction": "minimize" if a.sign > 0 else "maximize",
                **_answer(a),
            }
            for a in others
        ],
        "differing_lengths": list(view.lengths),
        "notes": list(view.notes),
    }


def _answer(answer: Answered) -> dict[str, Any]:
    best = answer.best
    return {
        "arms": [_arm(arm) for arm in answer.arms],
        "comparisons": [_pair(answer, pair) for pair in answer.pairs],
        "best": None
        if best is None
        else {
            "arm": answer.arms[best.leader].label,
            "cannot_be_told_from_the_best": [answer.arms[i].label for i in best.candidates[1:]],
            "confidence": best.confidence,
            "answer": best_words(answer),
        },
    }


def _arm(arm: Repeats) -> dict[str, Any]:
    found, reported = moments(arm), arm.reported
    return {
        "arm": arm.label,
        "repeats": runs_of(arm) if reported is None else reported.runs,
        "infeasible": runs_of(arm) - found.runs,
        "mean": found.mean if found.runs else None,
        "deviation": found.deviation if reported is None else reported.deviation,
    }


def _pair(answer: Answered, pair: Pair) -> dict[str, Any]:
    c = pair.comparison
    document: dict[str, Any] = {
        "baseline": c.baseline,
        "candidate": c.candidate,
        "repeats": list(c.repeats),
        "means": list(c.means),
        "difference": c.difference,
        "interval": [c.low, c.high],
        "p_value": c.p_value,
        "paired": c.paired,
        "verdict": pair.judged.verdict.value,
        "repeats_needed": pair.repeats_needed,
    }
    if pair.adjusted_p_value is not None:
        document["adjusted_p_value"] = pair.adjusted_p_value
    if pair.wins is not None:
        document["wins"] = {
            "won": pair.wins.wins,
            "lost": pair.wins.losses,
            "equal": pair.wins.ties,
            "sign_test_p_value": pair.wins.sign_p_value,
            "signed_rank_p_value": pair.wins.rank_p_value,
        }
    return document | {
        "answer": pair_sentence(answer, pair),
        "ground": pair.judged.ground.value,
        "compared": list(c.compared),
        "infeasible": list(c.infeasible),
        "deviations": list(c.deviations),
        "standard_error": c.standard_error,
        "degrees_of_freedom": c.degrees,
        "chance_for_a_new_seed": c.chance_new_seed,
        "chance_for_the_mean": c.chance_mean,
        "correlation": c.correlation,
        "failure_p_value": c.failure_p_value,
        "doubts": [{"doubt": d.key, "words": d.words} for d in pair.doubts],
    }


def _effect(effect: LevelEffect) -> dict[str, Any]:
    c = effect.comparison
    return {
        "factor": effect.factor,
        "baseline": effect.baseline,
        "level": effect.level,
        "cells": effect.cells,
        "difference": c.difference,
        "interval": [c.low, c.high],
        "p_value": c.p_value,
        "paired": c.paired,
        "cells_with_that_sign": effect.agreeing,
        "error_of": effect.error_of,
        "cells_left_out": effect.left_out,
    }


def comparison_row(pair: Pair) -> dict[str, Any]:
    """A comparison as one row of a data frame, named as in the document."""
    c = pair.comparison
    return {
        "baseline": c.baseline,
        "candidate": c.candidate,
        "verdict": pair.judged.verdict.value,
        "difference": c.difference,
        "low": c.low,
        "high": c.high,
        "p_value": c.p_value,
        "adjusted_p_value": pair.adjusted_p_value,
        "paired": c.paired,
        "mean_of_baseline": c.means[0],
        "mean_of_candidate": c.means[1],
        "repeats_of_baseline": c.repeats[0],
        "repeats_of_candidate": c.repeats[1],
        "repeats_needed": pair.repeats_needed,
    }
