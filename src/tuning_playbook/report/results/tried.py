"""What a short run of the training program showed, and how it is said."""

from __future__ import annotations

from collections.abc import Sequence
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


def tried_document(tried: TriedTarget, after: Sequence[str] = ()) -> dict[str, Any]:
    """For ``--json``; ``after`` are the commands to type next."""
    metrics = {
        name: {"last": s.last, "last_step": s.last_step, "count": s.count}
        for name, s in tried.trial.summaries.items()
    }
    return {
        "schema": 1,
        "ok": tried.ok,
        "status": tried.trial.status.value,
        "reason": tried.trial.reason.value,
        "detail": tried.trial.detail,
        "steps": tried.steps,
        "seconds": tried.seconds,
        "start_seconds": tried.start,
        "metrics": metrics,
        "remarks": list(tried.remarks),
        "next": list(after),
    }


def tried_text(tried: TriedTarget, after: Sequence[str] = ()) -> str:
    """For a person; ``after`` are the commands to type next."""
    if tried.ok:
        lines = [f"ok: {took_text(tried)}"]
        lines += [_metric_line(n, s) for n, s in tried.trial.summaries.items()]
        lines += tried.remarks
        lines += [f"next: {', then '.join(after)}"] * bool(after)
        return "\n".join(lines)
    lines = [f"{tried.trial.status.value} ({tried.trial.reason.value}): {tried.trial.detail}"]
    lines += tried.remarks
    if tried.output:
        lines.append(f"It printed:\n{tried.output}")
    return "\n".join(lines)


def took_text(tried: TriedTarget) -> str:
    """How long it took."""
    steps = counted(tried.steps, "step")
    return f"{steps} in {tried.seconds:.1f} s, of which it took {tried.start:.1f} s to begin"


def _metric_line(name: str, summary: MetricSummary) -> str:
    return f"  {name:24} {summary.last:.6g} at step {summary.last_step} ({summary.count} values)"
