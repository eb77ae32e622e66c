"""What a column of a table of runs records, by its name: repetitions, progress, cost, places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from tuning_playbook.vocabulary.hyperparameters import Family, hyperparameter_family
from tuning_playbook.vocabulary.metrics import holds_metric
from tuning_playbook.vocabulary.names import (
    contains,
    phrases,
    plain_name,
    without_moment,
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

_TIME_WORDS = frozenset({"time", "timestamp", "duration", "runtime", "elapsed", "walltime",
                         "date", "datetime", "created", "updated", "started", "finished",
                         "eta"})  # fmt: skip
_UNITS = frozenset({"s", "sec", "secs", "seconds", "ms", "minutes", "min", "mins", "hours", "hour",
                    "h", "hrs", "utc", "days"})  # fmt: skip
_LIMITS = frozenset({"max", "warmup", "budget", "limit", "timeout"})
# Of a part of the model or the data that deals with time.
_OF_TIME = frozenset({"embed", "embedding", "emb", "encoding", "encoder", "dim", "mask", "masking",
                      "shift", "mix", "mixing", "series", "conditioning"})  # fmt: skip
_WHOLE_UNITS = frozenset({"seconds", "secs", "sec", "minutes", "mins", "hours", "hrs"})
_TIMED = frozenset({"train", "training", "total", "eval", "evaluation", "val", "validation", "test",
                    "fit", "score", "run", "wall", "inference", "compile", "setup", "compute",
                    "gpu", "cpu", "elapsed", "tune", "tuning", "wallclock", "clock",
                    "epoch"})  # fmt: skip
# What takes minutes, and has no minimum.
_TAKES_MINUTES = frozenset({"train", "training", "fit", "wall", "wallclock", "run", "elapsed",
                            "gpu", "cpu", "tuning", "compute"})  # fmt: skip
_TIMESTAMPS = phrases("ts, ts utc, utc")
_TIMES_OF_PIECES = frozenset({"time", "ms", "milliseconds", "us", "sec", "secs", "seconds",
                              "minutes", "hours"})  # fmt: skip
_COSTS = phrases(
    """
    memory, mem, vram, flops, gflops, mflops, tflops, macs,
    gmacs, gmac, mmacs, mfu, latency, throughput, fps, energy, kwh, co2,
    emissions, price, usd, dollars, gpu hours, gpu hour, cpu hours, gpu days, compute hours,
    utilization, tokens per second, tokens per sec, tok per sec, tok per s, tokens per s, tok s,
    tok sec, tokens sec, words per second, words per sec, words sec, wps,
    samples per second, samples per sec, it per sec, its per sec, it s,
    steps per second, steps per sec, images per sec, model size, file size, checkpoint size,
    speedup, flos, trainable pct, trainable percent, trainable percentage, trainable ratio
    """
)
_BYTES = frozenset({"bytes", "kb", "mb", "gb", "kib", "mib", "gib"})
_LIMITED = frozenset({"max", "limit", "fraction", "budget", "bank", "efficient", "decay", "length",
                      "dim", "slots", "capacity", "penalty", "weight", "replay"})  # fmt: skip
_PARAMETERS = frozenset({"params", "parameters", "param", "weights"})
_WEIGHTS = frozenset({("params",), ("parameters",)})
_COUNTING = frozenset({"num", "n", "number", "total", "trainable", "count", "m", "millions"})

_PROGRESS = phrases(
    """
    best epoch, best step, best iteration, best iter, selected epoch, selected step,
    selected checkpoint, chosen epoch, final epoch, last epoch, last step, final
    step, epochs ran, epochs run, epochs trained, epochs completed, epochs done, epochs actual,
    actual epochs, actual steps, trained epochs, completed epochs, completed steps, stopped epoch,
    stopped at, stopped early, early stopped, stop epoch, stop step, steps ran, steps run, steps
    done, steps completed, steps trained, tokens seen, samples seen, examples seen,
    training iteration, epoch reached, epochs reached, convergence epoch, converged epoch, epochs to
    converge, iterations done, epochs used, epochs elapsed, num epochs run, n epochs run, epochs
    executed, early stop epoch, n iter, best round, n resources, train episode, test episode,
    eval episode, current step, current steps, current epoch, best ep, final ep, last ep, step stop,
    step count, steps count, tokens processed, samples processed, examples processed, images seen,
    tokens consumed, samples consumed, consumed tokens, consumed samples, train progress, training
    progress
    """
)
_UNITS_OF_PROGRESS = frozenset({"epochs", "steps", "iterations", "iters", "updates", "rounds",
                                "episodes"})  # fmt: skip
_REACHED = frozenset({"used", "ran", "trained", "taken", "completed", "done", "reached", "executed",
                      "elapsed", "actual", "performed", "finished"})  # fmt: skip
_OF_CLOCKS = frozenset({"datetime", "time", "timestamp", "timing"})
_FOLDS = frozenset({"fold", "folds", "kfold", "split"})
_STEPS = frozenset({"step", "iter", "iteration"})
_OF_STEPS = frozenset({"global", "train", "trainer", "training", "current"})
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
                    "problem", "benchmark", "env", "environment", "series"})  # fmt: skip
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


def is_time(name: str) -> bool:
    """Whether a column holds times, and not a limit of time that somebody set.

    Example:
        >>> [is_time(n) for n in ("train_time_s", "minutes", "warmup_time", "max_minutes")]
        [True, True, False, False]
        >>> [is_time(n) for n in ("train_min", "val_min", "wallclock_seconds", "ts_utc")]
        [True, False, True, True]
        >>> [is_time(n) for n in ("ms_per_sample", "timing/forward_ms", "time_embed", "window_ms")]
        [True, True, False, False]
    """
    written = words = words_of(name)
    while len(words) > 1 and words[-1] in _UNITS:
        words = words[:-1]
    at = words[-1] == "at" and words[:-1] and words[-2] in _TIME_WORDS
    timed = written[-1] in _WHOLE_UNITS and set(written[:-1]) <= _TIMED
    timed = timed or (len(written) > 1 and written[0] in _TIMED and written[-1] == "s")
    timed = timed or (len(written) == 2 and written[0] in _TAKES_MINUTES and written[1] == "min")
    timed = timed or written in _TIMESTAMPS
    start_or_end = words[0] in _OF_CLOCKS or words[-1] in _TIME_WORDS
    of_pieces = any(a in _TIMES_OF_PIECES and b == "per" for a, b in pairwise(written[:-1]))
    return not (_LIMITS | _OF_TIME) & set(words) and bool(at or start_or_end or of_pieces or timed)


def is_time_or_cost(name: str) -> bool:
    """Whether a column holds what training took: time, memory, operations, number of weights.

    Example:
        >>> [is_time_or_cost(n) for n in ("Wall time (h)", "peak_mem_gb", "model_params", "flops")]
        [True, True, True, True]
        >>> [is_time_or_cost(n) for n in ("memory_limit", "max_time", "weight_decay")]
        [False, False, False]
    """
    words = words_of(name)
    if is_time(name):
        return True
    if _LIMITED & set(words):
        return False
    if contains(words, _COSTS) or words[-1] in _BYTES or words[0] == "bytes":
        return True
    counting = _COUNTING & set(words) or words[:-1] == ("model",)
    return words in _WEIGHTS or bool(_PARAMETERS & set(words) and counting)


def is_progress(name: str) -> bool:
    """Whether a column tells how far training came, which nobody chose beforehand.

    Example:
        >>> [is_progress(n) for n in ("epochs_ran", "best_epoch", "max_epochs", "epochs")]
        [True, True, False, False]
        >>> is_progress("val_acc_at_best_epoch")
        False
    """
    measured = without_moment(name)
    if measured != name and holds_metric(measured):
        return False
    words = words_of(name)
    units, reached = _UNITS_OF_PROGRESS & set(words), _REACHED & set(words)
    return contains(words, _PROGRESS) or bool(units and reached and not _LIMITS & set(words))


def is_step_count(name: str) -> bool:
    """Whether numbers of that name count the steps of training, one after the other.

    Example:
        >>> [is_step_count(n) for n in ("iter", "train/global_step", "steps", "step_size")]
        [True, True, False, False]
    """
    words = words_of(name)
    return words[-1] in _STEPS and _OF_STEPS.issuperset(words[:-1])


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
    """
    plain = plain_name(name).strip("_")
    words = words_of(name)
    if plain in _ABOUT_RUNS or (words[0] == "is" and _KINDS_OF_ROWS & set(words[1:])):
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
