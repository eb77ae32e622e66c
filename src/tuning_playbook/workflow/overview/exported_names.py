"""What the columns of exported tables are called, so that no two things share one."""

from __future__ import annotations

from collections.abc import Collection

from tuning_playbook.vocabulary import plain_name

# What both tables say of a trial beside its hyperparameters and metrics.
_OWN = (
    "trial",
    "study",
    "index",
    "best_step",
    "status",
    "reason",
    "detail",
    "seed",
    "attempts",
    "started_at",
    "finished_at",
    "step",
)


class ExportedNames:
    """Columns for hyperparameters and metrics: their own names wherever these are free.

    A name that the tables need themselves (``status``, ``seed``, ``step``, in whatever spelling) is
    written as ``config/status`` or ``metrics/status``; so is a hyperparameter that is called like a
    deciding metric. ``playbook check`` reads these prefixes for what they say.

    Args:
        metrics: the deciding metrics of all exported studies.

    Example:
        >>> names = ExportedNames({"loss"})
        >>> names.hyperparameter("seed"), names.hyperparameter("lr"), names.hyperparameter("loss")
        ('config/seed', 'lr', 'config/loss')
        >>> names.metric("loss"), names.metric("step")
        ('loss', 'metrics/step')
    """

    def __init__(self, metrics: Collection[str]) -> None:
        self._taken = frozenset(map(plain_name, _OWN))
        self._metrics = frozenset(map(plain_name, metrics))

    def hyperparameter(self, name: str) -> str:
        """The column of a hyperparameter."""
        plain = plain_name(name)
        clashes = plain in self._taken or plain in self._metrics
        return f"config/{name}" if clashes or _has_prefix(name) else name

    def metric(self, name: str) -> str:
        """The column of a metric."""
        clashes = plain_name(name) in self._taken
        return f"metrics/{name}" if clashes or _has_prefix(name) else name


def _has_prefix(name: str) -> bool:
    """Whether a bare name would be taken for one of those that this class makes."""
    return name.startswith(("config/", "metrics/"))
