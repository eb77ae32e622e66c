"""What happened to the trials, counted in a line."""

from __future__ import annotations

from tuning_playbook.analysis.table.fates import INFEASIBLE, JUDGED, Account
from tuning_playbook.words import counted


def account_text(account: Account) -> str:
    """The parts add up to all trials."""
    words = []
    for fate, count in account.fates.items():
        if fate == INFEASIBLE:
            words.append(f"{count:,} infeasible as run{_kinds(account.as_run)}")
        elif fate == JUDGED:
            more = "more " * bool(account.as_run)
            words.append(f"{count:,} {more}judged infeasible{_kinds(account.judged)}")
        else:
            words.append(f"{count} {fate}")
    total = counted(sum(account.fates.values()), "trial")
    return f"{total}: {', '.join(words)}" if words else total


def _kinds(counts: dict[str, int]) -> str:
    return f" ({', '.join(f'{n:,} {kind}' for kind, n in counts.items())})" if counts else ""
