"""Reruns that another version of the training program made: whether they count, and who says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tuning_playbook.design.reruns import rerun_study
from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.reruns import has_protocol
from tuning_playbook.space import Config
from tuning_playbook.study import Provenance
from tuning_playbook.trial import ended_trials
from tuning_playbook.words import agreeing, counted
from tuning_playbook.workflow.rounds.imported_baseline import reruns_that_tell


def reruns_of_other_programs(
    known: Snapshot, configs: Iterable[Config], *, program: str, wanted: bool
) -> frozenset[str]:
    """Versions that do not train like the present one and have rerun some of the configurations.

    Args:
        known: of the project.
        configs: that are to be rerun.
        program: digest of the present version.
        wanted: whether the earlier reruns are to count.

    Raises:
        InvalidInput: where they are to count, and the present version has rerun one of them too.
    """
    asked = [dict(config) for config in configs]
    same = known.same_programs
    found: dict[str, list[Config]] = {}
    for study in known.rerun_studies:
        code = study.provenance.code
        if (
            dict(study.fixed) in asked
            and has_protocol(study, known.project)
            and same.first(code) != same.first(program)
            and reruns_that_tell(known, study)
        ):
            found.setdefault(code, []).append(study.fixed)
    if wanted:
        _refuse_to_leave_out(known, found, program=program)
    return frozenset(found)


def _refuse_to_leave_out(
    known: Snapshot, earlier: Mapping[str, Sequence[Config]], *, program: str
) -> None:
    """Refuse to let earlier reruns count instead of later ones: one set of them counts."""
    code = known.same_programs.first(program)
    for config in (config for own in earlier.values() for config in own):
        study = rerun_study(known.project, config, provenance=Provenance(code=code))
        ended = ended_trials(known.tally(study.name).counts)
        if ended:
            raise InvalidInput(
                f"{counted(ended, 'rerun')} of a configuration "
                f"{agreeing(ended, 'was', 'were')} made with the present program already, and "
                "earlier ones would take their place: one set of reruns counts, so that nobody can "
                "choose between two. Leave out --same-program"
            )


def earlier_do_not_count(typed: str) -> str:
    """What to type, in the place of ``typed``, where earlier reruns may count all the same."""
    return (
        "earlier reruns of these configurations ran another version of the training program and do "
        "not count. Where the change cannot alter a result, press Ctrl-C and type: "
        f'{typed} --same-program "why"'
    )
