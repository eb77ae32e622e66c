"""False alarms and power on simulated studies; the full sweep is in ``bench``."""

import importlib.util
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "bench" / "calibration_curves.py"


@pytest.fixture(scope="module")
def calibration():
    spec = importlib.util.spec_from_file_location("calibration_curves", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["calibration_curves"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["calibration_curves"]


def pooled(calibration, case, simulations, studies):
    settings = [calibration.Setting(20, n, 0.01, m) for n in (20, 100) for m in (0.0, 0.6)]
    rates = [
        calibration.alarm_rate(case.check, simulation, setting, studies=studies)[0]
        for _, simulation in simulations
        for setting in settings
    ]
    return sum(rates) / len(rates)


@pytest.mark.parametrize(
    "check",
    ["overfitting", "late-variance", "still-improving", "saturated-early", "instability",
     "rising-train-loss", "periodicity", "direction-sanity"],
)  # fmt: skip
def test_false_alarms_are_rare(calibration, check):
    (case,) = [c for c in calibration.CASES if c.check.id == check]
    assert pooled(calibration, case, case.null, 10) <= 0.05


@pytest.mark.parametrize(
    "check", ["overfitting", "late-variance", "saturated-early", "rising-train-loss",
              "direction-sanity"]
)  # fmt: skip
def test_what_is_plainly_there_is_found(calibration, check):
    (case,) = [c for c in calibration.CASES if c.check.id == check]
    assert pooled(calibration, case, case.alternative, 5) >= 0.85
