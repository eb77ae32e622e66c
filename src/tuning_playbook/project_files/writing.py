"""Project and round files as text: what ``playbook init`` writes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuning_playbook.project_files.domains import domain_to_toml, value_to_toml
from tuning_playbook.space import Condition, Constant, Domain, Hyperparameter
from tuning_playbook.study import CommandTarget, Round, Target
from tuning_playbook.vocabulary import kind_by_name
from tuning_playbook.words import listed

_BARE = re.compile(r"[A-Za-z0-9_-]+")

_PROJECT = """\
# The project file. All rounds of experiments use what is declared here.

[project]
name = {name}
# kind = "supervised"              # or "self-supervised", "reinforcement-learning", "other"
task = {task:<27} # one line: what does the model do?
reference = {reference:<22} # paper or repository of the baseline, or "none"

[metric]
name = {metric}                    # as passed to trial.evaluate(step, ...)
direction = {direction}            # or {other_direction}
reduction = {reduction}            # best over training; or "final", "smoothed-best"
reason = {reason:<25} # one line: why does it measure what you need?
{test:<34} # the metric on held-out data, locked while exploration goes on
# chance = 0.9                     # the metric of a model that has learnt nothing
# examples = 5000                  # size of the evaluation set, which limits what is significant
# confirm = "confirm_error"        # the metric on examples that only playbook decide uses

[training]
{target}
max_train_steps = {max_train_steps:<17}# {about_length}
evaluation_interval = {evaluation_interval:<13}# steps between two evaluations
keep_best_checkpoints = 1          # in addition to the last one
# timeout_seconds = 3600           # a trial that takes longer is infeasible

[resources]
workers = 1                        # number of trials at the same time
gpus_per_trial = 0

# Every hyperparameter of your pipeline, varied or not. Ranges:
#   log = [low, high]           logarithmic scale (learning rates, weight decay)
#   reverse_log = [low, high]   for values near 1 (momentum)
#   linear, integer, integer_log = [low, high];  ordered, choice = [values];  fixed = value
# kind: optimizer, schedule, regularization, architecture, initialization, data, batch_size, other
# natural = [smallest, largest]: limits beyond which no range is proposed
{about_defaults}[hyperparameters]
{hyperparameters}"""

_FUNCTION = """\
target = {target}                  # FILE:FUNCTION, or instead a command:
# command = ["python", "train.py", "--lr", "{{learning_rate}}", "--seed", "{{seed}}"]"""

_COMMAND = """\
command = [{arguments}]
# {{NAME}} stands for the value of that hyperparameter, or {{seed}}, {{max_train_steps}}, ...
# target = "train.py:train"        # instead of a command: a Python function, FILE:FUNCTION"""

_EXAMPLE = """\
learning_rate = { log = [1e-4, 1.0], default = 0.1, kind = "optimizer" }
momentum = { reverse_log = [0.5, 0.999], default = 0.9, kind = "optimizer", natural = [0.0, 1.0] }
batch_size = { fixed = 64, kind = "batch_size" }

# Hyperparameters that exist only for one value of another one:
# [hyperparameters.optimizer]
# choice = ["nesterov", "adam"]
# default = "nesterov"
# [hyperparameters.optimizer.when.adam]
# learning_rate = { log = [1e-5, 1e-1], default = 1e-3, kind = "optimizer" }
"""

