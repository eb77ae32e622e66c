"""Reruns as they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tuning_playbook.study import Project, Study

Protocol: TypeAlias = Project | Study  # either says how is trained and judged


@dataclass(frozen=True, slots=True)
class StoredReruns:
    """The reruns of one configuration with one version of the program under one protocol.

    Args:
        study: that holds them.
        values: objective of each that has ended; NaN for one that did not train.
        planned: how many were asked for.
        crashed: how many failed by the training program.
        idle: which of the values seem to be those of models that have learnt nothing; empty where
            none does, or the chance level is declared.
        measured: the values as they came out, also where they are no better than the declared
            chance level; NaN only where a rerun did not come to its end.
    """

    study: Study
    values: tuple[float, ...]
    planned: int
    crashed: int = 0
    idle: tuple[bool, ...] = ()
    measured: tuple[float, ...] = ()


def has_protocol(study: Study, protocol: Protocol) -> bool:
    """Whether a study was trained and judged as ``protocol`` says."""
    return study.objective == protocol.objective and study.training == protocol.training
