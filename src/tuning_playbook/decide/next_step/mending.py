"""From the advice of a round's findings to what its user does about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from tuning_playbook.decide.next_step.how_to import how_to
from tuning_playbook.design.ranges import ends_of, searched_ranges
from tuning_playbook.design.second_look import RangeAdvice, follow_up_round
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.space import Config, Domain
from tuning_playbook.study import Direction, Round
from tuning_playbook.words import short

_RANGE_ACTIONS = ("expand", "shrink", "try-level")


# What to write where, for advice that changes the program or the project and not a range.
_TITLES = {
    "train-longer": "Train longer: set training.max_train_steps = {max_train_steps}",
    "train-shorter": "Train shorter: set training.max_train_steps = {max_train_steps}",
    "mend-pipeline": "Fix the pipeline: it learns nothing",
    "reach-chance": "Make a trial learn more than a model that has learnt nothing",
    "inspect-bug": "Look for a bug in the training program",
    "investigate": "Find out why trials fail",
    "set-direction": 'Set metric.direction = "{direction}" in playbook.toml',
    "reparametrise": "Search a product or a ratio instead of two hyperparameters separately",
    "probe-stability": "Probe where training becomes unstable, with short runs",
    "warmup": "Warm the learning rate up",
    "add-warmup": "Warm the learning rate up",
    "clip-gradients": "Clip gradients",
    "add-regularization": "Add regularization, or tune it",
    "identify-noise": "Find out why evaluations vary late in training",
    "decay-learning-rate": "Decay the learning rate towards the end",
    "average-weights": "Average the weights of the last steps",
    "larger-batch": "Use a larger batch",
    "more-validation-data": "Evaluate on more validation data",
    "fix": "Fix {hyperparameter} at {value}",
}


@dataclass(frozen=True, slots=True)
class AdviceStep:
    """One piece of advice for a person.

    Args:
        title: what to do.
        reason: what was found, and in which arms.
        command: what to type; empty where a file or the program is to be changed.
        source: key of the passage.
        urgent: whether a check failed, or it only warns.
        check: id of the check that advises it.
        how: what to write where; empty where a command does it.
        action: what is advised, in one word.
        arguments: of the advice.
        trials: of each arm that it asks for in all; 0 where it asks for none.
    """

    title: str
    reason: str
    command: str
    source: str
    urgent: bool
    check: str = ""
    how: str = ""
    action: str = ""
    arguments: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    trials: int = 0


def mended_round(
    round_: Round,
    findings: Mapping[str, Sequence[Finding]],
    searched: Mapping[str, Collection[str]],
    *,
    name: str,
    useful: Mapping[str, Mapping[str, Domain]] = MappingProxyType({}),
    settled: Config = MappingProxyType({}),
) -> Round | None:
    """The follow-up with the ranges that the findings of all arms ask for, if they ask for any.

    A range that grows at one end loses what holds no good trial at the other, or most of the new
    trials would lie where nothing is to be found. One that not all arms search keeps it: an arm
    would lose earlier trials that count, and be compared with others at fewer.

    Args:
        round_: as it ran.
        findings: by study.
        searched: study -> keys that it searched.
        name: of the new round.
        useful: study -> ranges without their useless ends.
        settled: values of what the round does not search. What other values of a choice want, such
            as another optimizer, is no reason to widen a range.
    """
    advice = {study: tuple(_range_advice(found, settled)) for study, found in findings.items()}
    grows = {
        (a.hyperparameter, a.edge)
        for given in advice.values()
        for a in given
        if a.action == "expand"
    }
    of_all = {(key, edge) for key, edge in grows if all(key in keys for keys in searched.values())}
    advice = {
        study: (*given, *_dropping(useful.get(study, {}), round_, grows & of_all))
        for study, given in advice.items()
    }
    return follow_up_round(round_, advice, searched=searched, name=name)


def _range_advice(findings: Sequence[Finding], settled: Config) -> Iterator[RangeAdvice]:
    """Where the ends of ranges go; one more level is asked for without an alarm."""
    for finding in findings:
        for advice in finding.advice:
            edge = advice.arguments.get("edge")
            if advice.action not in _RANGE_ACTIONS or _is_exception(advice, settled):
                continue
            if edge not in ("low", "high"):
                continue
            if advice.action == "try-level":
                end = advice.arguments["values"][-1]
            elif finding.verdict in (Verdict.FAIL, Verdict.WARN):
                end = advice.arguments["range"][0 if edge == "low" else 1]
            else:
                continue
            yield RangeAdvice(
                str(advice.arguments["hyperparameter"]),
                edge,
                "shrink" if advice.action == "shrink" else "expand",
                end,
                advice.reason,
            )


def _is_exception(advice: Advice, settled: Config) -> bool:
    """Whether the round keeps a value of a choice whose best trials lie before that edge."""
    return any(
        one["choice"] in settled and str(settled[one["choice"]]) == str(one["value"])
        for one in advice.arguments.get("except", ())
    )


def _dropping(
    useful: Mapping[str, Domain], round_: Round, grows: Collection[tuple[str, str]]
) -> Iterator[RangeAdvice]:
    """Leave the useless end of each range that grows at its other end."""
    ranges = searched_ranges(round_)
    for key, domain in useful.items():
        old, new = ends_of(ranges[key]) if key in ranges else None, ends_of(domain)
        if old is None or new is None:
            continue
        if (key, "high") in grows and new[0] > old[0]:
            reason = (
                f"no good trial lies near its low end, so the part below {short(new[0])} is dropped"
            )
            yield RangeAdvice(key, "low", "shrink", new[0], reason)
        if (key, "low") in grows and new[1] < old[1]:
            reason = (
                f"no good trial lies near its high end, so the part above {short(new[1])} is "
                "dropped"
            )
            yield RangeAdvice(key, "high", "shrink", new[1], reason)


def advice_steps(
    round_name: str, findings: Mapping[str, Sequence[Finding]], trials: Mapping[str, int]
) -> tuple[AdviceStep, ...]:
    """All other advice, each once however many checks and arms give it; failed checks first.

    Arms that want different training lengths get the longest: it is the same for all of them.

    Args:
        round_name: of the round.
        findings: by study.
        trials: study -> trials that ended.
    """
    steps: dict[str, AdviceStep] = {}
    lengths: dict[str, int] = {}
    arms = len(findings)
    for study, found in findings.items():
        for finding in found:
            first = _first(finding)
            if first is None or not _adds(first, lengths.get(first.action)):
                continue
            lengths[first.action] = first.arguments.get("max_train_steps", 0)
            where = f"{study}: " if arms > 1 else ""
            wanted = _wanted(first, trials)
            adds = first.action == "add-trials"
            command = f"playbook run {round_name} --trials {wanted}" if adds else ""
            steps[first.action] = AdviceStep(
                _title(first, trials),
                where + finding.summary,
                command,
                finding.source,
                finding.verdict is Verdict.FAIL,
                finding.check,
                "" if command else how_to(first, round_name, study=study),
                first.action,
                first.arguments,
                wanted,
            )
    if "train-longer" in steps:
        steps.pop("train-shorter", None)
    return tuple(sorted(steps.values(), key=lambda step: not step.urgent))


def pending_advice(
    order: Sequence[str],
    findings: Mapping[str, Mapping[str, Sequence[Finding]]],
    *,
    max_train_steps: int,
    direction: Direction,
    dismissed: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> dict[str, tuple[AdviceStep, ...]]:
    """Advice of earlier rounds that no command follows and that is still open.

    A later round in which the same check passes, warns or fails has answered it, and so has one
    for which the check was set aside; one in which the check cannot tell has not. Advice about the
    length of training and the direction of the metric is left out once the project's file follows
    it.

    Args:
        order: rounds in the order in which they began.
        findings: round -> study -> findings, of the rounds that have been answered; without the
            checks that were set aside.
        max_train_steps, direction: as the project's file has them now.
        dismissed: round -> checks that were set aside for it.

    Returns:
        Round -> steps, latest first, each advice once.
    """
    found: dict[str, tuple[AdviceStep, ...]] = {}
    judged: set[str] = set()
    titles: set[str] = set()
    for position, name in enumerate(reversed(order)):
        own = findings.get(name, {})
        steps = advice_steps(name, own, dict.fromkeys(own, 0)) if position else ()
        left = tuple(
            step
            for step in steps
            if not step.command
            and not is_followed(step, max_train_steps, direction)
            and step.check not in judged
            and step.title not in titles
        )
        titles |= {step.title for step in left}
        found |= {name: left} if left else {}
        judged |= {
            f.check
            for study in own.values()
            for f in study
            if f.verdict in (Verdict.PASS, Verdict.WARN, Verdict.FAIL)
        }
        judged.update(dismissed.get(name, ()))
    return found


def is_followed(step: AdviceStep, max_train_steps: int, direction: Direction) -> bool:
    """Whether the project's file has what was advised; nothing else can be seen from here."""
    wanted = step.arguments.get("max_train_steps")
    if isinstance(wanted, int) and step.action in ("train-longer", "train-shorter"):
        longer = step.action == "train-longer"
        return max_train_steps >= wanted if longer else max_train_steps <= wanted
    if step.action == "set-direction":
        return step.arguments.get("direction") == direction.value
    return False


