"""Are the searched ranges wide enough? Studies whose edges are known, cut out of real tuning data.

A gain is that of widening an edge, as a share of (expected best of n trials less the median trial):
*clear* from 0.2, *bad* from 0.05, *fine* up to 0; what is in between is counted apart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from truth_families.cuts import Cut, cuts, searched
from truth_families.grids import LevelStudy, Perceptrons, rate_sweeps, windows_of_sweeps
from truth_families.sections import Bar, Section, Setting, Share, table
from truth_families.surrogate import HIGH, LAYERS, LOG, LOW, NAMES, WHOLE, Surrogate, values
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.search_space_boundary import SearchSpaceBoundary
from tuning_playbook.findings import Verdict
from tuning_playbook.study import Objective

VERDICTS = ("tight", "open", "inside", "unstable", "cannot-tell")
LABELS = ("clear", "bad", "between", "fine")
_BAD = ("clear", "bad")


@dataclass(eq=False)
class Tally:
    """What was said of the edges of a family of studies.

    Args:
        edges: (verdict, label) -> edges.
        power: number of trials -> [tight, all] of the bad edges of continuous hyperparameters.
        studies, alarms: studies, and those of which a fine edge was called tight.
        clear, clear_found: studies of 50 trials or more with a clear edge, and those with an alarm.
        passes, passes_bad: studies that pass, and those of them with a bad edge.
        best_last, best_last_open: grids and sweeps whose best trial is at a last level, and of
            those where it is called open, or ends where trials fail.
        best_inside, best_inside_alarms: whose best trial is at none, and those called tight or
            open.
    """

    edges: Counter[tuple[str, str]] = field(default_factory=Counter)
    power: dict[int, list[int]] = field(default_factory=dict)
    studies: int = 0
    alarms: int = 0
    clear: int = 0
    clear_found: int = 0
    passes: int = 0
    passes_bad: int = 0
    best_last: int = 0
    best_last_open: int = 0
    best_inside: int = 0
    best_inside_alarms: int = 0

    def of(self, verdict: str, *labels: str) -> Share:
        total = sum(self.edges[verdict, label] for label in LABELS)
        return Share(sum(self.edges[verdict, label] for label in labels), total)


def label(gain: float) -> str:
    """Clear, bad, between or fine."""
    return "clear" if gain >= 0.2 else "bad" if gain >= 0.05 else "fine" if gain <= 0 else "between"


def measure(setting: Setting) -> Section:
    """All families of edges."""
    surrogate = Surrogate(setting.data / "lcbench_surrogate")
    rng = np.random.default_rng([setting.seed, 1])
    made = list(cuts(surrogate, setting.half, setting.studies, setting.seed))
    part = made[: max(setting.studies // 2, 1)]
    adaptive = [c for c in made if len(c.units) == 50][: max(setting.studies // 5, 1)]
    grids = Perceptrons(setting.data / "mlp_full_grid")
    few = list(grids.studies(setting.studies, rng))
    sweeps = list(windows_of_sweeps(rate_sweeps(setting.data), setting.studies // 2, rng))
    kinds = ("few levels", "two to four levels", "grid of two")
    families: dict[str, Tally] = {
        "random boxes": of_cuts((c, c.accuracy, None) for c in made),
        "noise of 10 %": of_cuts((c, _noisy(c, 0.1, rng), None) for c in part),
        "worst quarter fails": of_cuts((c, c.accuracy, _worst(c, 0.25)) for c in part),
        "high learning rates fail": of_cuts((_without_cliff(c), None, _cliff(c)) for c in part),
        "TPE, 50 trials": of_cuts(
            (by_tpe(surrogate, cut, setting.seed * len(made) + i), None, None)
            for i, cut in enumerate(adaptive)
        ),
        **{kind: of_levels(s for s in few if s.family == kind) for kind in kinds},
        "sweeps of a learning rate": of_levels(sweeps),
    }
    return Section("Are the searched ranges wide enough?", _markdown(families), _bars(families))


def of_cuts(
    studies: Iterable[tuple[Cut, np.ndarray | None, np.ndarray | None]],
) -> Tally:
    """Judge cuts, each with its metric and which trials failed; batch size does not count."""
    tally = Tally()
    for cut, metric, failed in studies:
        metric = cut.accuracy if metric is None else metric
        said, verdict = judged(_table(searched(cut), metric, failed))
        labels = {
            key: label(gain)
            for key, gain in cut.gains.items()
            if key[0] != "batch_size" and not math.isnan(gain)
        }
        continuous = {key for key in labels if key[0] != NAMES[LAYERS]}
        _count(tally, said, labels, verdict, len(cut.units), continuous)
    return tally


def of_levels(studies: Iterable[LevelStudy]) -> Tally:
    """Judge studies of few levels, and say whether the last level is named where it is the best."""
    tally = Tally()
    for study in studies:
        failed = ~np.isfinite(study.metric)
        said, verdict = judged(_table(study.columns, study.metric, failed))
        labels = {k: label(g) for k, g in study.gains.items() if k in said}
        labels = {k: v for k, v in labels.items() if said[k] not in ("natural-limit", "not-tuned")}
        _count(tally, said, labels, verdict, len(study.metric), set())
        unique = np.sum(study.metric == np.nanmax(study.metric)) == 1
        if study.family in ("grid of two", "sweep") and unique:
            told = [k for k in study.best_at if said.get(k) not in ("natural-limit", "not-tuned")]
            last = [k for k in told if study.best_at[k] == 0]
            alarms = {said.get(k) for k in told} & {"tight", "open"}
            tally.best_last += bool(last)
            tally.best_last_open += bool(last) and all(
                said[k] in ("open", "unstable") for k in last
            )
            tally.best_inside += not last
            tally.best_inside_alarms += not last and bool(alarms)
    return tally


def judged(trials: TrialTable) -> tuple[dict[tuple[str, str], str], Verdict]:
    """The verdict on each edge, and on the study."""
    (finding,) = SearchSpaceBoundary().run(trials)
    edges = finding.evidence["edges"]
    return {(e["hyperparameter"], e["edge"]): e["verdict"] for e in edges}, finding.verdict


def _count(
    tally: Tally,
    said: Mapping[tuple[str, str], str],
    labels: Mapping[tuple[str, str], str],
    verdict: Verdict,
    trials: int,
    continuous: set[tuple[str, str]],
) -> None:
    tally.studies += 1
    tight = {key for key in labels if said.get(key) == "tight"}
    tally.alarms += any(labels[key] == "fine" for key in tight)
    bad = {key for key, found in labels.items() if found in _BAD}
    for key in bad & continuous:
        power = tally.power.setdefault(trials, [0, 0])
        power[0] += key in tight
        power[1] += 1
    for key, found in labels.items():
        tally.edges[said.get(key, "cannot-tell"), found] += 1
    if trials >= 50 and "clear" in labels.values():
        tally.clear += 1
        tally.clear_found += "tight" in said.values()
    if verdict is Verdict.PASS:
        tally.passes += 1
        tally.passes_bad += bool(bad)


def _table(
    columns: Mapping[str, Sequence[float]], metric: np.ndarray, failed: np.ndarray | None
) -> TrialTable:
    status = None if failed is None else np.where(failed, "infeasible", "complete").tolist()
    return table_from_columns(
        "study", ids=[str(i) for i in range(len(metric))], values=columns, metric_values=metric,
        status=status, objective=Objective("val_accuracy", "maximize"),
    )  # fmt: skip


def _noisy(cut: Cut, share: float, rng: np.random.Generator) -> np.ndarray:
    return cut.accuracy + share * cut.scale * rng.standard_normal(len(cut.accuracy))


def _worst(cut: Cut, share: float) -> np.ndarray:
    return cut.accuracy < np.quantile(cut.accuracy, share)


def _cliff(cut: Cut) -> np.ndarray:
    """Trials in the upper quarter of the learning rates fail, however good they are."""
    rate = NAMES.index("learning_rate")
    return cut.units[:, rate] > cut.low[rate] + 0.75 * (cut.high[rate] - cut.low[rate])


def _without_cliff(cut: Cut) -> Cut:
    """The cut without the edge at which trials fail: nothing is known beyond it."""
    edge = ("learning_rate", "high")
    return replace(cut, gains={key: gain for key, gain in cut.gains.items() if key != edge})


def by_tpe(surrogate: Surrogate, cut: Cut, seed: int) -> Cut:
    """The same box searched by Optuna's tree-structured Parzen estimator."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    low, high = values(cut.low[None])[0], values(cut.high[None])[0]
    points = []
    for _ in range(len(cut.units)):
        trial = study.ask()
        unit = np.empty(7)
        for j, name in enumerate(NAMES):
            if WHOLE[j]:
                found = trial.suggest_int(name, int(low[j]), int(high[j]), log=bool(LOG[j]))
            else:
                found = trial.suggest_float(name, low[j], high[j], log=bool(LOG[j]))
            ends = (LOW[j], HIGH[j])
            scaled = np.log([found, *ends]) if LOG[j] else np.array([found, *ends])
            unit[j] = (scaled[0] - scaled[1]) / (scaled[2] - scaled[1])
        points.append(unit)
        study.tell(trial, float(surrogate.accuracy(cut.task, unit[None])[0]))
    units = np.array(points)
    return replace(cut, units=units, accuracy=surrogate.accuracy(cut.task, units))


