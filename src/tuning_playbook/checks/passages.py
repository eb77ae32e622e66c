"""The playbook's checklist, passage by passage: which check answers it, or why none does.

``python -m tuning_playbook.checks.passages docs/passages.md`` writes the page.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tuning_playbook.checks.checklist import own_checks
from tuning_playbook.sources import PLAYBOOK_URL, SOURCES


@dataclass(frozen=True, slots=True)
class Passage:
    """One thing that the playbook asks one to look at.

    Args:
        source: key of its section in `tuning_playbook.sources`.
        asks: what it asks, in our words.
        checks: ids of the checks that answer it.
        reason: why no check answers it, where none does.
    """

    source: str
    asks: str
    checks: tuple[str, ...] = ()
    reason: str = ""


PASSAGES: tuple[Passage, ...] = (
    Passage("extracting-insight", "Is the search space large enough?",
            ("search-space-boundary",)),
    Passage("extracting-insight", "Have enough points been sampled?", ("sampling-density",)),
    Passage("extracting-insight", "How many trials are infeasible, and is that a bug?",
            ("infeasible-fraction",)),
    Passage("extracting-insight", "Does the model show optimization issues?",
            ("edge-of-stability", "instability")),
    Passage("extracting-insight", "What do the curves of the best trials teach?",
            ("learning-progress", "overfitting", "late-variance", "still-improving",
             "saturated-early", "rising-train-loss", "periodicity")),
    Passage("extracting-insight", "Do the numbers mean what they are taken to mean?",
            ("direction-sanity",)),
    Passage("search-space-boundaries", "Are the best points concentrated near an edge of a range?",
            ("search-space-boundary",)),
    Passage("search-space-boundaries", "Which trials are infeasible, and where in the space?",
            ("infeasible-fraction",)),
    Passage("search-space-boundaries",
            "Are the best learning rates just below the ones that all fail?",
            ("edge-of-stability",)),
    Passage("sampling-density", "How many points lie in the good region?", ("sampling-density",)),
    Passage("sampling-density", "Which hyperparameters does the region depend on?",
            ("importance",)),
    Passage("training-curves", "Do any of the best trials overfit?", ("overfitting",)),
    Passage("training-curves", "Do trials overfit that the selection of the best trials hides?",
            ("overfitting",)),
    Passage("training-curves", "Is step-to-step variance high late in training?",
            ("late-variance",)),
    Passage("training-curves", "Does the metric improve at all while training goes on?",
            ("learning-progress",)),
    Passage("training-curves", "Do trials still improve at the end?", ("still-improving",)),
    Passage("training-curves", "Did they saturate long before the end?", ("saturated-early",)),
    Passage("training-curves", "Does anything else look odd, such as a rising training loss?",
            ("rising-train-loss", "periodicity")),
    Passage("isolation-plots", "Is a change still useful once the nuisances are tuned?",
            reason=
                "It compares the studies of a round, while a check looks at one study: the "
                "round's answer covers it, with an isolation plot."),
    Passage("automatic-plots", "Are the useful plots drawn automatically?",
            reason="The report draws them for every study; there is nothing in the data to judge."),
    Passage("number-of-steps", "Is the workload short of compute?",
            ("still-improving", "saturated-early")),
    Passage("steps-not-compute-bound", "Is the best step always early, or nearly always late?",
            ("best-step",)),
    Passage("steps-not-compute-bound", "Do all trials of a study train for the same length?",
            reason="A study with the training length among its hyperparameters is refused "
            "before it starts."),
    Passage("steps-sweep",
        "When does the fastest constant learning rate fit the training data perfectly?",
            reason="A separate procedure with its own study; its own rules say when it is void."),
    Passage("steps-sweep", "Is the best learning rate of the sweep inside its range?",
            ("search-space-boundary",)),
    Passage("steps-compute-bound", "Would a longer run be better still?", ("still-improving",)),
    Passage("steps-round-1", "Which settings carry over from short runs to long ones?",
            reason=
                "Advice for planning the next round; one study with one training length cannot "
                "answer it."),
    Passage("steps-round-2", "Is the schedule stretched to the longer run?",
            reason="A rule for designing a round, applied when the long run is planned."),
    Passage("optimization-failures", "Does instability force a learning rate that is too small?",
            ("edge-of-stability", "instability")),
    Passage("unstable-workloads", "Do trials just above the best learning rate lose progress?",
            ("instability",)),
    Passage("unstable-workloads", "Does training break early or in the middle?",
            ("instability",)),
    Passage("unstable-workloads", "Do short runs logged at every step show spikes?",
            reason=
                "It needs additional runs; the check of instability advises them, with the "
                "learning rates to try."),
    Passage("instability-fixes", "Which remedy comes first?", ("instability",)),
    Passage("warmup", "How long must the learning rate be ramped up?",
            reason="A procedure with additional runs; the check of instability advises it."),
    Passage("gradient-clipping", "At which norm should gradients be clipped?",
            reason=
                "A procedure on logged gradient norms; the check of instability advises it and "
                "gives the ratio of the largest norms to the typical one."),
)  # fmt: skip

_HEAD = """# The playbook, passage by passage

What the checklist of the [Deep Learning Tuning Playbook]({url})
asks, in our words, and the check that answers it. Generated by
`python -m tuning_playbook.checks.passages docs/passages.md`."""


def page() -> str:
    """The page as Markdown."""
    titles = {check.id: check.title for check in own_checks()}
    lines = [_HEAD.format(url=PLAYBOOK_URL)]
    section = ""
    for passage in PASSAGES:
        if passage.source != section:
            section = passage.source
            source = SOURCES[section]
            lines += ["", f"## [{source.title}]({source.url})", "", source.gist, ""]
            lines += ["| asked | answered by |", "| --- | --- |"]
        answer = ", ".join(f"`{check}`" for check in passage.checks)
        lines.append(f"| {passage.asks} | {answer or 'No check. ' + passage.reason} |")
    lines += ["", "## All checks", "", "| id | question | source |", "| --- | --- | --- |"]
    for check in own_checks():
        source = SOURCES[check.source]
        lines.append(f"| `{check.id}` | {titles[check.id]} | [{source.title}]({source.url}) |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page())
