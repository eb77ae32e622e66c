"""How many trials could not be trained, and where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tuning_playbook.analysis.search.infeasible_region import (
    Location,
    exact_location,
    infeasible_locations,
    telling_locations,
)
from tuning_playbook.analysis.table.fates import account
from tuning_playbook.analysis.table.feasibility import (
    CAUSED_BY_CONFIGURATION,
    NO_MEASUREMENT,
    Feasibility,
    feasibility,
    without_value,
)
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.combined_search import declarations
from tuning_playbook.checks.declared_chance import (
    NO_TRIAL_LEARNS,
    beside_declared_chance,
    none_better_than_chance,
)
from tuning_playbook.checks.evidence import cannot_tell, names, number, thresholds
from tuning_playbook.edges.limits import range_ends
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.records.finding_documents import account_document
from tuning_playbook.words import agreeing, capital, counted, percent, short, some_of

_MOST_NAMES = 50


@dataclass(frozen=True, slots=True)
class InfeasibleFraction:
    """Many infeasible trials mean a bad search space; ones that are everywhere mean a bug.

    Args:
        high: share of infeasible trials above which the space should shrink.
        extreme: share above which the program is suspected first.
        unrelated_accuracy: balanced accuracy that the best single threshold of any hyperparameter
            stays below where infeasibility is unrelated to all of them. With 20 trials of which 20
            to 40 % fail, two to five hyperparameters: 5 to 32 % of studies whose failures are
            random are told so, and at most 2 % of those with failures in 8 of 10 trials on one side
            of a threshold and 1 of 10 on the other; the rest stays open.
        unrelated_p: and the smallest p-value, times the number of hyperparameters, above.
        located_accuracy: balanced accuracy from which a threshold is reported as the place.
        fewest_of_each: trials that did not train and that did, needed to say so or to leave it
            open in words.
        located_p: largest p-value of a place that is reported as the cause.
        fewest_trials: fewer finished trials give no verdict.
    """

    id: ClassVar[str] = "infeasible-fraction"
    title: ClassVar[str] = "How many trials are infeasible, and where?"
    source: ClassVar[str] = "search-space-boundaries"
    premises: ClassVar[frozenset[Premise]] = frozenset({Premise.SEARCH})

    high: float = 0.5
    extreme: float = 0.9
    unrelated_accuracy: float = 0.7
    unrelated_p: float = 0.5
    located_accuracy: float = 0.65
    fewest_of_each: int = 4
    located_p: float = 0.01
    fewest_trials: int = 5

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the study."""
        judged = feasibility(table)
        total, infeasible = int(judged.judged.sum()), int(judged.infeasible.sum())
        empty = int(without_value(table).sum())
        if 0 < infeasible == total:
            if 2 * empty >= total:
                return (self._are_empty(table, judged, total, empty),)
            beside = int(np.sum(~judged.judged & np.isfinite(table.loss)))
            if beside and total < self.fewest_trials:
                return (self._stopped_ones_trained(judged, total, beside),)
            return (self._none_trained(table, judged, total),)
        if total < self.fewest_trials:
            return (self._too_few(judged, total),)
        if (worse := none_better_than_chance(table, judged)) is not None:
            evidence = self._evidence(table, judged, ())
            return (Finding(self.id, Verdict.FAIL, worse, evidence, NO_TRIAL_LEARNS, self.source),)
        places = infeasible_locations(table, judged.infeasible, judged)
        causes = telling_locations(
            places, p_value=self.located_p, balanced_accuracy=self.located_accuracy
        )
        enough = bool(places) and min(infeasible, total - infeasible) >= self.fewest_of_each
        exact = _exact(table, judged)
        unrelated = enough and not exact and self._are_unrelated(places)
        evidence = self._evidence(table, judged, places)
        by_space = _by_configuration(judged) / total > self.high or bool(causes)
        verdict, ending = self._verdict(judged, places, by_space=by_space, unrelated=unrelated)
        if verdict is not Verdict.PASS and 2 * empty >= infeasible:
            return (self._are_empty(table, judged, total, empty),)
        summary = self._summary(table, judged, total, infeasible, causes) + ending
        if exact and not causes and verdict is not Verdict.PASS:
            summary += _exact_words(judged, exact)
        elif enough and not unrelated and not causes:
            summary += " These are too few trials to tell whether a hyperparameter causes it."
        high = judged.share > self.high
        investigate = judged.share > self.extreme or unrelated or (high and not by_space)
        advice = self._advice(
            table,
            judged,
            causes,
            investigate=investigate,
            unrelated=unrelated,
            shrink=high and by_space,
        )
        return (Finding(self.id, verdict, summary, evidence, advice, self.source, "high"),)

    def _too_few(self, judged: Feasibility, total: int) -> Finding:
        needed = self.fewest_trials
        why = f"Cannot tell: {counted(total, 'finished trial')}; {needed} are needed."
        return cannot_tell(self, why, finished_trials=total, kinds=dict(judged.counts))

    def _are_unrelated(self, places: Sequence[Location]) -> bool:
        """Whether no threshold of any hyperparameter tells the failing trials from the others."""
        return (
            max(place.balanced_accuracy for place in places) < self.unrelated_accuracy
            and min(place.p_value for place in places) * len(places) > self.unrelated_p
        )

    def _verdict(
        self,
        judged: Feasibility,
        places: Sequence[Location],
        *,
        by_space: bool,
        unrelated: bool,
    ) -> tuple[Verdict, str]:
        """The verdict, and how the sentence about the share ends."""
        if judged.share > self.extreme:
            return Verdict.FAIL, "; the program is a more likely cause than the search space."
        if unrelated:
            return Verdict.WARN, (
                "; no threshold of any hyperparameter separates them from the others (the best "
                f"one is right for {percent(max(p.balanced_accuracy for p in places))}, as by "
                "chance), so suspect a bug or the machine."
            )
        if judged.share > self.high and by_space:
            return Verdict.WARN, "; in this search space more trials fail than train."
        if judged.share > self.high:
            return Verdict.WARN, "; fix the program before judging the search space."
        return Verdict.PASS, "."

    def _are_empty(self, table: TrialTable, judged: Feasibility, total: int, empty: int) -> Finding:
        """Most of what lacks a result are cells that nobody filled, whatever that means."""
        return cannot_tell(
            self,
            f"Cannot tell: {some_of(empty, total, 'trial')} {agreeing(empty, 'has', 'have')} no "
            f"value of {table.objective.metric}, and nothing says whether they failed; a column "
            "of statuses would.",
            finished_trials=total,
            kinds=dict(judged.counts),
        )

    def _stopped_ones_trained(self, judged: Feasibility, total: int, beside: int) -> Finding:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in judged.counts.items())
        did = "was" if beside == 1 else "were"
        return cannot_tell(
            self,
            f"Cannot tell: {counted(total, 'trial')} failed ({kinds}), and {beside} that did train "
            f"{did} stopped before the end; {self.fewest_trials} finished trials are needed.",
            finished_trials=total,
            kinds=dict(judged.counts),
        )

    def _none_trained(self, table: TrialTable, judged: Feasibility, total: int) -> Finding:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in judged.counts.items())
        return Finding(
            check=self.id,
            verdict=Verdict.FAIL,
            summary=(
                f"None of the {total} finished trials trained ({kinds})."
                if total > 1
                else f"The only finished trial did not train ({kinds})."
            )
            + (_by_luck(table, judged) or beside_declared_chance(table, judged)),
            evidence=self._evidence(table, judged, ()),
            advice=(
                Advice(
                    "mend-pipeline", {}, "no hyperparameter is tuned before the pipeline learns"
                ),
            )
            if judged.luck is not None and judged.luck.nothing_learnt
            else self._advice(table, judged, (), investigate=True, shrink=False),
            source=self.source,
        )

    def _summary(
        self,
        table: TrialTable,
        judged: Feasibility,
        total: int,
        infeasible: int,
        causes: tuple[Location, ...],
    ) -> str:
        if not infeasible:
            return (
                f"All {total} finished trials are feasible"
                if total > 1
                else "The only finished trial is feasible"
            )
        caused = _by_configuration(judged)
        empty = int(without_value(table).sum())
        failed = infeasible - caused - empty
        parts = []
        if caused:
            text = (
                f"{some_of(caused, total, 'trial')} ({percent(caused / total)}) "
                f"{agreeing(caused, 'is', 'are')} infeasible ({_kinds(judged, caused=True)})"
            )
            told = account(table)
            if told.as_run and told.judged:
                as_run, by_curves = sum(told.as_run.values()), sum(told.judged.values())
                text += f": {as_run} as run, {by_curves} more judged by their measurements"
            parts.append(text)
        if failed:
            share = f"{some_of(failed, total, 'trial')} ({percent(failed / total)})"
            parts.append(f"{share} failed ({_kinds(judged, caused=False, empty=empty)})")
        if empty:
            share = f"{some_of(empty, total, 'trial')} ({percent(empty / total)})"
            have = agreeing(empty, "has", "have")
            parts.append(f"{share} {have} no value of {table.objective.metric}")
        text = capital("; ".join(parts))
        return f"{text}, mostly where {_place(causes[0])}" if causes else text

    def _evidence(
        self, table: TrialTable, judged: Feasibility, places: tuple[Location, ...]
    ) -> dict[str, Any]:
        rows = np.flatnonzero(judged.infeasible)
        return {
            "finished_trials": int(judged.judged.sum()),
            "infeasible_trials": _by_configuration(judged),
            "failed_trials": len(rows) - _by_configuration(judged),
            "share": number(judged.share, 3),
            "kinds": dict(judged.counts),
            "account": account_document(account(table)),
            "poor_but_feasible": int(judged.poor.sum()),
            "chance_level": number(table.objective.direction.sign * judged.chance.loss),
            "chance_level_from": judged.chance.origin,
            "where": [
                {
                    "hyperparameter": place.hyperparameter,
                    "side": place.side,
                    "threshold": _plain(place.threshold),
                    "balanced_accuracy": number(place.balanced_accuracy, 3),
                    "p_value": number(place.p_value, 3),
                    "infeasible_share_there": number(place.inside, 3),
                    "infeasible_share_elsewhere": number(place.outside, 3),
                }
                for place in places
            ],
            "trials": names(table, rows[:_MOST_NAMES]),
            "thresholds": thresholds(self),
        }

    def _advice(
        self,
        table: TrialTable,
        judged: Feasibility,
        causes: tuple[Location, ...],
        *,
        investigate: bool,
        shrink: bool,
        unrelated: bool = False,
    ) -> tuple[Advice, ...]:
        found = []
        if investigate:
            rows = np.flatnonzero(judged.infeasible)[:3]
            found.append(
                Advice(
                    "investigate",
                    {"trials": names(table, rows)} | ({"unrelated": True} if unrelated else {}),
                    "read what these trials logged"
                    + (
                        "; a failure that no hyperparameter explains is seldom caused by the "
                        "search space"
                        if unrelated
                        else ""
                    ),
                )
            )
        if shrink and len(causes) >= 2 and _combinable(table, causes[:2]):
            found.append(_combined(table, judged, causes[:2]))
        if shrink:
            found += [advice for place in causes if (advice := _shrunk(table, place)) is not None]
        return tuple(found)


