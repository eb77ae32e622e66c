"""Which accelerators a trial may see."""

from __future__ import annotations

from tuning_playbook.errors import InvalidInput


def visible_gpus(variable: str | None, wanted: int) -> tuple[str, ...]:
    """Names of the accelerators that trials may share out.

    Args:
        variable: value of ``CUDA_VISIBLE_DEVICES``, ``None`` where it is not set.
        wanted: workers times accelerators for each.

    Returns:
        ``wanted`` names: those in the variable, or 0, 1, ... where it is not set.

    Raises:
        InvalidInput: when the variable names fewer than are wanted.

    Example:
        >>> visible_gpus("4,5,6", 2), visible_gpus(None, 2)
        (('4', '5'), ('0', '1'))
    """
    if variable is None:
        return tuple(str(i) for i in range(wanted))
    names = tuple(name.strip() for name in variable.split(",") if name.strip())
    if len(names) < wanted:
        raise InvalidInput(
            f"workers x gpus_per_trial asks for {wanted} accelerators, and CUDA_VISIBLE_DEVICES "
            f"lists {len(names)}; lower workers or gpus_per_trial under [resources] in "
            "playbook.toml"
        )
    return names[:wanted]
