"""What a project should have written down before its first round, and has not."""

from __future__ import annotations

from tuning_playbook.study import Project
from tuning_playbook.words import listed


def undeclared(project: Project) -> str:
    """One sentence on what the project file leaves open; empty where it says all.

    What is asked for: the task, why the metric stands for what is needed, a metric on held-out
    data, and where the baseline comes from ("none" is an answer; "custom" alone is none).

    Source: playbook, "Who is this document for?".
    """
    open_ = [
        "task under [project]" * (not project.task.strip()),
        "reason under [metric]" * (not project.metric_reason.strip()),
        "test (a metric on held-out data) under [metric]" * (not project.test_metric),
        "reference under [project] (a paper or repository, or none; for custom, say why)"
        * (project.reference.strip().lower() in ("", "custom")),
    ]
    left = [entry for entry in open_ if entry]
    return f"not declared in playbook.toml: {listed(left)}" if left else ""