def _exact(table: TrialTable, judged: Feasibility) -> dict[str, Location]:
    """Kind of failure -> the place where all trials of this kind lie and none that trained."""
    found = {kind: exact_location(table, judged.kind == kind, judged) for kind in judged.counts}
    return {kind: place for kind, place in found.items() if place is not None}


def _exact_words(judged: Feasibility, exact: dict[str, Location]) -> str:
    return "".join(
        f" All {judged.counts[kind]} that failed by {kind} lie where {_place(place)}, and no trial "
        "that trained does."
        for kind, place in exact.items()
    )


def _by_configuration(judged: Feasibility) -> int:
    """Trials that are infeasible: a crash may be a fault of the program as well."""
    return sum(judged.counts.get(kind, 0) for kind in CAUSED_BY_CONFIGURATION)


def _kinds(judged: Feasibility, *, caused: bool, empty: int = 0) -> str:
    counts = {k: n - (empty if k == NO_MEASUREMENT else 0) for k, n in judged.counts.items()}
    return ", ".join(
        f"{count:,} {kind}"
        for kind, count in counts.items()
        if count and (kind in CAUSED_BY_CONFIGURATION) == caused
    )


def _by_luck(table: TrialTable, judged: Feasibility) -> str:
    """That the best of trials at chance level is no better than luck, with the bound."""
    luck = judged.luck
    if luck is None or not luck.nothing_learnt:
        return ""
    sign = table.objective.direction.sign
    level, best, bound = (short(sign * x) for x in (judged.chance.loss, luck.best, luck.bound))
    how = "declared" if judged.chance.origin == "declared" else "measured before training"
    given = f" on {luck.examples:,} examples" if luck.examples else ", by the scatter of the trials"
    return (
        f" The pipeline learns nothing: chance level is {level} ({how}), the best trial reached "
        f"{best}, and chance alone reaches {bound} in one of 100 such studies (the best of "
        f"{counted(luck.measurements, 'evaluation')}{given}). Fix the pipeline before tuning it."
    )


