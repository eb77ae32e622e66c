"""What of the playbook's judgement holds for problems that it was not written for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.checklist import ids_with
from tuning_playbook.findings import Confidence, Finding, Verdict
from tuning_playbook.study import ProblemKind
from tuning_playbook.words import listed

_WRITTEN_FOR: tuple[ProblemKind, ...] = ("supervised", "self-supervised")
_ONE_STEP_LESS: dict[Confidence, Confidence] = {"high": "medium", "medium": "low", "low": "low"}
_JUDGED = (Verdict.PASS, Verdict.WARN, Verdict.FAIL)


def believed_for(kind: ProblemKind, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings with one step less confidence where the playbook was not written for the problem.

    Args:
        kind: of the project's problem.
        findings: of one study.

    Source: playbook, "Who is this document for?".
    """
    if kind in _WRITTEN_FOR:
        return tuple(findings)
    return tuple(
        replace(f, confidence=_ONE_STEP_LESS[f.confidence]) if f.verdict in _JUDGED else f
        for f in findings
    )


def kind_caveats(kind: ProblemKind) -> tuple[str, ...]:
    """Which rules may not hold for a problem; empty where all are meant to."""
    if kind in _WRITTEN_FOR:
        return ()
    of_what = "another kind of problem" if kind == "other" else kind.replace("-", " ")
    checks = listed(ids_with(Premise.FIXED_EXAMPLES))
    words = (
        "The playbook is written for supervised learning and similar problems, and this project "
        f"is {of_what}: the confidence of every verdict is one step lower, and the checks that "
        f"assume a fixed set of examples may not apply ({checks}), nor may the rules that batch "
        "size and training length are not tuned for quality."
    )
    return (words,)
