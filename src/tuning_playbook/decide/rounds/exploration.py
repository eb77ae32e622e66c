"""What an exploring round says beside its answer: what matters, what is enough, where to narrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tuning_playbook.design.ranges import ends_of, with_ends
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.space import Domain
from tuning_playbook.words import listed, short

_OPEN = "Cannot tell: "
_SATURATED = {
    Verdict.PASS: "Tuning has saturated",
    Verdict.WARN: "Tuning has not saturated",
    Verdict.UNKNOWN: "Whether more trials are worth it",
}


def exploration_lines(
    findings: Sequence[Finding], narrowed: Mapping[str, Domain], *, arm: str = ""
) -> tuple[str, ...]:
    """The questions that every exploring round answers, as far as its trials can.

    Which hyperparameters matter, depend on each other and can be fixed; whether more trials would
    help; where the next ranges may be narrower.

    Args:
        findings: of the leading arm.
        narrowed: key -> its range without ends that hold no good trial, see `useful_ranges`.
        arm: its name, where there are several.

    Source: playbook, "Extracting insight from experimental results".
    """
    where = f" in {arm}" if arm else ""
    by_check = {finding.check: finding for finding in findings}
    return tuple(_lines(by_check, narrowed, where))


def narrowing_words(narrowed: Mapping[str, Domain]) -> str:
    """Where to narrow: ``learning_rate from 0.01 to 1``; empty for nowhere."""
    ends = {key: ends_of(domain) for key, domain in narrowed.items()}
    return listed([f"{k} from {short(e[0], 3)} to {short(e[1], 3)}" for k, e in ends.items() if e])


def agreed_narrowing(
    wide: Mapping[str, Domain], narrowed: Sequence[Mapping[str, Domain]]
) -> dict[str, Domain]:
    """Ranges that every arm would narrow, by the least of them.

    Args:
        wide: key -> range as it would be searched.
        narrowed: of each arm, see `useful_ranges`.
    """
    found: dict[str, Domain] = {}
    for key, domain in wide.items():
        ends = [ends_of(arm[key]) for arm in narrowed if key in arm]
        known, old = [e for e in ends if e is not None], ends_of(domain)
        if not known or old is None or len(known) < len(narrowed):
            continue
        low = max(old[0], min(e[0] for e in known))
        high = min(old[1], max(e[1] for e in known))
        if low < high and (low, high) != old:
            found[key] = with_ends(domain, low, high)
    return found


def _lines(
    by_check: Mapping[str, Finding], narrowed: Mapping[str, Domain], where: str
) -> Iterator[str]:
    matters = by_check.get("importance")
    if matters is not None and matters.verdict is Verdict.UNKNOWN:
        said = matters.summary.removeprefix(_OPEN)
        answer = " cannot be told yet" if said != matters.summary else ""
        yield f"Which hyperparameters matter{where}{answer}: {_in_a_sentence(said)}"
    density = by_check.get("sampling-density")
    if density is not None and density.verdict in _SATURATED:
        yield f"{_SATURATED[density.verdict]}{where}: {_in_a_sentence(density.summary)}"
    if "search-space-boundary" not in by_check:
        return
    if narrowed:
        yield (
            f"Ranges that could be narrowed{where}: {narrowing_words(narrowed)}. No trial "
            "outside came near the best third, which chance does not explain; changes in a "
            "later round may move the best value."
        )
    else:
        yield (
            f"Ranges that could be narrowed{where}: none yet. There may be good trials at "
            "every end of every range."
        )


def _in_a_sentence(summary: str) -> str:
    return summary[:1].lower() + summary[1:]
