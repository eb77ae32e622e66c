"""A round's plan in a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from tuning_playbook.design.budget import BudgetOption, BudgetPlan
from tuning_playbook.design.plan import RoundPlan
from tuning_playbook.project_files.writing import written_key
from tuning_playbook.words import agreeing, counted, percent


def plan_text(plan: RoundPlan) -> RenderableType:
    """What would run, what it costs, and what it will not tell."""
    lines: list[RenderableType] = [Text(plan.question, style="bold"), Text("")]
    for arm in plan.arms:
        lines.append(Text(f"{arm.study}: {arm.trials} trials"))
        lines += [Text(f"  {searched}") for searched in arm.searched]
    lines.append(Text(""))
    left = max(0, plan.trials - plan.finished - plan.failed - plan.shared)
    done = f", {plan.finished} done already" if plan.finished else ""
    done += f", {plan.failed} failed" if plan.failed else ""
    lines.append(Text(f"{plan.trials} trials{done}; {plan.steps:,} training steps to go"))
    if plan.shared:
        lines.append(
            Text(
                f"{plan.shared} of them are not trained again: earlier rounds ran the same "
                "configurations with the same seeds and program"
            )
        )
    if plan.followed:
        count = counted(plan.followed, "trial")
        goes = agreeing(plan.followed, "counts", "count")
        lines.append(Text(f"{count} of the rounds that it follows {goes} in its answer as well"))
    if plan.failed:
        again = f"playbook run {plan.round} --retry failed"
        lines.append(Text(f"the failed ones run again only with: {again}", style="yellow"))
    lines.append(Text(_time(plan, left)))
    lines += [Text(f"caveat: {caveat}") for caveat in plan.caveats]
    lines += [Text(f"warning: {warning}", style="yellow") for warning in plan.warnings]
    if plan.fixed_without_reason:
        lines.append(Text(_missing_reasons(plan.fixed_without_reason)))
    return Group(*lines)


def _missing_reasons(keys: tuple[str, ...]) -> str:
    example = f'reasons = {{ {written_key(keys[0])} = "why it stays as it is" }}'
    count = counted(len(keys), "hyperparameter")
    return (
        f"no reason yet: {count} {agreeing(len(keys), 'is', 'are')} fixed that could vary "
        f"({', '.join(keys)}). Say why in the round's file, for example {example}, or name "
        f"{agreeing(len(keys), 'it', 'them')} in scientific or nuisance."
    )


def budget_text(plan: BudgetPlan) -> RenderableType:
    """The ways to spend a budget, and what each gives up."""
    lines: list[RenderableType] = [
        Text(f"\nA budget of {plan.budget:,} trials", style="bold"),
        Text(
            f"If good settings fill {percent(plan.good_share)} of each range, an arm needs "
            f"{plan.trials_needed:,} trials to try one with a chance of {percent(plan.enough)}. "
            "Ways to spend the budget, each by itself:"
        ),
    ]
    for option in plan.options:
        style = "green" if option.chance >= plan.enough else "yellow"
        lines.append(Text(f"\n{option.title}: {_shares(option)}", style=style))
        lines += [Text(f"  gives up: {words}") for words in option.gives_up]
        lines += [Text(f"  write: {words}") for words in option.write]
    return Group(*lines)


def _shares(option: BudgetOption) -> str:
    arms = f"{option.arms} x " if option.arms > 1 else ""
    left = f" ({option.left_over} left over)" if option.left_over else ""
    many = "s" * (option.dimensions != 1)
    return (
        f"{arms}{option.trials_each:,} trials{left} over {option.dimensions} nuisance "
        f"hyperparameter{many}, {percent(option.chance)} chance of a good setting in an arm"
    )


def _time(plan: RoundPlan, left: int) -> str:
    if not left:
        return "time: none, every trial has ended"
    if plan.seconds is None or plan.seconds_per_trial is None:
        return "time: unknown before the first trial has finished; to measure one: playbook try"
    hours, minutes = divmod(round(plan.seconds / 60), 60)
    total = f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
    if plan.seconds < 90:
        total = f"{max(1, round(plan.seconds))} s"
    by_try = "; estimated from playbook try" * plan.measured_by_try
    about = "probably less than" if plan.measured_by_try else "about"
    return (
        f"time: {about} {total} ({left} trials of {plan.seconds_per_trial:.1f} s "
        f"on {counted(plan.workers, 'worker')}{by_try})"
    )
