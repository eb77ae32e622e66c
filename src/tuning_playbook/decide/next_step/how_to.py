"""How to do what a check advises and no command does: what to write into which file."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from tuning_playbook.findings import Advice

_HOW: Mapping[str, str] = {
    "train-longer": "Change it in playbook.toml and adapt the learning rate schedule to it.",
    "train-shorter": "Change it in playbook.toml and adapt the learning rate schedule to it.",
    "mend-pipeline": (
        "Look at the inputs, labels and outputs of one batch; a working model can overfit that "
        "one batch."
    ),
    "reach-chance": "Search larger learning rates in a new round, or train longer "
    "(training.max_train_steps). If chance under [metric] is not the value of a model that has "
    "learnt nothing, correct it.",
    "inspect-bug": "To see what a trial printed: {logs}.",
    "investigate": "To see what a trial printed: {logs}.",
    "reparametrise": "In playbook.toml, write {declare}, and search the first of them instead.",
    "probe-stability": "Run the program for {steps} steps with {rates}, and log the training loss "
    "at every step.",
    "warmup": "In the training program, multiply the learning rate by min(1, step / warmup_steps), "
    "and declare warmup_steps in playbook.toml.",
    "clip-gradients": "In the training program, scale gradients down to a norm of clip_norm, such "
    "as the 90th percentile of the norms that it logs, and declare clip_norm in playbook.toml.",
    "add-regularization": "Declare dropout, weight_decay or label_smoothing in playbook.toml, and "
    "use it in the training program.",
    "identify-noise": "Log the learning rate and the training loss at each step as well, if they "
    "are not logged yet.",
    "decay-learning-rate": "In the training program, multiply the learning rate by a factor that "
    "falls to 0 at the end, such as 1 - step / trial.max_train_steps or half a cosine. A choice "
    'of schedules can be compared: schedule = {{ choice = ["constant", "cosine"], ... }}.',
    "average-weights": "In the training program, keep a running mean of the last weights, and "
    "evaluate with it.",
    "larger-batch": "Change batch_size in playbook.toml, and tune the optimizer anew in a new "
    "round.",
    "more-validation-data": "Evaluate on more examples in the training program, and write their "
    "number under [metric]: examples = ....",
    "fix": "Leave it out of nuisance in the next round, and set it under [baseline].",
}
_ALSO = {"add-warmup": "warmup"}


def how_to(advice: Advice, round_name: str, *, study: str = "") -> str:
    """What to write where; where nothing is known, the command that shows the numbers.

    Args:
        advice: of a check.
        round_name: of the round that it is about.
        study: of the round, that it is about; named for its arm, where there are several.

    Example:
        >>> how_to(Advice("investigate", {"trials": ["4", "7"]}), "first")
        'To see what a trial printed: playbook logs first 4.'
        >>> how_to(Advice("investigate", {"trials": ["4"]}), "width", study="width/width=64")
        'To see what a trial printed: playbook logs width width=64/4.'
        >>> how_to(Advice("change-optimizer"), "first")
        'To see the numbers behind it: playbook check first -v'
    """
    pattern = _HOW.get(_ALSO.get(advice.action, advice.action), "")
    given = {name: _plain(value) for name, value in advice.arguments.items() if value}
    trials = advice.arguments.get("trials")
    if isinstance(trials, (list, tuple)) and trials:
        given["logs"] = _logs_command(round_name, study, str(trials[0]).rpartition("#")[2])
    given["rates"] = _rates(given)
    try:
        found = pattern.format(**{**given, "round": round_name})
    except KeyError:
        found = ""
    return found or f"To see the numbers behind it: playbook check {round_name} -v"


def _rates(given: Mapping[str, str]) -> str:
    """Learning rates to try, by their values where the best one is known."""
    values = given.get("values") or given.get("learning_rates")
    if values and "hyperparameter" in given:
        return f"{given['hyperparameter']} = {values}"
    return f"{given.get('multiples', '2, 5, 10')} times the best learning rate"


def _logs_command(round_name: str, study: str, trial: str) -> str:
    """The command that shows what a trial printed; one of a followed round is ``ROUND/INDEX``."""
    earlier, _, number = trial.rpartition("/")
    arm = study.partition("/")[2]
    called = shlex.quote(f"{arm}/{number}" if arm else number)
    return f"playbook logs {earlier or round_name} {called}"


def dismissal(round_name: str, check: str) -> str:
    """The command that says that the advice of a check does not apply."""
    return f'playbook check {round_name} --ignore {check} --reason "..."'


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def compare_command(round_name: str, keys: Sequence[str]) -> str:
    """The command that compares the settings of a round.

    Example:
        >>> compare_command("ablation", ["norm", "activation"])
        'playbook compare ablation --arm norm --arm activation'
    """
    return " ".join(["playbook compare", round_name, *(f"--arm {key}" for key in keys)])
