"""Whether the baseline is the best trial of an import of which this project has run nothing."""

from __future__ import annotations

from collections import Counter

from tuning_playbook.decide.candidates import baseline_config, rounded_config
from tuning_playbook.gather.opening import OpenProject
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.programs import POOLED
from tuning_playbook.records.reruns import has_protocol
from tuning_playbook.space import Config
from tuning_playbook.study import FunctionTarget, Study


def unproven_baseline(known: Snapshot) -> str:
    """Name of the imported round that the baseline is the best of; empty once it has been rerun.

    Args:
        known: of the project.
    """
    if was_rerun(known):
        return ""
    base = baseline_config(known.project)
    return next(
        (
            name
            for name, answered in known.answers.items()
            if known.is_imported(name)
            and any(
                _agree(base, best)
                for best in (
                    answered.best_config,
                    answered.best_setting,
                    *(
                        rounded_config(answered.best_setting, study.space)
                        for study in known.round_studies(name)
                    ),
                )
            )
        ),
        "",
    )


def was_rerun(known: Snapshot) -> bool:
    """Whether a rerun of the baseline has shown in this project how well it trains."""
    base = baseline_config(known.project)
    return any(dict(s.fixed) == base and reruns_that_tell(known, s) for s in known.rerun_studies)


def baseline_reruns_by_program(known: Snapshot) -> dict[str, int]:
    """Program -> reruns of the baseline with it that tell, under the present protocol."""
    base = baseline_config(known.project)
    found: Counter[str] = Counter()
    for study in known.rerun_studies:
        if dict(study.fixed) == base and has_protocol(study, known.project):
            code = known.same_programs.first(study.provenance.code)
            found[code] += reruns_that_tell(known, study)
    return {code: told for code, told in found.items() if told}


def reruns_that_tell(known: Snapshot, study: Study) -> int:
    """Reruns that ended and did not fail, so that they say something of their configuration."""
    counts = known.tally(study.name).counts
    return sum(counts.get(status, 0) for status in POOLED)


def program_is_there(opened: OpenProject) -> bool:
    """Whether the training program can be started, as far as its file tells."""
    target = opened.project.training.target
    return not isinstance(target, FunctionTarget) or (opened.folder / target.file).is_file()


def _agree(base: Config, best: Config) -> bool:
    return bool(best) and all(base.get(key) == value for key, value in best.items())
