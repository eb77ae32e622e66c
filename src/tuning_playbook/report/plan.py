"""A round's plan in a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from tuning_playbook.design import RoundPlan


def plan_text(plan: RoundPlan) -> RenderableType:
    """What would run, what it costs, and what it will not tell."""
    lines: list[RenderableType] = [Text(plan.question, style="bold"), Text("")]
    for arm in plan.arms:
        lines.append(Text(f"{arm.study}: {arm.trials} trials"))
        lines += [Text(f"  {searched}") for searched in arm.searched]
    lines.append(Text(""))
    left = plan.trials - plan.finished
    done = f", {plan.finished} done already" if plan.finished else ""
    lines.append(Text(f"{plan.trials} trials{done}; {plan.steps:,} training steps to go"))
    lines.append(Text(_time(plan, left)))
    lines += [Text(f"caveat: {caveat}") for caveat in plan.caveats]
    lines += [Text(f"warning: {warning}", style="yellow") for warning in plan.warnings]
    return Group(*lines)


def _time(plan: RoundPlan, left: int) -> str:
    if plan.seconds is None or plan.seconds_per_trial is None:
        return "time: unknown before the first finished trial; measure it with: playbook try"
    hours, minutes = divmod(round(plan.seconds / 60), 60)
    total = f"{hours} h {minutes:02d} min" if hours else f"{max(1, minutes)} min"
    return (
        f"time: about {total} ({left} trials of {plan.seconds_per_trial:.1f} s "
        f"on {plan.workers} workers)"
    )