def _bars(families: Mapping[str, Tally]) -> tuple[Bar, ...]:
    plain = families["random boxes"]
    names = ("random boxes", "noise of 10 %", "worst quarter fails", "TPE, 50 trials")
    lattices = [families[n] for n in ("grid of two", "sweeps of a learning rate")]
    floors = {20: 0.2, 50: 0.3, 100: 0.4}
    return (
        *(
            Bar(f"edges, {name}: studies with a false alarm",
                Share(families[name].alarms, families[name].studies), at_most=0.05)
            for name in names
        ),
        *(
            Bar(f"edges: bad continuous edges found with {n} trials",
                Share(*plain.power.get(n, [0, 0])), at_least=floor)
            for n, floor in floors.items()
        ),
        Bar("edges: an alarm in studies of 50 or more with a clear edge",
            Share(plain.clear_found, plain.clear), at_least=0.75),
        Bar("edges: of tight edges bad", plain.of("tight", *_BAD), at_least=0.6),
        Bar("edges: of tight edges fine", plain.of("tight", "fine"), at_most=0.06),
        *(
            Bar(f"edges, {name}: of inside edges bad", tally.of("inside", *_BAD), at_most=0.1)
            for name, tally in families.items()
        ),
        Bar("edges: of studies that pass with a bad edge",
            Share(sum(t.passes_bad for t in families.values()),
                  sum(t.passes for t in families.values())), at_most=0.1),
        Bar("edges: grids and sweeps with the best inside that alarm",
            Share(sum(t.best_inside_alarms for t in lattices),
                  sum(t.best_inside for t in lattices)), at_most=0.0),
        Bar("edges: grids and sweeps with the best at the last level that say so",
            Share(sum(t.best_last_open for t in lattices),
                  sum(t.best_last for t in lattices)), at_least=1.0),
    )  # fmt: skip


