"""What a column of a table of runs records, by its name: repetitions, runs, tests, places."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tuning_playbook.vocabulary.hyperparameters import Family, hyperparameter_family
from tuning_playbook.vocabulary.metrics import is_measured_rank
from tuning_playbook.vocabulary.names import (
    contains,
    phrases,
    plain_name,
    words_of,
)

_REPETITIONS = phrases(
    """
    seed, seeds, random state, rng, rng seed, fold, cv fold, kfold, outer fold, inner fold, repeat,
    replicate, replica, repetition, rep, split, cv split, replication
    """
)
_NUMBERED = frozenset({"id", "idx", "index", "number", "no", "nr", "num", "i"})
_COUNTED = frozenset({"n", "num", "number", "nb", "count", "total"})


_FOLDS = frozenset({"fold", "folds", "kfold", "split"})
_DIGESTS = frozenset({"sha", "sha1", "sha256", "sha512", "md5", "checksum", "digest"})
_ABOUT_RUNS = frozenset(
    {"tags", "tag", "notes", "note", "user", "author", "host", "hostname", "node", "node_ip", "pid",
     "url", "path", "logdir", "log_dir", "commit", "git_commit", "git_hash", "git_sha", "version",
     "organization", "organisation", "license", "submitted_by", "verified",
     "entity", "project", "artifact_uri", "detail", "message", "error", "error_message",
     "traceback", "attempts", "attempt", "worker", "workers", "num_workers", "gpu", "gpus",
     "device", "devices", "n_gpus", "num_gpus", "accelerator", "group", "job_type", "description",
     "source", "dataset", "other", "params_hash", "machine", "cluster", "partition", "job_id",
     "slurm_job_id",
     "comment", "comments", "remark", "remarks", "file", "filename", "folder", "directory", "dir",
     "output", "outdir", "cuda", "gpu_type", "gpu_name", "gpu_id", "platform", "python_version",
     "hash", "verbose", "debug", "log_level", "wandb", "use_wandb", "wandb_project", "wandb_entity",
     "run_name", "exp_name", "experiment_name", "name", "env_file", "config_file", "config", "ckpt",
     "checkpoint", "resume", "owner", "local_rank", "world_size", "pin_memory", "profile",
     "compile", "torch_compile", "jit", "benchmark", "distributed", "ddp", "fsdp", "log_interval",
     "eval_interval", "save_interval", "log_every", "save_every", "eval_every"}
)  # fmt: skip
# What a row is among the rows: ``is_final_only``, ``is_best``.
_KINDS_OF_ROWS = frozenset({"final", "best", "last", "latest", "complete", "valid", "selected",
                            "baseline", "reference"})  # fmt: skip
_RUNS = frozenset({"runs", "seeds", "repeats", "reps", "replicates", "repetitions"})
# What people write beside results that they have looked at.
_VERDICTS = frozenset({"status", "verdict", "conclusion", "interpretation", "significance",
                       "winner", "outcome", "assessment"})  # fmt: skip
_PLACES = ("_uri", "_url", "_path", "_dir", "_file", "_folder", "_host", "_hostname", "_name",
           "_hash", "_device", "_ckpt", "_workers", "_project", "_entity", "_filename")  # fmt: skip
# Names of parts of a model, which are choices.
_NAMED_PARTS = frozenset({"model", "optimizer", "optim", "scheduler", "sched", "loss", "activation",
                          "dataset", "backbone", "arch", "architecture", "encoder", "decoder",
                          "tokenizer", "augmentation", "method", "algorithm", "algo", "kernel",
                          "norm", "pooling", "criterion"})  # fmt: skip
_RUNNING_NUMBERS = frozenset({"order", "row", "index", "idx", "i", "rank", "place", "position",
                              "no", "nr", "num", "number", "unnamed_0", "", "job", "sweep_id",
                              "experiment_id", "config_id", "exp", "experiment", "exp_id",
                              "run_number", "run_no", "trial_no", "line", "serial",
                              "iteration", "seq", "counter"})  # fmt: skip
_EXPERIMENTS = frozenset({"exp", "experiment", "run", "trial", "config", "configuration", "job",
                          "sweep", "setting", "study"})  # fmt: skip
_STATISTICS = {
    "std": "standard deviation", "stddev": "standard deviation", "sd": "standard deviation",
    "stdev": "standard deviation", "stderr": "standard error", "sem": "standard error",
    "se": "standard error", "var": "variance", "variance": "variance", "min": "minimum",
    "minimum": "minimum", "max": "maximum", "maximum": "maximum", "median": "median",
    "mean": "mean", "avg": "mean", "average": "mean", "rank": "rank", "lower": "lower limit",
    "ci95": "interval", "upper": "upper limit", "ci": "interval", "low": "lower limit",
    "high": "upper limit", "iqr": "quartile range", "range": "range", "count": "count",
    "p5": "percentile", "p95": "percentile", "q1": "quartile", "q3": "quartile", "worst": "worst",
}  # fmt: skip
_TASKS = frozenset({"task", "dataset", "corpus", "city", "country", "language", "workload",
                    "problem", "benchmark", "env", "environment", "series", "target",
                    "targets", "endpoint"})  # fmt: skip
_KEPT_CHANGES = frozenset({"kept", "keep", "accepted", "accept", "adopted", "merged", "discarded",
                           "rejected", "reverted"})  # fmt: skip
_TESTS = phrases(
    """
    pvalue, pval, p value, p val, wilson ci, wilson lower, wilson upper, fisher p, fisher exact,
    welch p, welch t, holm p, holm adjusted, p holm, bonferroni, cohen d, cohens d, wilcoxon,
    mann whitney, mannwhitney, t stat, tstat, t statistic, effect size, adjusted p, p adjusted,
    ci lower, ci upper, ci low, ci high, lower ci, upper ci, vs baseline, vs base
    """
)
_OUTCOMES = frozenset({"success", "successes", "correct", "hit", "hits", "error", "errors",
                       "failure", "failures", "failed", "win", "wins", "solved",
                       "passed"})  # fmt: skip
_KINDS_OF_PREDICTIONS = phrases(
    """
    true positive, true negative, false positive, false negative,
    true positives, true negatives, false positives, false negatives
    """
)
_PREDICTIONS = frozenset({"tp", "tn", "fp", "fn"})
_DIFFERENCES = frozenset({"drop", "gap", "diff", "difference", "delta", "improvement", "gain",
                          "degradation", "change", "reduction", "relative", "normalized",
                          "increase", "decrease"})  # fmt: skip


def is_repetition(name: str) -> bool:
    """Whether a column counts repetitions of a setting: seeds, folds, repeats.

    Example:
        >>> [is_repetition(n) for n in ("fold", "seed_idx", "replicate", "n_folds", "test_split")]
        [True, True, True, False, False]
    """
    words = words_of(name)
    if words[0] in _COUNTED and len(words) > 1:
        return False
    while len(words) > 1 and words[-1] in _NUMBERED:
        words = words[:-1]
    return words in _REPETITIONS or hyperparameter_family(name) is Family.SEED


def is_fold(name: str) -> bool:
    """Whether a column counts the folds of a cross-validation, which share most of their data.

    Example:
        >>> [is_fold(n) for n in ("fold", "cv_fold", "split", "seed")]
        [True, True, True, False]
    """
    return bool(_FOLDS & set(words_of(name)))


def is_about_the_run(name: str) -> bool:
    """Whether a column tells where and by whom a trial was run, and how it was logged.

    Example:
        >>> [is_about_the_run(n) for n in ("hostname", "out_dir", "GPU", "model_name", "dropout")]
        [True, True, True, False, False]
        >>> is_about_the_run("checkpoint_sha256"), is_about_the_run("pareto_optimal")
        (True, True)
    """
    plain = plain_name(name).strip("_")
    words = words_of(name)
    if (
        plain in _ABOUT_RUNS
        or words[0] == "pareto"
        or words[-1] == "pareto"
        or words[-1] in _DIGESTS
        or (words[0] == "is" and _KINDS_OF_ROWS & set(words[1:]))
    ):
        return True
    return plain.endswith(_PLACES) and not _NAMED_PARTS & set(words_of(name)[:-1])


def is_number_of_experiment(name: str) -> bool:
    """Whether a name is that of the number of an experiment, which several runs may share.

    Example:
        >>> [is_number_of_experiment(n) for n in ("exp_idx", "Run ID", "task_id", "exp_decay")]
        [True, True, False, False]
    """
    words = words_of(name)
    return len(words) > 1 and words[-1] in _NUMBERED and set(words[:-1]) <= _EXPERIMENTS


def is_running_number(name: str) -> bool:
    """Whether a column of that name may count the rows.

    Example:
        >>> [is_running_number(n) for n in ("order", "Unnamed: 0", "width")]
        [True, True, False]
    """
    return plain_name(name).strip("_") in _RUNNING_NUMBERS


def names_tasks(name: str) -> bool:
    """Whether a column of that name says what was learnt, so that its results have no common scale.

    Example:
        >>> [names_tasks(n) for n in ("env", "dataset_name", "data_aug", "env_steps")]
        [True, True, False, False]
    """
    words = [word for word in words_of(name) if word not in ("id", "name")]
    return bool(words) and words[-1] in _TASKS


def statistic_in(name: str) -> tuple[str, str] | None:
    """A statistic that a name begins or ends with, and the rest of the name; ``None`` if none.

    Example:
        >>> statistic_in("std_spearman"), statistic_in("val_acc_mean"), statistic_in("val_acc")
        (('standard deviation', 'spearman'), ('mean', 'val_acc'), None)
    """
    words = words_of(name)
    if is_measured_rank(name):
        return None
    for at, rest in ((0, words[1:]), (-1, words[:-1])):
        if rest and words[at] in _STATISTICS:
            return _STATISTICS[words[at]], "_".join(rest)
    return None


def is_difference(name: str) -> bool:
    """Whether a name says that a metric was compared with another: a drop, a gap, an improvement.

    Example:
        >>> [is_difference(n) for n in ("accuracy_drop", "generalization_gap", "drop_path")]
        [True, True, False]
    """
    words = words_of(name)
    return len(words) > 1 and bool({words[0], words[-1]} & _DIFFERENCES) and words[0] != "drop"


def counts_runs(name: str) -> bool:
    """Whether a name is that of how many runs a row of means stands for.

    Example:
        >>> [counts_runs(n) for n in ("n_runs", "num_seeds", "n_estimators", "runs_per_day")]
        [True, True, False, False]
    """
    words = words_of(name)
    return len(words) == 2 and words[0] in _COUNTED and words[1] in _RUNS


def is_verdict(name: str) -> bool:
    """Whether words under a name are what somebody made of the results, and no choice.

    Example:
        >>> [is_verdict(n) for n in ("Status", "fit_verdict", "status_loss_weight")]
        [True, True, False]
    """
    return words_of(name)[-1] in _VERDICTS


def keeps_changes(name: str) -> bool:
    """Whether a column of that name tells whether a change that was tried has stayed.

    Example:
        >>> [keeps_changes(n) for n in ("kept", "is_accepted", "keep_prob")]
        [True, True, False]
    """
    words = [word for word in words_of(name) if word not in ("is", "was")]
    return len(words) == 1 and words[0] in _KEPT_CHANGES


def is_of_a_test(name: str) -> bool:
    """Whether a name is that of a statistical test, or of a comparison with another row.

    Example:
        >>> [is_of_a_test(n) for n in ("fisher_p", "diff_vs_base", "fisher_lambda", "cohen_d")]
        [True, True, False, True]
    """
    words = words_of(name)
    significance = words[-1] in ("significance", "significant")
    return significance or contains(words, _TESTS) or (len(words) > 2 and "vs" in words)


def counts_outcomes(name: str) -> bool:
    """Whether a name is that of how often something succeeded or failed.

    Example:
        >>> [counts_outcomes(n) for n in ("success_count", "num_correct", "head_count")]
        [True, True, False]
    """
    words = words_of(name)
    if words in _KINDS_OF_PREDICTIONS:
        return True
    counting = words[-1] in ("count", "counts") or words[0] in ("num", "n", "count")
    return len(words) == 2 and counting and bool(_OUTCOMES & set(words))


def counts_of_predictions(names: Iterable[str]) -> frozenset[str]:
    """Names that are those of true and false positives and negatives, where most of them are there.

    Alone, ``tp`` is the degree of tensor parallelism as well.

    Example:
        >>> sorted(counts_of_predictions(["tp", "fp", "fn", "f1"])), counts_of_predictions(["tp"])
        (['fn', 'fp', 'tp'], frozenset())
    """
    named = {name: words_of(name)[-1].removesuffix("s") for name in names}
    counted = frozenset(name for name, word in named.items() if word in _PREDICTIONS)
    return counted if len({named[name] for name in counted}) > 2 else frozenset()


def without_number(name: str) -> str:
    """A name without the numbers of repetitions at its end: ``acc_seed3`` is ``acc``.

    Example:
        >>> without_number("val_acc_fold_2"), without_number("split0_test_score")
        ('val_acc', 'test_score')
    """
    plain = plain_name(name).strip("_")
    bare = re.sub(r"_?(seed|fold|run|rep|repeat|trial|split)_?\d+$", "", plain)
    return re.sub(r"^(seed|fold|run|rep|repeat|trial|split)_?\d+_", "", bare) or plain
