"""Reruns of one configuration with fresh seeds, as a study."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace
from typing import Any

from tuning_playbook.space import Config, SearchSpace, canonical_json
from tuning_playbook.study import Objective, Project, Provenance, Study, TrainingProtocol

_PREFIX = "rerun/"
_HEXADECIMAL_DIGITS = 16


def rerun_study(project: Project, config: Config, *, provenance: Provenance) -> Study:
    """The study that holds all reruns of ``config`` with the present code and protocol.

    Its name and seed are a function of what a rerun is: the configuration, the objective, the way
    of training and the code. Reruns of the baseline therefore serve every later round, and what was
    rerun before a change of the program is another study. It varies nothing; the trials of a random
    search in an empty space differ by their seeds alone, and more can be added at any time.

    Args:
        project: as it is now.
        config: every hyperparameter by key.
        provenance: with the digest of the code.

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """
    digest = _digest(config, project, code=provenance.code)
    return Study(
        name=f"{_PREFIX}{digest}",
        space=SearchSpace(()),
        trials=1,
        objective=project.objective,
        training=project.training,
        question="reruns of one configuration",
        fixed=dict(config),
        derived=project.derived,
        algorithm="random",
        seed=int(digest[:15], 16),
        purpose="rerun",
        provenance=provenance,
    )


def under_program(reruns: Study, code: str) -> Study:
    """A study of reruns with the name that it has under another version of the program.

    Args:
        reruns: see `rerun_study`.
        code: digest of a version that trains like theirs.
    """
    if reruns.provenance.code == code:
        return reruns
    name = f"{_PREFIX}{_digest(reruns.fixed, reruns, code=code)}"
    return replace(reruns, name=name, provenance=replace(reruns.provenance, code=code))


def _digest(config: Config, protocol: Project | Study, *, code: str) -> str:
    identity = {
        "config": dict(config),
        "protocol": _protocol(protocol.objective, protocol.training),
        "code": code,
        **({"derived": dict(protocol.derived)} if protocol.derived else {}),
    }
    text = canonical_json(identity)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HEXADECIMAL_DIGITS]


def _protocol(objective: Objective, training: TrainingProtocol) -> dict[str, Any]:
    target = {"type": type(training.target).__name__, **asdict(training.target)}
    return {"objective": asdict(objective), **asdict(training), "target": target}