def _markdown(families: Mapping[str, Tally]) -> str:
    found: list[list[object]] = []
    holds: list[list[object]] = []
    for name, tally in families.items():
        power = [
            f"{Share(*tally.power[n]).value:.2f}" if n in tally.power else "-"
            for n in (20, 50, 100)
        ]
        found.append(
            [name, tally.studies, Share(tally.alarms, tally.studies), *power,
             Share(tally.clear_found, tally.clear), f"{tally.passes} ({tally.passes_bad})"]
        )  # fmt: skip
        for verdict in VERDICTS:
            total = tally.of(verdict).total
            if total:
                shares = [f"{tally.of(verdict, part).value:.2f}" for part in LABELS]
                holds.append([name, verdict, total, *shares])
    head = ["family", "studies", "false alarm (tight and fine)", "power, n = 20", "50", "100",
            "alarm where an edge is clear, n ≥ 50", "passes (with a bad edge)"]  # fmt: skip
    second = ["family", "verdict", "edges", *LABELS]
    return "\n".join([INTRODUCTION, table(head, found), OF_VERDICTS, table(second, holds)])


OF_VERDICTS = """What the verdicts hold: of the edges with a verdict, the share whose widening
brings a clear gain, a gain of 5 to 20 %, less, and none.
"""


INTRODUCTION = """The gain of an edge is what widening it by 30 % of the range (by one level for the
number of layers, grids and sweeps) adds to the expected best of n trials, as a share of best less
median: *clear* from 20 %, *bad* from 5 %, *fine* none at all. Batch size is left out. Boxes come
from a surrogate of 34 tabular tasks, studies of few levels and grids of two from 30,000 perceptrons
with real seeds, sweeps from 14 learning-rate grids. Grids and sweeps have no halves: their studies
are other draws from the same tables. The limits of the effect were chosen on 720 boxes of the
tuning half (seeds 101 and 202), the rule for levels with grids and sweeps of other seeds in sight;
their factor for adaptive searches on 640 by TPE (tuning half, seeds 501 and 502).
"""
