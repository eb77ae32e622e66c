"""Histories that never happened, for renderers."""

import random

from tuning_playbook.records.looks import ExplorationOver, Look, Looks
from tuning_playbook.records.overrides import Override
from tuning_playbook.report.history.ranges import RangeStep
from tuning_playbook.report.history.tuning_gaps import TuningGap
from tuning_playbook.report.history.view import BaselineStep, ProjectHistory, RoundStep, Spent
from tuning_playbook.report.rounds.tracking import TrackingRow

HOSTILE = "</script><script>alert('x')</script> & \"q\" | `a` \x00 \u2028 学習率 " + "long " * 30


def a_round(number, *, name=None, follows="", **changes):
    values = {
        "number": number, "name": name or f"round-{number}", "question": f"Question {number}?",
        "mode": "explore", "follows": follows, "at": 1e9 + number * 100.0, "studies": 2,
        "trials": 40, "complete": 38, "reruns": 0, "steps": 4000, "seconds": 400.0,
        "answer": "It helps.", "soundness": "sound", "reasons": (), "decision": "",
        "decision_reason": "", "evaluation": "A",
    }  # fmt: skip
    return RoundStep(**{**values, **changes})


def a_launch(number, round_, *, after):
    changes = (("rate", "0.1", "0.3"), (HOSTILE, None, "1"))
    at = 1e9 + after * 100.0 + 50
    return BaselineStep(number, at, round_, changes, "adopt", "it gains", "gain 0.01")


def a_history(count, *, launch_every=4, hostile=False, seed=0):
    """A history of ``count`` rounds, some following others, with a launch now and then."""
    rng = random.Random(seed)
    rounds, launches = [], []
    for number in range(1, count + 1):
        follows = rng.choice(rounds).name if rounds and rng.random() < 0.5 else ""
        words = {"name": f"{HOSTILE} {number}", "question": HOSTILE, "answer": HOSTILE}
        rounds.append(a_round(number, follows=follows, **(words if hostile else {})))
        if number % launch_every == 0:
            launches.append(a_launch(len(launches) + 1, rounds[-1].name, after=number))
    name = HOSTILE if hostile else "study"
    return ProjectHistory(
        project=name,
        objective="minimize error",
        baselines=tuple(launches),
        rounds=tuple(rounds),
        ranges=(
            RangeStep("rate", name, "0.1 to 1, log", "first", "", (0.0, 0.5)),
            RangeStep("rate", "b", "0.1 to 10, log", "wider", HOSTILE, (0.0, 1.0)),
            RangeStep("rate", "c", "0.1 to 10, log", "unchanged", "", (0.0, 1.0)),
        ),
        ledger=(Spent("explore", count, 40 * count, 4000, 400.0, 1.0),),
        looks=Looks(
            "error", "test_error", count, 40 * count, ExplorationOver(2e9, HOSTILE, (HOSTILE,)),
            (Look(2e9, "test", "test_error", HOSTILE, 0.25, float("nan"), ("a#0",), 1),),
        ),
        evaluations=(("A", "100 steps"), ("B", HOSTILE)),
        experiments=(TrackingRow(name, name, HOSTILE, "40", "0.1", "p", "c", "abc", "none"),),
        overrides=(Override(2e9, HOSTILE, HOSTILE, HOSTILE),),
        tuning_gaps=(TuningGap(HOSTILE, HOSTILE, 3, 20, HOSTILE, HOSTILE, 0.01),),
        notes=(HOSTILE,),
        made_at=2e9,
        version="0",
    )  # fmt: skip
