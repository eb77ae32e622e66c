"""What each verdict is called, in a terminal and on a page."""

from __future__ import annotations

from types import MappingProxyType

from tuning_playbook.findings import Verdict

VERDICT_WORDS = MappingProxyType(
    {
        Verdict.FAIL: "fail",
        Verdict.WARN: "warn",
        Verdict.UNKNOWN: "cannot tell",
        Verdict.NOTE: "note",
        Verdict.PASS: "pass",
    }
)
