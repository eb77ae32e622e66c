"""Checks on training curves: false alarms on healthy curves of real trainings, and planted faults.

Healthy studies are put together from the trends and remainders of real curves (`real_trends`),
with the usual schedules, 12 to 300 evaluations, accuracies of 1,000 or 10,000 examples, and names
that tell much or little. A fault is planted into such a study (`planted_curves`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from truth_families import planted_curves as plants
from truth_families.planted_curves import Draft, Plant, drawn, table_of
from truth_families.real_trends import Workload, workloads
from truth_families.sections import Bar, Section, Setting, Share, table
from tuning_playbook.checks.registry import run_checks
from tuning_playbook.findings import Finding, Verdict

ALARMS = (Verdict.WARN, Verdict.FAIL)
CURVE_CHECKS = (
    "direction-sanity", "instability", "overfitting", "late-variance", "still-improving",
    "saturated-early", "rising-train-loss", "periodicity", "best-step",
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """What is planted, and which check has to see it.

    Args:
        check: its id.
        name: of the fault, with its size.
        plant: changes a healthy draft.
        matters: whether it is of the size that matters: the power on it has a bar.
        training: whether a training loss is needed.
        shortest: evaluations that a curve needs before anyone can tell.
    """

    check: str
    name: str
    plant: Plant
    matters: bool = True
    training: bool = False
    shortest: int = 20


FAULTS = (
    Fault("direction-sanity", "the wrong way round", plants.misdirected, shortest=12),
    Fault("overfitting", "gives back 5 %", plants.overfitted(0.05), matters=False),
    Fault("overfitting", "gives back 15 %", plants.overfitted(0.15)),
    Fault("overfitting", "gives back 40 %", plants.overfitted(0.4)),
    Fault("instability", "loses 20 % for a while", plants.lost(0.2, lasting=False), matters=False,
          training=True),
    Fault("instability", "loses 50 % for a while", plants.lost(0.5, lasting=False), training=True),
    Fault("instability", "loses 50 % for good", plants.lost(0.5, lasting=True), training=True),
    Fault("rising-train-loss", "rises by 10 %", plants.rising(0.1), matters=False, training=True),
    Fault("rising-train-loss", "rises by 30 %", plants.rising(0.3), training=True),
    Fault("late-variance", "evaluations vary by 3 %", plants.noisy(0.03), matters=False),
    Fault("late-variance", "evaluations vary by 10 %", plants.noisy(0.10)),
    Fault("still-improving", "falls on at a constant rate", plants.falling_to_the_end),
    Fault("saturated-early", "flat from 15 % on", plants.flat_after(0.15)),
    Fault("saturated-early", "flat from 30 % on", plants.flat_after(0.3), matters=False),
    Fault("periodicity", "a wave of the noise's size", plants.rippled(1.0), shortest=100),
    Fault("periodicity", "a wave of twice that", plants.rippled(2.0), shortest=100),
)  # fmt: skip


def findings_of(draft: Draft) -> tuple[Finding, ...]:
    """What the checks on curves say."""
    return run_checks(table_of(draft), select=CURVE_CHECKS)


def healthy_studies(pool: Sequence[Workload], setting: Setting) -> list[tuple[Finding, ...]]:
    """Verdicts on studies with nothing wrong."""
    found = []
    for number in range(setting.studies):
        rng = np.random.default_rng([setting.seed, 1, number])
        found.append(findings_of(drawn(pool[number % len(pool)], rng)))
    return found


def faulty_studies(
    pool: Sequence[Workload], fault: Fault, setting: Setting
) -> list[tuple[Finding, ...]]:
    """Verdicts on studies with one planted fault; a quarter of the studies, one fault each."""
    fit = [w for w in pool if w.training or not fault.training]
    lengths = [length for length in plants.LENGTHS if length >= fault.shortest]
    found = []
    for number in range(max(40, setting.studies // 4)):
        rng = np.random.default_rng([setting.seed, 2, FAULTS.index(fault), number])
        draft = drawn(fit[number % len(fit)], rng, length=int(rng.choice(lengths)))
        fault.plant(draft)
        found.append(findings_of(draft))
    return found


def _alarms(found: Sequence[tuple[Finding, ...]], check: str) -> Share:
    hits = sum(any(f.check == check and f.verdict in ALARMS for f in study) for study in found)
    return Share(hits, len(found))


def _explained(found: Sequence[tuple[Finding, ...]], check: str) -> Share:
    """Studies in which any finding at all points at the fault, by itself or through its cause."""
    hits = sum(
        any(f.check == check and (f.verdict in ALARMS or f.evidence.get("explained_by"))
            for f in study)
        for study in found
    )  # fmt: skip
    return Share(hits, len(found))


def measure(setting: Setting) -> Section:
    """The section of the page, with its bars."""
    pool = workloads(setting.data, setting.half)
    healthy = healthy_studies(pool, setting)
    false = {check: _alarms(healthy, check) for check in CURVE_CHECKS}
    rows: list[list[object]] = []
    for check in CURVE_CHECKS:
        silent = sum(f.check == check and f.verdict is Verdict.UNKNOWN for s in healthy for f in s)
        rows.append([check, "nothing planted", false[check], Share(silent, len(healthy))])
    bars = [Bar(f"false alarms of {c}, healthy curves", false[c], at_most=0.05)
            for c in CURVE_CHECKS]  # fmt: skip
    power: list[list[object]] = []
    for fault in FAULTS:
        found = faulty_studies(pool, fault, setting)
        share = _explained(found, fault.check)
        others = Counter(f.check for s in found for f in s
                         if f.verdict in ALARMS and f.check != fault.check)  # fmt: skip
        power.append(
            [
                fault.check,
                fault.name,
                share,
                ", ".join(f"{c} {n / len(found):.2f}" for c, n in others.most_common(3)),
            ]
        )
        if fault.matters:
            bars.append(Bar(f"power of {fault.check}: {fault.name}", share, at_least=0.85))
    several = Share(sum(sum(f.verdict in ALARMS for f in s) > 1 for s in healthy), len(healthy))
    bars.append(
        Bar("healthy studies with more than one alarm of curve checks", several, at_most=0.05)
    )
    text = f"Workloads: {', '.join(w.name for w in pool)}.\n\n"
    text += table(["check", "situation", "alarms", "cannot tell"], rows) + "\n"
    text += table(["check", "planted", "found", "other alarms"], power)
    return Section("Checks on training curves", text, tuple(bars))
