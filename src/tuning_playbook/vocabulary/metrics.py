"""What a metric is, by its name: its family, its direction, the data it is measured on."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Literal, TypeAlias

from tuning_playbook.vocabulary.names import phrases, without_digits, without_moment, words_of

Direction: TypeAlias = Literal["minimize", "maximize"]
Split: TypeAlias = Literal["training", "validation", "test"]


_WRITTEN_IN_CHINESE: dict[str, Split] = {"训练": "training", "验证": "validation", "测试": "test"}


class MetricFamily(StrEnum):
    """Metrics that behave alike."""

    LOSS = "loss"  # what training minimizes, or of its kind: may rise while errors still fall
    ERROR = "error"  # smaller is better
    PERPLEXITY = "perplexity"  # the exponential of a loss
    ACCURACY = "accuracy"  # a share of examples
    SCORE = "score"  # larger is better


_LOSSES = phrases(
    """
    loss, losses, nll, xent, cross entropy, crossentropy, ce, bce, mse, logloss, log loss, objective
    loss, negative log likelihood, neg log likelihood, kl, hinge, elbo loss, mean squared error,
    bpc, bpb, bits per byte, bits per char, bits per character, bits per dim
    """
)
_ERRORS = phrases(
    """
    error, errors, err, error rate, wer, cer, ter, rmse, mae, mape, smape, rmsle, fid, eer,
    brier, ece, nme, lpips, regret, cost, mean absolute error, perplexities,
    misclassification, amr, aamr, adjusted mean rank, adjusted arithmetic mean rank, mean rank,
    exploitability, nash conv, nashconv, cost return, cost returns, constraint violation, constraint
    violations, collision rate, miss rate, false positive rate, false negative rate, fpr, fnr,
    min dcf, mindcf, mel cepstral distortion, fid50k, sfid, kid, fvd, fad, cmmd, niqe, brisque,
    mpiw, gnll, gnlll, hd95, hausdorff, hausdorff distance, assd, abs rel, absrel, sq rel, epe,
    aepe, mpjpe, min ade, min fde, fde, chamfer, chamfer distance, nrmse, nmse, medae, mdape, wape,
    mase, crps, msle, rmsse, mrae, mre, rse, rrse, mce, pinball, wql, rel l2, relative l2,
    fidelity minus, rmses, maes, mses
    """
)
# ``fid_score`` is as good the lower, though scores are better the higher.
_ERRORS_CALLED_SCORES = phrases(
    """
    brier, fid, sfid, kid, fvd, fad, lpips, niqe, brisque, wer, cer, ter, eer, ece, rmse, mae, mape,
    smape, mase, crps, mse, nll, logloss, log loss, perplexity, ppl, regret, exploitability
    """
)
_CALLED_SCORES = phrases("score, scores")
_PERPLEXITIES = phrases("perplexity, ppl")
# Errors that count examples; others are distances, which have no largest value.
_ERROR_RATES = phrases(
    """
    error, errors, err, error rate, wer, cer, ter, eer, misclassification, collision rate,
    miss rate, false positive rate, false negative rate, fpr, fnr, brier
    """
)
_ACCURACIES = phrases(
    "accuracy, acc, accuracies, accs, top, exact match, em, top acc, acc top, oa, acc norm"
)
_SCORES = phrases(
    """
    score, scores, macrof, microf, af, mf, wf, auc, auroc, auprc, aupr, ap, map, iou, miou, dice,
    f, f1 score, bleu, rougelsum, pck, picp, fitness,
    sacrebleu, rouge, rougel, meteor, chrf, comet, cider, spice, spearman, pearson, kendall,
    correlation, corr, r, mcc, kappa, ssim, psnr, ndcg, mrr, recall, precision, prec, sensitivity,
    specificity, reward, rewards, return, returns, elo, win rate, success rate, hit rate, log
    likelihood, likelihood, elbo, matthews, utility, rew, rews, mmlu, gsm8k, hellaswag, winogrande,
    truthfulqa, humaneval, mbpp, piqa, boolq, arc, arc easy, arc challenge, openbookqa, triviaqa,
    lambada, sciq, gpqa, bbh, ifeval, musr, hits at, hit at, hr at, pass at, p at, r at, h at,
    f1 at, acc at, success at, auc pr, auc roc, amri, aamri, iamr, igmr, winrate, elo rating,
    trueskill, pass rate, solve rate, ap small, ap medium, ap large, ar small, ar medium, ar large,
    ar at, average recall, panoptic quality,
    fwiou, jaccard, jaccard index, dsc, dice coefficient, hota, mota, idf1, bertscore, bleurt,
    clipscore, prauc, explained variance, gmean, g mean, qwk, tpr, tnr, true positive rate,
    true negative rate, pesq, stoi, estoi, si sdr, sisdr, sdr, utmos, dnsmos, mos, c index, cindex,
    concordance, concordance index, pcc, plcc, srcc, spearmanr, pearsonr, nmi, ari, rand index,
    kappas, aurocs, aucs, fidelity, fidelity plus,
    silhouette, v measure, uas, las, lddt, plddt, gdt ts, dockq, sharpe, sharpe ratio, hypervolume
    """
)
_WITH_NUMBERS = frozenset({"r2", "f1", "idf1", "hd95"})
# Terms of a loss, where ``loss`` stands before them: ``loss_dice`` falls, and ``dice`` rises.
_TERMS = phrases(
    """
    aux, bbox, bc, bce, bound, boundary, box, ce, center, centerness, class, classification,
    classifier, cls, conf, consistency, content, contrastive, cycle, data, depth, dfl, dice,
    dir, distill, feat, feature, focal, giou, heatmap, ic, identity, idt, iou, kd, keypoint,
    keypoints, kl, kpt, l, loc, localization, lpips, mae, mask, mse, noobj, obj, objectness,
    ode, offset, pde, perceptual, physics, pose, proto, recon, reconstruction, reg, regression,
    residual, rot, rpn, seg, segmentation, sem, ssim, style, tv, vgg, wh, xy
    """
)
_AVERAGE_PRECISION = re.compile(r"m?ap\d\d")  # at an overlap, in percent
# How a harness took the answer from a model's text, behind what it measures.
_ANSWER_FILTER = re.compile(r",(none|strict-match|flexible-extract|get-answer|remove_whitespace)$")
_UPWARD = frozenset({"↑", "⬆", "▲", "\\uparrow"})
_ARROW = re.compile(r"(?P<arrow>[↑↓⬆⬇▲▼]|\\uparrow|\\downarrow)\ufe0f?[\s)\]}$]*$")
# Words whose number belongs to them: ``f1`` is a score and ``f`` is a letter.
_NUMBERED = {"top": "top", "f": "f", "r": "r"}
# Groups in which Detectron2 logs what it measures on the batches of training.
_OF_BATCHES = ("fast_rcnn/", "mask_rcnn/", "keypoint_rcnn/", "roi_head/", "rpn/")
_TRAINING = frozenset({"train", "training", "tr", "minibatch", "batch"})
_VALIDATION = frozenset({"val", "valid", "validation", "eval", "evaluation", "dev", "heldout",
                         "holdout", "cv"})  # fmt: skip
_TEST = frozenset({"test", "tst", "testing"})
# What says how a number was got, and not what it is.
_STATISTICS = re.compile(
    r"std|stderr|sem|mean|avg|average|median|var|min|max|best|final|last|seed\d*|fold\d*|run\d*|"
    r"split\d*|epoch|step|total|overall|macro|micro|weighted|smoothed|raw|pct|percent|[a-z]|\d+"
)
# What an error is measured in; ``loss_ms`` is how long it took.
_UNITS_OF_ERRORS = frozenset({"ms", "mm", "cm", "km", "px", "pixels", "deg", "degrees", "db"})
# Words that settings have as well.
_ALSO_SETTINGS = phrases(
    """
    top, f, r, score, scores, map, ap, em, return, returns, reward, rewards, precision, prec, cost,
    error, errors, err, correlation, likelihood, utility, ter, rew, rews, specificity, recall, mos,
    sdr, las, ari, kid, concordance, jaccard, pinball, fpr, fnr, tpr, tnr, mre, rse, silhouette
    """
)
_ONLY_METRICS = (_ACCURACIES | _SCORES | _PERPLEXITIES | _ERRORS) - _ALSO_SETTINGS
# Metrics that are never the first word of a setting, and have a direction of their own.
_MEASURED_BEFORE = phrases(
    """
    ppl, perplexity, rmse, nrmse, mape, smape, auroc, auprc, psnr, ssim, lpips, fid, ndcg, mrr,
    crps, miou, wer, cer, bleu, rougel, meteor
    """
)
_MEASURED_ON_PARTS = phrases("bpb, bpc, nll, mse, val loss, eval loss, test loss")
# What is set by a metric, or is one of its own settings: ``ppl_threshold``, ``ppl_stride``.
_SET_BY_METRICS = frozenset({"threshold", "thresh", "thr", "target", "weight", "coef", "limit",
                             "cutoff", "filter", "window", "stride", "batch", "size", "length",
                             "temperature", "interval", "every", "penalty", "reward"})  # fmt: skip
_NEGATED = frozenset({"neg", "negative", "minus"})
# What is to be forgotten or withstood is better the worse a model does on it; a fitness is a score
# in one program and an error in the next.
_UNWANTED = frozenset({"forget", "forgetting", "forgotten", "unlearn", "unlearning", "unlearned",
                       "attack", "attacks", "attacker", "jailbreak", "backdoor", "poison",
                       "poisoned", "mia", "membership", "fitness"})  # fmt: skip
_LOSS = frozenset({"loss", "losses"})
_DISTANCES = (("l1",), ("l2",))
_BEST = re.compile(r"[_\W](best|final|last|min|mean|avg)$")
_WEIGHTS_OF_LOSSES = (("loss", "w"), ("losses", "w"))
_GRADIENT_NORMS = phrases(
    """
    grad norm, grads norm, gradient norm, gradients norm, gradnorm, gnorm, grad global norm,
    gradient global norm, total norm, update norm, param norm, params norm, weights norm
    """
)
_MEASURED_RANKS = phrases("eff rank, effective rank, stable rank, numerical rank, entropy rank")
# What makes a norm one that somebody allows, asks for or weighs.
_SET_FOR_NORMS = frozenset({"max", "clip", "clipping", "threshold", "limit", "target", "use"})
_NUMBER_OF_NORM = re.compile(r"l?\d+|inf")


def metric_family(name: str) -> MetricFamily | None:
    """What a metric is by its name; ``None`` where the name does not tell.

    Example:
        >>> [str(metric_family(n)) for n in ("val/box_loss", "metrics/mAP50(B)", "top_1", "WER")]
        ['loss', 'score', 'accuracy', 'error']
        >>> metric_family("loss_scale")
        >>> str(metric_family("val_acc_at_best_epoch"))
        'accuracy'
        >>> [str(metric_family(n)) for n in ("loss_dice", "d0.loss_rpn_cls", "loss_weight")]
        ['loss', 'loss', 'None']
        >>> [str(metric_family(n)) for n in ("bpb/web", "rmse_wind@10m", "loss/alpha")]
        ['loss', 'error', 'None']
        >>> [str(metric_family(n)) for n in ("bin_loss_w", "w_loss", "test_L2_best", "l2")]
        ['None', 'loss', 'error', 'None']
    """
    if words_of(name)[-2:] in _WEIGHTS_OF_LOSSES:
        return None
    if split_of(name) is not None and words_of(_BEST.sub("", name))[-1:] in _DISTANCES:
        return MetricFamily.ERROR  # without a split it is the strength of a regularizer
    for words in _readings(without_moment(name)):
        if _is_term_of_loss(words):
            return MetricFamily.LOSS
        if words[-1:] in _CALLED_SCORES and _ends_in(words[:-1], _ERRORS_CALLED_SCORES):
            return metric_family(" ".join(words[:-1]))
        for family, known in _FAMILIES:
            if _ends_in(words, known):
                return family
        named = _named_first(name, words)
        if named:
            return metric_family(named)
    return None


def _named_first(name: str, words: tuple[str, ...]) -> str:
    """A metric that stands before what it is of: ``ppl_wikitext``, ``rmse_wind``, ``bpb/web``."""
    if words[:1] in _MEASURED_BEFORE and len(words) > 1 and not _SET_BY_METRICS & set(words):
        return words[0]
    return name.partition("/")[0] if _is_of_a_part_of_data(name) else ""


def _is_of_a_part_of_data(name: str) -> bool:
    """Whether a name is that of a metric with what it is measured on behind it: ``bpb/web``."""
    head, slash, tail = name.partition("/")
    if not slash or tail.strip("/") == "" or _SET_BY_METRICS & set(words_of(tail)):
        return False
    return words_of(head) in _ONLY_METRICS | _MEASURED_ON_PARTS


def _ends_in(words: tuple[str, ...], known: frozenset[tuple[str, ...]]) -> bool:
    return any(words[-count:] in known for count in (3, 2, 1))


def _is_term_of_loss(words: tuple[str, ...]) -> bool:
    """Whether nothing but terms follows ``loss`` in the words of a name."""
    at = next((place for place, word in enumerate(words) if word in _LOSS), len(words))
    terms = words[at + 1 :]
    return bool(terms) and all((without_digits(word),) in _TERMS for word in terms)


def holds_metric(name: str) -> bool:
    """Whether a word of a name is that of an accuracy, a score or an error, wherever it stands.

    Example:
        >>> [holds_metric(n) for n in ("gb_acc_human", "auc_of_class_3", "accum_steps", "R2_ref")]
        [True, True, False, True]
    """
    words = words_of(name.lower())
    return any(
        word in _WITH_NUMBERS or _AVERAGE_PRECISION.fullmatch(word)
        or (_numbered(word),) in _ONLY_METRICS
        for word in words
    )  # fmt: skip


def metric_direction(name: str) -> Direction | None:
    """``minimize`` or ``maximize`` where the name of a metric tells, else ``None``.

    Example:
        >>> [metric_direction(n) for n in ("loss/val", "valid_accuracy_seed0", "error_rate")]
        ['minimize', 'maximize', 'minimize']
        >>> [metric_direction(n) for n in ("P@5", "r_at_10", "hits@1", "NDCG@10", "HR@10", "p")]
        ['maximize', 'maximize', 'maximize', 'maximize', 'maximize', None]
        >>> metric_direction("neg_mean_squared_error"), metric_direction("eta")
        ('maximize', None)
        >>> metric_direction("CIFAR-10 ↑"), metric_direction("attack success rate (↓)")
        ('maximize', 'minimize')
    """
    told = arrow_direction(name)
    if told is not None:
        return told
    family = metric_family(name)
    if family is None:
        return None
    smaller = family in (MetricFamily.LOSS, MetricFamily.ERROR, MetricFamily.PERPLEXITY)
    words = words_of(name)
    likelihood = "likelihood" in words
    if not likelihood and _NEGATED & set(words):
        smaller = not smaller
    return "minimize" if smaller else "maximize"


def may_be_share_of_examples(name: str) -> bool:
    """Whether a value from 0 to 1 may be a mean over examples of which each counts 0 to 1.

    An accuracy, an error rate, a score, or a name that tells nothing; no loss, perplexity or
    distance: one example may add any amount to it.

    Example:
        >>> [may_be_share_of_examples(n) for n in ("val_acc", "val_error", "mIoU", "metric")]
        [True, True, True, True]
        >>> [may_be_share_of_examples(n) for n in ("val_loss", "bpb", "perplexity", "rmse")]
        [False, False, False, False]
    """
    family = metric_family(name)
    if family is MetricFamily.ERROR:
        return any(_ends_in(words, _ERROR_RATES) for words in _readings(without_moment(name)))
    return family not in (MetricFamily.LOSS, MetricFamily.PERPLEXITY)


def arrow_direction(name: str) -> Direction | None:
    """What an arrow at the end of a name tells, as papers head their tables.

    Example:
        >>> [arrow_direction(name) for name in ("FID ↓", "Acc. (%) (↑)", "FID")]
        ['minimize', 'maximize', None]
    """
    matched = _ARROW.search(name)
    if matched is None:
        return None
    return "maximize" if matched["arrow"] in _UPWARD else "minimize"


def without_arrow(name: str) -> str:
    """A name without an arrow at its end.

    Example:
        >>> without_arrow("FID ↓"), without_arrow("Acc. (%) (↑)"), without_arrow("FID")
        ('FID', 'Acc. (%)', 'FID')
    """
    return _ARROW.sub("", name).rstrip(" ([{$") if _ARROW.search(name) else name


def may_be_unwanted(name: str) -> bool:
    """Whether a name speaks of what a model is to forget or withstand: either end may be good.

    Example:
        >>> [may_be_unwanted(n) for n in ("forget_rouge", "attack_success_rate", "val_acc")]
        [True, True, False]
    """
    return bool(_UNWANTED & set(words_of(name)))


def split_of(name: str) -> Split | None:
    """The part of the data that a metric is measured on; ``None`` where the name does not tell.

    Example:
        >>> split_of("loss/train"), split_of("val_acc"), split_of("test_error"), split_of("loss")
        ('training', 'validation', 'test', None)
        >>> split_of("train_acc_at_best_val_epoch"), split_of("acc_at_best_val_loss")
        ('training', None)
    """
    first, *_ = measured = words_of(without_moment(name))
    words = set(measured)
    written = next((part for word, part in _WRITTEN_IN_CHINESE.items() if word in name), None)
    if written is not None:
        return written
    if name.startswith(_OF_BATCHES):
        return "training"
    # ``test_mae_val`` is of valence, and not on validation data.
    if words & _TEST and (first in _TEST or not words & _VALIDATION):
        return "test"
    if words & _VALIDATION:
        return "validation"
    return "training" if words & _TRAINING else None


def is_held_out(name: str) -> bool:
    """Whether a metric is measured on a test set by its name.

    Example:
        >>> is_held_out("test_accuracy"), is_held_out("val_accuracy")
        (True, False)
    """
    return split_of(name) == "test"


def is_measured_rank(name: str) -> bool:
    """Whether a name is that of a rank which training leaves, and nobody sets.

    Example:
        >>> [is_measured_rank(n) for n in ("eff_rank", "stable_rank/layer_1", "lora_rank")]
        [True, True, False]
    """
    return any(words_of(part)[-2:] in _MEASURED_RANKS for part in name.split("/"))


def is_gradient_norm(name: str) -> bool:
    """Whether a name is that of a gradient's norm: measured along the way, better neither way.

    What clips it is a hyperparameter.

    Example:
        >>> [is_gradient_norm(n) for n in ("train/grad_norm", "grad_norm/encoder", "max_grad_norm")]
        [True, True, False]
    """
    if _SET_FOR_NORMS & set(words_of(name)[:-1]):
        return False
    return any(map(_ends_in_gradient_norm, name.split("/")))


def _ends_in_gradient_norm(part: str) -> bool:
    words = [word for word in words_of(part) if not _NUMBER_OF_NORM.fullmatch(word)]
    while len(words) > 1 and _STATISTICS.fullmatch(words[-1]):
        words.pop()
    return any(tuple(words[-count:]) in _GRADIENT_NORMS for count in (1, 2, 3))


def _readings(name: str) -> list[tuple[str, ...]]:
    """The words of a name that say what it is, as written with capitals and without."""
    found = []
    name = _ANSWER_FILTER.sub("", name).replace("@", " at ").replace("^2", "2").replace("²", "2")
    for text in (name, name.lower()):
        words = [w for w in words_of(text) if w not in _TRAINING | _VALIDATION | _TEST]
        numbered = [_numbered(w) for w in words]
        if numbered[-1:] and numbered[-1] in _UNITS_OF_ERRORS and not _LOSS & set(numbered):
            numbered.pop()
        while len(numbered) > 1 and _STATISTICS.fullmatch(numbered[-1]):
            numbered.pop()
        if len(numbered) > 1 and numbered[-1] == "at" and tuple(numbered[-2:]) not in _SCORES:
            numbered.pop()
        found.append(tuple(numbered))
    return found


def _numbered(word: str) -> str:
    if word in _WITH_NUMBERS:
        return word
    bare = without_digits(word)
    return bare if bare != word and len(bare) > 1 else word


_FAMILIES = (
    (MetricFamily.PERPLEXITY, _PERPLEXITIES),
    (MetricFamily.LOSS, _LOSSES),
    (MetricFamily.ERROR, _ERRORS),
    (MetricFamily.ACCURACY, _ACCURACIES),
    (MetricFamily.SCORE, (_SCORES - phrases("f, r")) | phrases("f1, f2, r2, fbeta")),
)
