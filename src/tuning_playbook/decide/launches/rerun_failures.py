"""What reruns that fail say about a configuration, and what clean ones cannot exclude."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tuning_playbook.analysis.statistics.exact_shares import chance_of_as_many, clopper_pearson
from tuning_playbook.words import counted, listed, percent

# Chance up to which failures are taken to be the candidate's doing; over three looks, a candidate
# that fails as often as the baseline is kept out for it in less than one of twenty rounds.
TOLD_APART = 0.02
# The same where no rerun of the candidate trained: of three and three, this is all there can be.
NEVER_TRAINS = 0.05
# Chance up to which a larger share of failures leaves a launch open, however many reruns there are.
LEFT_OPEN = 0.2
# Reruns of each from which on a difference in failures that matters would have shown.
ENOUGH_FOR_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Failures:
    """Which reruns failed.

    Args:
        candidate, incumbent: numbers of the failed reruns, counted from 1.
        candidate_runs, incumbent_runs: how many there were.
    """

    candidate: tuple[int, ...]
    candidate_runs: int
    incumbent: tuple[int, ...]
    incumbent_runs: int

    @property
    def chance(self) -> float:
        """Chance of as many failures of the candidate, were both to fail equally often.

        Fisher's exact test, one-sided.
        """
        return chance_of_as_many(
            len(self.candidate), self.candidate_runs, len(self.incumbent), self.incumbent_runs
        )

    @property
    def told_apart(self) -> bool:
        """Whether the candidate fails more often than the incumbent, beyond chance."""
        never = len(self.candidate) == self.candidate_runs
        return self.chance <= (NEVER_TRAINS if never else TOLD_APART) + 1e-12

    @property
    def left_open(self) -> bool:
        """Whether a larger share of the candidate's reruns failed, and chance may be why or not."""
        more = len(self.candidate) * self.incumbent_runs > len(self.incumbent) * self.candidate_runs
        few = min(self.candidate_runs, self.incumbent_runs) < ENOUGH_FOR_FAILURES
        return more and (few or self.chance <= LEFT_OPEN) and not self.told_apart


def failures_of(candidate: tuple[float, ...], incumbent: tuple[float, ...]) -> Failures:
    """The failures among reruns: the values that are not finite."""
    which = [
        tuple(i for i, v in enumerate(values, 1) if not math.isfinite(v))
        for values in (candidate, incumbent)
    ]
    return Failures(which[0], len(candidate), which[1], len(incumbent))


def highest_failure_rate(failed: int, runs: int, *, confidence: float = 0.95) -> float:
    """Largest failure rate that these reruns do not exclude, by the exact binomial bound.

    Args:
        failed: of the reruns.
        runs: how many.
        confidence: one-sided.

    Example:
        >>> round(highest_failure_rate(0, 5), 2), round(highest_failure_rate(0, 50), 3)
        (0.45, 0.058)
    """
    return clopper_pearson(failed, runs, confidence=2 * confidence - 1)[1]


def failure_sentences(failures: Failures, *, adopted: bool) -> list[str]:
    """Which reruns failed, and what rate cannot be excluded where the candidate is adopted."""
    found = []
    if failures.candidate or failures.incumbent:
        found += [
            _which("candidate", failures.candidate, failures.candidate_runs),
            _which("baseline", failures.incumbent, failures.incumbent_runs),
        ]
        if failures.candidate and not failures.told_apart and failures.incumbent_runs:
            found.append(
                "These failures do not show that the candidate fails more often than the "
                "baseline: at equal failure rates, at least as many are seen in "
                f"{percent(failures.chance)} of cases."
            )
    if adopted:
        rate = percent(highest_failure_rate(len(failures.candidate), failures.candidate_runs))
        runs = counted(failures.candidate_runs, "rerun")
        clean = f"{runs} without a failure" if not failures.candidate else f"These {runs}"
        found.append(
            f"{clean} cannot exclude (at 95 % confidence) that the candidate fails in up to {rate} "
            "of its runs."
        )
    return found


def _which(name: str, failed: tuple[int, ...], runs: int) -> str:
    if not failed:
        return f"Of the {name}'s {counted(runs, 'rerun')} none failed."
    word = "Rerun" if len(failed) == 1 else "Reruns"
    return f"{word} {listed([str(i) for i in failed])} of {runs} of the {name} failed."
