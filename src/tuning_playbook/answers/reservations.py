"""What a decision does not settle, in sentences."""

from __future__ import annotations

from tuning_playbook.answers.contenders import Contenders
from tuning_playbook.answers.decision_evidence import EarlierLooks
from tuning_playbook.answers.reruns import Reruns
from tuning_playbook.decide.candidates import changed_values
from tuning_playbook.decide.launches.example_luck import Examples
from tuning_playbook.decisions import Decision, Soundness
from tuning_playbook.records.answers import AnsweredRound
from tuning_playbook.records.reruns import has_protocol
from tuning_playbook.records.round_record import RoundRecord
from tuning_playbook.space import Config
from tuning_playbook.study import Project
from tuning_playbook.words import listed, percent

# Chance of a false launch among a project's decisions from which on it is worth a line.
_SPENT_NOTED = 0.05


def reservations(record: RoundRecord, contenders: Contenders, *, cost: float) -> tuple[str, ...]:
    """What a reader of a decision should know beside its reasons.

    Args:
        record: of the round.
        contenders: what is decided about.
        cost: complexity cost that the gain was held against.

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """
    project = record.project
    studies = [arm.study for arm in record.arms]
    found = [*_unsound(record.answered), *_not_the_arm_ahead(contenders)]
    if cost != record.facts.complexity_cost:
        found.append(
            f"The gain was compared with a complexity cost of {cost:g}; the round was run with "
            f"{record.facts.complexity_cost:g}."
        )
    same = record.same_programs
    codes = {same.first(s.provenance.code) for s in studies if s.provenance.code}
    if codes - {record.code}:
        found.append(
            "The training program has changed since the round ran: the candidate was selected "
            "with one version and rerun with another."
        )
    if not all(has_protocol(s, project) for s in studies):
        found.append(
            "Training or evaluation has changed since the round ran: the candidate was selected "
            "under one protocol and rerun under another."
        )
    # What is absent now went with the choice that brought it; it is no change of its own.
    changed = [
        key
        for key, _, after in changed_values(contenders.incumbent, contenders.candidate.config)
        if after is not None
    ]
    if len(changed) > 1:
        found.append(
            f"The candidate differs in {len(changed)} hyperparameters; their separate "
            "effects cannot be distinguished."
        )
    found += untested_values(record, contenders.candidate.config)
    found += [note for arm in record.arms for note in arm.notes]
    return tuple(dict.fromkeys(found))


def baseline_at_chance(project: Project, baseline: Reruns) -> list[str]:
    """That the baseline learns nothing, where it counts as measured all the same.

    Args:
        project: says what a model scores that has learnt nothing.
        baseline: its reruns, see `with_measured_baseline`.
    """
    level, sign = project.chance_level, project.objective.direction.sign
    if level is None or not baseline.finite or baseline.values != baseline.measured:
        return []
    if any(sign * value < sign * level for value in baseline.finite):
        return []
    chance = f"the declared chance level ({level:g})"
    gain = "the gain is one over a model that has learnt nothing"
    return [f"No rerun of the baseline is better than {chance}, so {gain}."]


def evidence_reservations(
    project: Project, decision: Decision, examples: Examples, looks: EarlierLooks
) -> list[str]:
    """What the evidence of a decision lacks, and how to get it.

    Args:
        project: what is declared of the metric.
        decision: as it was made.
        examples: what was known of the examples that decide.
        looks: at this change and of the project, before this one.
    """
    found = []
    metric = project.confirm_metric or project.objective.metric
    if examples.difference_variance is None:
        missing = f"keep {metric} of every example: trial.predictions(step, ids, {metric}=...)"
        if examples.count is None:
            key = "confirm_examples" if project.confirm_metric else "examples"
            missing += f", and write their number under [metric]: {key} = ..."
        found.append(
            "The effect of the choice of evaluation examples on the gain was not measured, so a "
            f"cautious estimate was used. To measure it, {missing}"
        )
        found[-1] += "."
    if not project.confirm_metric:
        found.append(
            "The reruns were evaluated on the examples that were used to select the candidate. "
            "Set aside a part of the validation set that is used for no choice, log the metric on "
            "it in the same runs, and name that metric under [metric]: "
            'confirm = "..."; decisions then use it.'
        )
    spent = looks.spent + 1 - decision.confidence
    if looks.decisions and spent > _SPENT_NOTED:
        found.append(
            f"Including this one, the project has made {looks.decisions + 1} decisions; if no "
            "change had any effect, at least one of them would still have been adopted with a "
            f"probability of up to {percent(min(1.0, spent))}."
        )
    return found


def untested_values(record: RoundRecord, config: Config) -> list[str]:
    """Values that came in by accident of history: not the default, and never compared or tuned."""
    odd = [
        f"{h.key} = {config[h.key]} (default: {h.default})"
        for h in record.project.hyperparameters
        if h.key in config and h.key not in record.searched and config[h.key] != h.default
    ]
    if not odd:
        return []
    return [f"No round has ever compared or tuned {listed(odd)}, so its effect is not known."]


def _not_the_arm_ahead(contenders: Contenders) -> list[str]:
    """Reruns that do not settle which arm is better do not choose the candidate."""
    if not contenders.ahead:
        return []
    more = (
        f" Reruns that may settle it: {contenders.settling_command}."
        if contenders.settling_command
        else ""
    )
    told = (
        f"The reruns put {contenders.ahead} ahead of {contenders.arm}, but do not settle which is "
        "better. The candidate is therefore the configuration with the best trial of the search, "
        f"which is one of {contenders.arm}.{more}"
    )
    return [told]


def _unsound(answered: AnsweredRound | None) -> list[str]:
    """A comparison that was not fair says nothing about its question; the reruns still count."""
    if answered is None or answered.soundness is Soundness.SOUND:
        return []
    label, reasons = answered.soundness.value, answered.reasons
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return [
        f"The round's comparison is {label}, so this decision is about the two configurations only "
        f"and not about the round's question. {reasons[0] if reasons else ''}{more}".strip()
    ]
