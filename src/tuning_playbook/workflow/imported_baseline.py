"""Whether the baseline is the best trial of an import of which this project has run nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.decide.project_state import AnsweredRound
from tuning_playbook.space import Config
from tuning_playbook.store import NO_TRIALS, Store, Tally
from tuning_playbook.study import FunctionTarget, Study
from tuning_playbook.workflow.imported_rounds import is_imported
from tuning_playbook.workflow.opening import OpenProject


def unproven_baseline(
    opened: OpenProject,
    store: Store,
    studies: Sequence[Study],
    answers: Mapping[str, AnsweredRound],
    tallies: Mapping[str, Tally],
) -> str:
    """Name of the imported round that the baseline is the best of; empty once it has been rerun.

    Args:
        opened: the project.
        store: of the project.
        studies: all of it.
        answers: by round.
        tallies: of the trials, by study.
    """
    if was_rerun(opened, studies, tallies):
        return ""
    base = baseline_config(opened.project)
    searches = [study for study in studies if study.purpose == "search"]
    return next(
        (
            name
            for name, answered in answers.items()
            if any(_agree(base, best) for best in (answered.best_config, answered.best_setting))
            and is_imported(store, searches, name)
        ),
        "",
    )


def was_rerun(opened: OpenProject, studies: Iterable[Study], tallies: Mapping[str, Tally]) -> bool:
    """Whether a rerun of the baseline has ended in this project."""
    base = baseline_config(opened.project)
    return any(
        s.purpose == "rerun" and dict(s.fixed) == base and _has_ended(tallies.get(s.name))
        for s in studies
    )


def program_is_there(opened: OpenProject) -> bool:
    """Whether the training program can be started, as far as its file tells."""
    target = opened.project.training.target
    return not isinstance(target, FunctionTarget) or (opened.folder / target.file).is_file()


def _agree(base: Config, best: Config) -> bool:
    return bool(best) and all(base.get(key) == value for key, value in best.items())


def _has_ended(tally: Tally | None) -> bool:
    counts = NO_TRIALS.counts if tally is None else tally.counts
    return any(n for status, n in counts.items() if status.is_finished)
