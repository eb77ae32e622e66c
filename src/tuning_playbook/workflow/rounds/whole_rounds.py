"""The studies of a round as they are run: none is planned beyond the points of its grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tuning_playbook.design.arms import studies_of
from tuning_playbook.search.grid_search import whole_grid
from tuning_playbook.study import Project, Provenance, Round, Study
from tuning_playbook.words import counted


def studies_to_run(
    project: Project, round_: Round, *, provenance: Provenance | None = None
) -> tuple[Study, ...]:
    """The studies of a round, each grid with the trials that it has points for.

    Args:
        project: that the round belongs to.
        round_: as its file has it.
        provenance: of the training program.

    Raises:
        InvalidInput: for a round that cannot be run.
    """
    studies = studies_of(project, round_, provenance=provenance or Provenance())
    return tuple(map(whole_grid, studies))


def smaller_grids(round_: Round, studies: Sequence[Study]) -> Iterator[str]:
    """A sentence for each grid that has fewer points than the round has trials."""
    for study in studies:
        if study.algorithm == "grid" and study.trials < round_.trials:
            yield (
                f"{study.name}: the grid has {counted(study.trials, 'point')}, so it runs "
                f"{study.trials:,} of the {round_.trials:,} trials that the round asks for."
            )
