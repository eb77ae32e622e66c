"""What a short run of the training program showed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tuning_playbook.trial import MetricSummary, Status, Trial
from tuning_playbook.words import counted


@dataclass(frozen=True, slots=True)
class TriedTarget:
    """What one short run of the training program showed.

    Args:
        trial: how it ended; complete too where it was stopped because it had shown enough.
        steps: how many it was given.
        seconds: from its start to its end.
        start: of them, until it first logged anything.
        output: last lines that it printed.
        remarks: what else is worth knowing before a round.
    """

    trial: Trial
    steps: int
    seconds: float
    output: str
    remarks: tuple[str, ...] = ()
    start: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it trained and evaluated finite metrics."""
        return self.trial.status is Status.COMPLETE

    @property
    def took(self) -> str:
        """How long, in words."""
        steps = counted(self.steps, "step")
        return f"{steps} in {self.seconds:.1f} s, of which it took {self.start:.1f} s to begin"

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        metrics = {
            name: {"last": s.last, "last_step": s.last_step, "count": s.count}
            for name, s in self.trial.summaries.items()
        }
        return {
            "schema": 1,
            "ok": self.ok,
            "status": self.trial.status.value,
            "reason": self.trial.reason.value,
            "detail": self.trial.detail,
            "steps": self.steps,
            "seconds": self.seconds,
            "start_seconds": self.start,
            "metrics": metrics,
            "remarks": list(self.remarks),
        }

    def text(self) -> str:
        """For a person."""
        if self.ok:
            lines = [f"ok: {self.took}"]
            lines += [_metric_line(n, s) for n, s in self.trial.summaries.items()]
            lines += self.remarks
            lines.append("next: playbook plan ROUND, then playbook run ROUND")
            return "\n".join(lines)
        lines = [f"{self.trial.status.value} ({self.trial.reason.value}): {self.trial.detail}"]
        lines += self.remarks
        if self.output:
            lines.append(f"It printed:\n{self.output}")
        return "\n".join(lines)


def _metric_line(name: str, summary: MetricSummary) -> str:
    return f"  {name:24} {summary.last:.6g} at step {summary.last_step} ({summary.count} values)"
