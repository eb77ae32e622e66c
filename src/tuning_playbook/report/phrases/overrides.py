"""Overrides in sentences."""

from __future__ import annotations

from tuning_playbook.records.overrides import Override


def override_text(override: Override) -> str:
    """One override in a sentence.

    Example:
        >>> override_text(Override(0.0, "depth", "Reruns were skipped", "a run takes 3 days"))
        'Reruns were skipped: a run takes 3 days'
    """
    return f"{override.what}: {override.reason}" if override.reason else override.what
