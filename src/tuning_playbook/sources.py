"""The passages and papers that rules point to, by short key.

Titles are the section headings of the Deep Learning Tuning Playbook (Godbole, Dahl, Gilmer,
Shallue, Nado, 2023); what a section says is worded here by us.
"""

from __future__ import annotations

from dataclasses import dataclass

PLAYBOOK_URL = "https://github.com/google-research/tuning_playbook"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from.

    Args:
        key: short stable name that rules use.
        title: section heading, or authors and year.
        gist: what it says, in one sentence of ours.
        url: where to read it.
    """

    key: str
    title: str
    gist: str
    url: str


def _passage(key: str, title: str, gist: str) -> Source:
    kept = [c for c in title.lower().replace("’", "").replace("'", "") if c.isalnum() or c in " -_"]
    anchor = "".join(kept).replace(" ", "-")
    return Source(key, title, gist, f"{PLAYBOOK_URL}#{anchor}")


_PASSAGES = (
    _passage("who-is-this-for", "Who is this document for?",
             "Supervised learning or similar, with a pipeline that already trains."),
    _passage("model-architecture", "Choosing the model architecture",
             "Start from an architecture that is known to work, and vary a family of it."),
    _passage("optimizer", "Choosing the optimizer",
             "Start with a popular optimizer and tune all of its hyperparameters."),
    _passage("batch-size", "Choosing the batch size",
             "Batch size governs speed and cost, not the quality that tuning can reach."),
    _passage("batch-size-throughput",
             "Determining the feasible batch sizes and estimating training throughput",
             "Double the batch until memory ends or throughput stops rising."),
    _passage("batch-size-training-time", "Choosing the batch size to minimize training time",
             "Time is time per step times steps; both depend on the batch size."),
    _passage("batch-size-resources", "Choosing the batch size to minimize resource consumption",
             "Count what a larger batch costs up front and per step."),
    _passage("batch-size-retuning",
             "Changing the batch size requires re-tuning most hyperparameters",
             "A new batch size needs new optimizer and regularization settings."),
    _passage("batch-size-batch-norm", "How batch norm interacts with the batch size",
             "Keep the size that batch norm sees apart from the size of the gradient."),
    _passage("initial-configuration", "Choosing the initial configuration",
             "Begin with something simple and cheap that learns a reasonable model."),
    _passage("scientific-approach", "A scientific approach to improving model performance",
             "Improve in small steps, each with evidence."),
    _passage("incremental-tuning", "The incremental tuning strategy",
             "Goal, experiments, insight, decision; then the next round."),
    _passage("exploration-exploitation", "Exploration vs exploitation",
             "Spend most of the time on understanding the problem."),
    _passage("round-goal", "Choosing the goal for the next round of experiments",
             "One narrow question for each round."),
    _passage("round-design", "Designing the next round of experiments",
             "Decide what is studied, what is tuned along with it, and what stays."),
    _passage("hyperparameter-roles",
             "Identifying scientific, nuisance, and fixed hyperparameters",
             "Scientific ones are measured, nuisance ones tuned for each, fixed ones are caveats."),
    _passage("set-of-studies", "Creating a set of studies",
             "A study is a space, a number of trials and an algorithm; arms are compared by "
             "their best trials."),
    _passage("affordable-experiments",
             "Striking a balance between informative and affordable experiments",
             "Trade the number of values, the width of ranges and the density of points."),
    _passage("extracting-insight", "Extracting insight from experimental results",
             "Go through the checklist before answering the question."),
    _passage("search-space-boundaries", "Identifying bad search space boundaries",
             "The best points must not crowd against an edge; count what is infeasible."),
    _passage("sampling-density", "Not sampling enough points in the search space",
             "Good points should be several before a study counts as searched."),
    _passage("training-curves", "Examining the training curves",
             "Look at the curves of the best trials for overfitting, noise and bugs."),
    _passage("isolation-plots", "Detecting whether a change is useful with isolation plots",
             "Compare the best over the nuisance settings for each scientific value."),
    _passage("automatic-plots", "Automate generically useful plots",
             "Plots that are not automatic are not looked at."),
    _passage("adoption",
             "Determining whether to adopt a training pipeline change or hyperparameter "
             "configuration",
             "Weigh the gain against seeds, search and data variance and added complexity."),
    _passage("after-exploration", "After exploration concludes",
             "Then optimize for the best configuration and look at the test set."),
    _passage("number-of-steps", "Determining the number of steps for each training run",
             "All trials of a study train for the same, chosen number of steps."),
    _passage("steps-not-compute-bound",
             "Deciding how long to train when training is not compute-bound",
             "Train long enough, but not much longer; choose the best checkpoint afterwards."),
    _passage("steps-sweep",
             "Algorithm for picking an initial candidate for max_train_steps using a learning "
             "rate sweep",
             "The first step at which the quickest constant-rate run fits perfectly."),
    _passage("steps-compute-bound", "Deciding how long to train when training is compute-bound",
             "Tune in rounds of growing length, and know what carries over."),
    _passage("steps-round-1", "Round 1", "Short runs find all but the schedule."),
    _passage("steps-round-2", "Round 2", "Few long runs with an extended schedule."),
    _passage("input-pipeline", "Optimizing the input pipeline",
             "Find out whether training waits for data."),
    _passage("evaluation-settings", "Evaluation settings",
             "Online, periodic and offline evaluation answer different needs."),
    _passage("periodic-evaluations", "Setting up periodic evaluations",
             "Evaluate at step intervals, never at time intervals."),
    _passage("evaluation-sample", "Choosing a sample for periodic evaluation",
             "A sample must be cheap, stable and representative."),
    _passage("checkpoints", "Saving checkpoints and retrospectively selecting the best checkpoint",
             "Run to the end, keep the best few checkpoints, choose afterwards."),
    _passage("experiment-tracking", "Setting up experiment tracking",
             "One row for each study, with what is needed to run it again."),
    _passage("batch-norm-details", "Batch normalization implementation details",
             "Use a fixed virtual batch and synchronize running averages."),
    _passage("multi-host", "Considerations for multi-host pipelines",
             "One host writes; seeds are shared for initialization and differ for data."),
    _passage("schedule-family", "What is the best learning rate decay schedule family?",
             "An open question; having some schedule matters more."),
    _passage("schedule-default", "Which learning rate decay should I use as a default?",
             "Linear or cosine decay."),
    _passage("schedule-complicated",
             "Why do some papers have complicated learning rate schedules?",
             "They were adjusted by hand; copy the procedure instead of the numbers."),
    _passage("adam-hyperparameters", "How should Adam’s hyperparameters be tuned?",
             "Open more of them as the number of trials grows."),
    _passage("quasi-random-search",
             "Why use quasi-random search instead of more sophisticated black box optimization "
             "algorithms during the exploration phase of tuning?",
             "Its points cover the space evenly, in any order, and can be analysed afterwards."),
    _passage("quasi-random-implementation",
             "Where can I find an implementation of quasi-random search?",
             "Halton sequences; plain random search is a fair substitute."),
    _passage("quasi-random-trials",
             "How many trials are needed to get good results with quasi-random search?",
             "Resample one study to see what a smaller budget would have found."),
    _passage("optimization-failures",
             "How can optimization failures be debugged and mitigated?",
             "Instability matters when it forces a learning rate that is too small."),
    _passage("unstable-workloads", "Identifying unstable workloads",
             "Sweep beyond the best learning rate and look just above it."),
    _passage("instability-fixes", "Potential fixes for common instability patterns",
             "Warmup, clipping, another optimizer, better architecture practice."),
    _passage("warmup", "Learning rate warmup", "Ramp up the learning rate over the first steps."),
    _passage("gradient-clipping", "Gradient clipping",
             "Clip the gradient's norm just above its typical size."),
    _passage("batch-size-not-for-quality",
             "Why shouldn't the batch size be tuned to directly improve validation set "
             "performance?",
             "With everything retuned, batch sizes reach the same quality."),
    _passage("update-rules",
             "What are the update rules for all the popular optimization algorithms?",
             "Six update rules in one notation."),
)  # fmt: skip

_PAPERS = (
    Source("bergstra-2012", "Bergstra and Bengio, 2012",
           "Random search beats grids when few dimensions matter.",
           "https://jmlr.org/papers/v13/bergstra12a.html"),
    Source("bousquet-2017", "Bousquet et al., 2017",
           "Quasi-random points are a better one-shot design than random ones.",
           "https://arxiv.org/abs/1706.03200"),
    Source("dodge-2019", "Dodge et al., 2019",
           "Report the expected best result as a function of the search budget.",
           "https://arxiv.org/abs/1909.03004"),
    Source("lourie-2023", "Lourie, Cho and He, 2023",
           "Tuning curves with simultaneous confidence bands.",
           "https://arxiv.org/abs/2311.09480"),
    Source("gilmer-2021", "Gilmer et al., 2021",
           "Training instability as a loss-curvature phenomenon.",
           "https://arxiv.org/abs/2110.04369"),
    Source("watanabe-2023", "Watanabe, Bansal and Hutter, 2023",
           "Importance as the divergence of the top trials' density (PED-ANOVA).",
           "https://arxiv.org/abs/2304.10255"),
)  # fmt: skip

SOURCES: dict[str, Source] = {source.key: source for source in (*_PASSAGES, *_PAPERS)}


def source(key: str) -> Source:
    """The source known by ``key``.

    Raises:
        KeyError: where no source has that key.

    Example:
        >>> source("round-goal").title
        'Choosing the goal for the next round of experiments'
    """
    return SOURCES[key]


def cited(words: str, key: str) -> str:
    """Words with the section of the playbook that they come from.

    Example:
        >>> cited("One question at a time.", "round-goal")
        'One question at a time. (playbook, “Choosing the goal for the next round of experiments”)'
    """
    return f"{words} (playbook, “{SOURCES[key].title}”)"
