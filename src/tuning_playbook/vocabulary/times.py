"""What training took and how far it came, by the names of columns: times, costs, progress."""

from __future__ import annotations

from itertools import pairwise

from tuning_playbook.vocabulary.metrics import holds_metric
from tuning_playbook.vocabulary.names import Words, contains, phrases, without_moment, words_of

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
_SMALL_UNITS = frozenset({"ms", "us", "ns"})
_PASSES = frozenset({"fwd", "bwd", "forward", "backward", "step", "iter", "batch", "per", "mean",
                     "avg", "median", "p50", "p95", "p99", "infer", "decode"})  # fmt: skip
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
_RATES = phrases("per s, per sec, per second, per min, per minute, per hour")
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
_STEPS = frozenset({"step", "iter", "iteration"})
_OF_STEPS = frozenset({"global", "train", "trainer", "training", "current"})


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
    timed = timed or written in _TIMESTAMPS or _is_of_a_pass(written)
    start_or_end = words[0] in _OF_CLOCKS or words[-1] in _TIME_WORDS
    of_pieces = any(a in _TIMES_OF_PIECES and b == "per" for a, b in pairwise(written[:-1]))
    return not (_LIMITS | _OF_TIME) & set(words) and bool(at or start_or_end or of_pieces or timed)


def _is_of_a_pass(words: Words) -> bool:
    """Whether a name is that of how long a step or a pass took: ``fwd_us``, ``total_ms``."""
    return words[-1] in _SMALL_UNITS and len(words) > 1 and set(words[:-1]) <= _TIMED | _PASSES


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
    rate = words[-2:] in _RATES and len(words) > 2  # ``moves_per_s``
    if rate or contains(words, _COSTS) or words[-1] in _BYTES or words[0] == "bytes":
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
