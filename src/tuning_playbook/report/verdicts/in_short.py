"""The verdicts on a study in a few plain lines, as Python shows them."""

from __future__ import annotations

from tuning_playbook.findings import Verdict
from tuning_playbook.report.phrases.verdict_words import VERDICT_WORDS
from tuning_playbook.report.verdicts.text import VerdictsView
from tuning_playbook.words import printable

_TOLD = (Verdict.FAIL, Verdict.WARN, Verdict.NOTE)


def verdicts_in_short(view: VerdictsView) -> str:
    """What was judged, a sentence for each alarm and note, and the names of the other checks.

    Args:
        view: of the study.

    Example:
        >>> from tuning_playbook.findings import Finding
        >>> found = (Finding("overfitting", Verdict.WARN, "The run overfits."),
        ...          Finding("best-step", Verdict.PASS, "fine"))
        >>> print(verdicts_in_short(VerdictsView("sweep", "9 trials; minimize loss", found)))
        sweep: 9 trials; minimize loss
          WARN overfitting: The run overfits.
          pass: best-step
    """
    lines = [f"{view.name}: {view.facts}"]
    for verdict, word in VERDICT_WORDS.items():
        found = [f for f in view.findings if f.verdict is verdict]
        if verdict in _TOLD:
            called = word if verdict is Verdict.NOTE else word.upper()
            lines += [f"  {called} {f.check}: {f.summary}" for f in found]
        elif found:
            lines.append(f"  {word}: {', '.join(dict.fromkeys(f.check for f in found))}")
    return printable("\n".join(lines))