def _adds(advice: Advice, length: int | None) -> bool:
    """Whether no other advice says the same, or what this one asks for holds more."""
    return length is None or advice.arguments.get("max_train_steps", 0) > length


def _first(finding: Finding) -> Advice | None:
    if finding.verdict not in (Verdict.FAIL, Verdict.WARN):
        return None
    return next((a for a in finding.advice if a.action not in _RANGE_ACTIONS), None)


def _more(advice: Advice, trials: Mapping[str, int]) -> int:
    """Trials to add: never more than the round's own, however many it takes over from others."""
    return min(int(advice.arguments["trials"]), max(trials.values()))


def _title(advice: Advice, trials: Mapping[str, int]) -> str:
    if advice.action == "add-trials":
        return f"Run {_more(advice, trials)} more trials in every arm"
    if advice.arguments.get("unrelated"):
        return f"{_TITLES[advice.action]}, as no hyperparameter explains it"
    pattern = _TITLES.get(advice.action, advice.action.replace("-", " ").capitalize())
    try:
        return pattern.format(**{k: _plain(v) for k, v in advice.arguments.items()})
    except KeyError:
        return pattern.partition(":")[0].partition("{")[0].strip()


def _plain(value: object) -> object:
    return short(value, 6) if isinstance(value, float) else value


def _wanted(advice: Advice, trials: Mapping[str, int]) -> int:
    """Trials of each arm that are advised, in all; 0 for other advice."""
    return max(trials.values()) + _more(advice, trials) if advice.action == "add-trials" else 0