def _combined(table: TrialTable, judged: Feasibility, places: tuple[Location, ...]) -> Advice:
    trained = np.flatnonzero(judged.judged & ~judged.infeasible).tolist()
    declare = declarations(table, places, trained)
    reason = "failure depends on both; search their product or ratio, or narrow one of the ranges"
    return Advice(
        "reparametrise",
        {"hyperparameters": [place.hyperparameter for place in places], "declare": declare},
        f"{reason}: in playbook.toml, write {declare}" if declare else reason,
    )


def _combinable(table: TrialTable, places: tuple[Location, ...]) -> bool:
    """Whether a product or ratio makes sense: both are numbers that every trial has."""
    return all(
        place.side != "equal" and np.isfinite(table.units[place.hyperparameter]).all()
        for place in places
    )


def _shrunk(table: TrialTable, place: Location) -> Advice | None:
    if place.side == "equal":
        return None
    low, high = range_ends(table.space[place.hyperparameter])
    limit = _plain(place.threshold)
    kept = [number(low), limit] if place.side == "above" else [limit, number(high)]
    return Advice(
        "shrink",
        {
            "hyperparameter": place.hyperparameter,
            "edge": "high" if place.side == "above" else "low",
            "range": kept,
        },
        f"{percent(place.inside)} of the trials are infeasible where {_place(place)}",
    )


def _place(place: Location) -> str:
    sign = {"above": ">", "below": "<", "equal": "is"}[place.side]
    return f"{place.hyperparameter} {sign} {_plain(place.threshold)}"


def _plain(value: Any) -> Any:
    return value if isinstance(value, (bool, str)) else number(value, 3)