_ROUND = """\
# One narrow question. Hyperparameters not named here stay at the baseline; the answer says so.
question = {question}
kind     = "understand"            # compare, understand or improve
nuisance = {nuisance}
trials   = 20                      # for each combination of scientific values
# scientific = {{ optimizer = ["sgd", "adam"] }}   # what is compared
# presence = ["weight_decay"]      # one arm without it (fixed at 0), one arm with it tuned
"""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a project is for, as its file tells people.

    Args:
        task: what the model does.
        reason: why the metric that decides stands for what is needed.
        reference: paper or repository that the baseline comes from, or "none".
        test_metric: the metric on held-out data.
    """

    task: str = ""
    reason: str = ""
    reference: str = ""
    test_metric: str = ""


def project_to_toml(
    *,
    name: str,
    target: Target,
    metric: str,
    direction: str,
    reduction: str = "best",
    max_train_steps: int = 1000,
    evaluation_interval: int = 50,
    hyperparameters: Sequence[Hyperparameter] = (),
    about_defaults: str = "",
    about_length: str = "every trial trains this long",
    declarations: str = "",
    purpose: Purpose = Purpose(),
) -> str:
    """A commented playbook.toml to start from.

    Args:
        name: of the project.
        target: what is trained.
        metric, direction, reduction: what decides.
        max_train_steps, evaluation_interval: in steps.
        hyperparameters: to declare.
        about_defaults: lines of comment on where they come from.
        about_length: comment on the length of training.
        declarations: lines to be filled in, where there are none to declare; without them an
            example to be replaced.
        purpose: what the project is for.
    """
    test = purpose.test_metric
    return _PROJECT.format(
        task=value_to_toml(purpose.task),
        reason=value_to_toml(purpose.reason),
        reference=value_to_toml(purpose.reference),
        test=f"test = {value_to_toml(test)}" if test else '# test = "test_error"',
        name=value_to_toml(name),
        target=_target(target),
        metric=value_to_toml(metric),
        direction=value_to_toml(direction),
        other_direction=value_to_toml("maximize" if direction == "minimize" else "minimize"),
        reduction=value_to_toml(reduction),
        max_train_steps=max_train_steps,
        evaluation_interval=evaluation_interval,
        about_defaults=about_defaults,
        about_length=about_length,
        hyperparameters=hyperparameters_to_toml(hyperparameters) or declarations or _EXAMPLE,
    )


def _target(target: Target) -> str:
    if isinstance(target, CommandTarget):
        return _COMMAND.format(arguments=", ".join(map(value_to_toml, target.arguments)))
    return _FUNCTION.format(target=value_to_toml(f"{target.file}:{target.function}"))


def hyperparameters_to_toml(hyperparameters: Sequence[Hyperparameter]) -> str:
    """The lines below ``[hyperparameters]``; reading them gives the declarations back.

    Args:
        hyperparameters: parents before their children; a child's parent has none itself.
    """
    parents = {h.condition.parent for h in hyperparameters if h.condition is not None}
    alone = [h for h in hyperparameters if h.condition is None and h.key not in parents]
    lines = [f"{written_key(h.name)} = {{ {', '.join(_declared(h))} }}" for h in alone]
    for parent in (h for h in hyperparameters if h.key in parents):
        table = f"hyperparameters.{written_key(parent.name)}"
        lines += ["", f"[{table}]", *_declared(parent)]
        own = [h.condition for h in hyperparameters if h.condition is not None]
        for value in dict.fromkeys(c.value for c in own if c.parent == parent.key):
            written = str(value).lower() if isinstance(value, bool) else str(value)
            lines += ["", f"[{table}.when.{written_key(written)}]"]
            children = [h for h in hyperparameters if h.condition == Condition(parent.key, value)]
            lines += [f"{written_key(h.name)} = {{ {', '.join(_declared(h))} }}" for h in children]
    return "".join(f"{line}\n" for line in lines)


def _declared(h: Hyperparameter) -> list[str]:
    parts = [domain_to_toml(h.domain)]
    if not isinstance(h.domain, Constant):
        parts.append(f"default = {value_to_toml(h.default)}")
    if h.kind != kind_by_name(h.name):
        parts.append(f"kind = {value_to_toml(h.kind)}")
    return parts


def first_round_to_toml(tuned: Sequence[str] = ("learning_rate", "momentum")) -> str:
    """A commented first round for that project, which tunes these hyperparameters."""
    suits = "suits" if len(tuned) == 1 else "suit"
    return _ROUND.format(
        question=value_to_toml(f"Which {listed(tuned)} {suits} the baseline?"),
        nuisance=f"[{', '.join(map(value_to_toml, tuned))}]",
    )


def round_to_toml(round_: Round) -> str:
    """A round as its file; reading it gives the round back."""
    lines = [
        f"question = {value_to_toml(round_.question)}",
        f"kind = {value_to_toml(round_.kind)}",
        f"trials = {round_.trials}",
        f"algorithm = {value_to_toml(round_.algorithm)}",
        f"seed = {round_.seed}",
    ]
    usual = Round(round_.name, round_.question, round_.kind, round_.trials)
    lines.extend(
        f"{name} = {value_to_toml(getattr(round_, name))}"
        for name in ("mode", "joint", "masked", "complexity_cost", "follows", "notes")
        if getattr(round_, name) != getattr(usual, name)
    )
    if round_.presence:
        lines.append(f"presence = [{', '.join(value_to_toml(key) for key in round_.presence)}]")
    scientific = {
        key: f"[{', '.join(value_to_toml(v) for v in values)}]"
        for key, values in round_.scientific.items()
    } | {key: f"{{ {domain_to_toml(d)} }}" for key, d in round_.scientific_ranges.items()}
    nuisance = {key: f"{{ {domain_to_toml(d)} }}" for key, d in round_.nuisance.items()}
    fixed = {key: value_to_toml(v) for key, v in round_.fixed.items()}
    reasons = {key: value_to_toml(v) for key, v in round_.reasons.items()}
    tables = {
        "scientific": scientific,
        "nuisance": nuisance,
        "fixed": fixed,
        "reasons": reasons,
    }
    parts = ["\n".join(lines), *(_table(f"[{n}]", t) for n, t in tables.items() if t)]
    parts.extend(
        _table("[[configs]]", {k: value_to_toml(v) for k, v in config.items()})
        for config in round_.configs
    )
    return "\n\n".join(parts) + "\n"


def nuisance_to_toml(domains: Mapping[str, Domain], *, ranges: bool) -> str:
    """The line of a round's file that says what is tuned.

    Args:
        domains: by key.
        ranges: whether to write them out; else they are those that the project declares.
    """
    if not ranges:
        return f"nuisance = [{', '.join(value_to_toml(key) for key in domains)}]"
    written = (f"{written_key(key)} = {{ {domain_to_toml(d)} }}" for key, d in domains.items())
    return f"nuisance = {{ {', '.join(written)} }}"


def _table(header: str, entries: Mapping[str, str]) -> str:
    return "\n".join([header, *(f"{written_key(k)} = {v}" for k, v in entries.items())])


def written_key(key: str) -> str:
    """A hyperparameter's key as a file writes it: dots and the like need quotes.

    Example:
        >>> written_key("dropout"), written_key("adam.beta1")
        ('dropout', '"adam.beta1"')
    """
    return key if _BARE.fullmatch(key) else value_to_toml(key)
