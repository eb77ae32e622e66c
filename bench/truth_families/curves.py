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

from truth_families import failed_trials, mini_batches
from truth_families import planted_curves as plants
from truth_families.planted_curves import Draft, Plant, drawn, table_of
from truth_families.real_trends import Workload, workloads
from truth_families.sections import Bar, Section, Setting, Share, table
from tuning_playbook.checks.registry import run_checks
from tuning_playbook.findings import Finding, Verdict

ALARMS = (Verdict.WARN, Verdict.FAIL)
CURVE_CHECKS = (
    "direction-sanity", "instability", "overfitting", "late-variance", "still-improving",
    "saturated-early", "rising-train-loss", "periodicity", "best-step", "learning-progress",
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
    Fault("learning-progress", "gets worse from the start", plants.worsening),
    Fault("learning-progress", "stays at its first value", plants.learning_nothing),
    Fault("overfitting", "gives back 5 %", plants.overfitted(0.05), matters=False),
    Fault("overfitting", "gives back 15 %", plants.overfitted(0.15)),
    Fault("overfitting", "gives back 40 %", plants.overfitted(0.4)),
    Fault("instability", "loses 20 % for a while", plants.lost(0.2, lasting=False), matters=False,
          training=True, shortest=40),
    Fault("instability", "loses 50 % for a while", plants.lost(0.5, lasting=False),
          training=True, shortest=40),
    Fault("instability", "loses 50 % for good", plants.lost(0.5, lasting=True), training=True),
    Fault("rising-train-loss", "rises by 10 %", plants.rising(0.1), matters=False, training=True),
    Fault("rising-train-loss", "rises by 30 %", plants.rising(0.3), training=True),
    Fault("late-variance", "evaluations vary by half the best quarter", plants.noisy(0.5),
          matters=False),
    Fault("late-variance", "evaluations vary by twice the best quarter", plants.noisy(2.0)),
    Fault("still-improving", "falls on at a constant rate", plants.falling_to_the_end),
    Fault("saturated-early", "flat from 15 % on", plants.flat_after(0.15)),
    Fault("saturated-early", "flat from 30 % on", plants.flat_after(0.3), matters=False),
    Fault("periodicity", "a wave of the noise's size", plants.rippled(1.0), shortest=100),
    Fault("periodicity", "a wave of twice that", plants.rippled(2.0), shortest=100),
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """One study: how it was made, and what the checks on curves say."""

    draft: Draft
    findings: tuple[Finding, ...]

    def alarm(self, check: str) -> bool:
        """Whether ``check`` complains by itself."""
        return any(f.check == check and f.verdict in ALARMS for f in self.findings)

    def told(self, check: str) -> bool:
        """Whether ``check`` complains, or is explained by the cause of what it saw."""
        return any(
            f.check == check and (f.verdict in ALARMS or "explained_by" in f.evidence)
            for f in self.findings
        )


def checked(draft: Draft) -> Checked:
    """What the checks on curves say of a study."""
    return Checked(draft, run_checks(table_of(draft), select=CURVE_CHECKS))


def is_healthy_for(check: str, draft: Draft) -> bool:
    """Whether an alarm of ``check`` would be false.

    Real trends hold what two checks look for: some are flat after a third of the run, and an
    accuracy of 1,000 examples may vary by more than separates the best trials.
    """
    if check in ("saturated-early", "best-step"):
        return draft.flat_from > 0.5
    if check == "late-variance":
        return draft.noise_of_an_evaluation < 0.5 * draft.best_quarter
    return True


def healthy_studies(pool: Sequence[Workload], setting: Setting) -> list[Checked]:
    """Studies in which nothing is planted."""
    found = []
    for number in range(setting.studies):
        rng = np.random.default_rng([setting.seed, 1, number])
        found.append(checked(drawn(pool[number % len(pool)], rng)))
    return found


def by_step(pool: Sequence[Workload], setting: Setting, *, loses: bool) -> list[Checked]:
    """Studies that log the loss of single mini-batches; in some all trials lose half for good."""
    found = []
    for number in range(max(40, setting.studies // 4)):
        rng = np.random.default_rng([setting.seed, 4, int(loses), number])
        draft = drawn(pool[number % len(pool)], rng, length=int(rng.choice((100, 400, 1000))))
        count = len(draft.rates)
        mini_batches.slow_by_step(draft, rng.choice(count, size=count // 4, replace=False))
        if loses:
            mini_batches.lose_half(draft)
        found.append(checked(draft))
    return found


def faulty_studies(pool: Sequence[Workload], fault: Fault, setting: Setting) -> list[Checked]:
    """Studies with one planted fault, a fourth of the number of healthy ones."""
    fit = [w for w in pool if w.training or not fault.training]
    lengths = [length for length in plants.LENGTHS if length >= fault.shortest]
    found = []
    for number in range(max(40, setting.studies // 4)):
        rng = np.random.default_rng([setting.seed, 2, FAULTS.index(fault), number])
        draft = drawn(fit[number % len(fit)], rng, length=int(rng.choice(lengths)))
        fault.plant(draft)
        found.append(checked(draft))
    return found


def _false_alarms(healthy: Sequence[Checked], check: str) -> Share:
    judged = [study for study in healthy if is_healthy_for(check, study.draft)]
    return Share(sum(study.alarm(check) for study in judged), len(judged))


def _right(studies: Sequence[tuple[Checked, str]], confidence: str) -> Share:
    """Alarms of one confidence that are right, in pairs of a study and the check it is for."""
    alarms = [
        (study, planted, f)
        for study, planted in studies
        for f in study.findings
        if f.verdict in ALARMS
        and f.confidence == confidence
        and (f.check == planted or (not planted and is_healthy_for(f.check, study.draft)))
    ]
    return Share(sum(bool(planted) for _, planted, _ in alarms), len(alarms))


def measure(setting: Setting) -> Section:
    """The section of the page, with its bars."""
    pool = workloads(setting.data, setting.half)
    healthy = healthy_studies(pool, setting)
    faulty = {fault: faulty_studies(pool, fault, setting) for fault in FAULTS}
    rows: list[list[object]] = []
    bars = []
    for check in CURVE_CHECKS:
        false = _false_alarms(healthy, check)
        silent = [f.check == check and f.verdict is Verdict.UNKNOWN
                  for study in healthy for f in study.findings]  # fmt: skip
        rows.append([check, false, Share(sum(silent), len(healthy))])
        bars.append(Bar(f"false alarms of {check}", false, at_most=0.05))
    power = []
    for fault, found in faulty.items():
        told = Share(sum(study.told(fault.check) for study in found), len(found))
        power.append(_power_row(fault, found, told))
        if fault.matters:
            bars.append(Bar(f"power of {fault.check}: {fault.name}", told, at_least=0.85))
    several = sum(sum(f.verdict in ALARMS for f in study.findings) > 1 for study in healthy)
    bars.append(Bar("healthy studies with more than one alarm", Share(several, len(healthy)),
                    at_most=0.05))  # fmt: skip
    pairs = [(study, "") for study in healthy]
    pairs += [(study, fault.check) for fault, found in faulty.items() for study in found]
    sure, rather = _right(pairs, "high"), _right(pairs, "medium")
    bars.append(Bar("alarms of high confidence that are right", sure, at_least=0.95))
    bars.append(Bar("alarms of medium confidence that are right", rather, at_least=0.8))
    calm, losing = (by_step(pool, setting, loses=loses) for loses in (False, True))
    false = Share(sum(study.alarm("instability") for study in calm), len(calm))
    told = Share(sum(study.told("instability") for study in losing), len(losing))
    bars.append(Bar("false alarms of instability: losses of mini-batches", false, at_most=0.05))
    bars.append(Bar("power of instability: losses of mini-batches", told, at_least=0.85))
    failures, more = failed_trials.measured(pool, setting)
    text = [
        f"Workloads: {', '.join(w.name for w in pool)}.\n",
        table(["check", "false alarms", "cannot tell"], rows),
        table(["check", "planted", "found", "other alarms"], power),
        failures,
    ]
    return Section("Checks on training curves", "\n".join(text), (*bars, *more))


def _power_row(fault: Fault, found: Sequence[Checked], told: Share) -> list[object]:
    others = Counter(f.check for study in found for f in study.findings
                     if f.verdict in ALARMS and f.check != fault.check)  # fmt: skip
    beside = ", ".join(f"{c} {n / len(found):.2f}" for c, n in others.most_common(3))
    return [fault.check, fault.name, told, beside]
