"""Reruns that another version of the training program made: whether they count, and who says so."""

from __future__ import annotations

from collections.abc import Iterable

from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.reruns import has_protocol
from tuning_playbook.space import Config
from tuning_playbook.workflow.rounds.imported_baseline import reruns_that_tell


def reruns_of_other_programs(
    known: Snapshot, configs: Iterable[Config], *, program: str
) -> frozenset[str]:
    """Versions that do not train like the present one and have rerun some of the configurations.

    Args:
        known: of the project.
        configs: that are to be rerun.
        program: digest of the present version.
    """
    asked = [dict(config) for config in configs]
    same = known.same_programs
    return frozenset(
        study.provenance.code
        for study in known.rerun_studies
        if dict(study.fixed) in asked
        and has_protocol(study, known.project)
        and same.first(study.provenance.code) != same.first(program)
        and reruns_that_tell(known, study)
    )


def earlier_do_not_count(typed: str) -> str:
    """What to type, in the place of ``typed``, where earlier reruns may count all the same."""
    return (
        "some earlier reruns of these configurations ran another version of the training program, "
        "and these do not count. Where the change cannot alter a result, press Ctrl-C and type: "
        f'{typed} --same-program "why"'
    )
