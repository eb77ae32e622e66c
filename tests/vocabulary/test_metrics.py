"""Names of metrics as tools and papers write them."""

from __future__ import annotations

import pytest

from tuning_playbook.vocabulary import MetricFamily, metric_direction, metric_family, split_of

SMALLER = (
    "loss val_loss loss/val validation-nll train/box_loss error_rate test_error WER CER val_ppl "
    "perplexity rmse val_mae mse cross_entropy valLoss eval_loss_mean negative_log_likelihood fid "
    "val/bpc"
)
LARGER = (
    "accuracy val_acc top_1 top5 val_top1 AUC auroc f1 val_f1_score BLEU METEOR chrF mAP50 "
    "metrics/mAP50(B) mean_spearman iou miou dice r2 ssim psnr reward episode_return ndcg "
    "mean_test_score neg_mean_squared_error log_likelihood valid_accuracy_seed0 bleu_score"
)
UNKNOWN = "loss_scale weight value eta lr accuracy_drop score_threshold size bits"


@pytest.mark.parametrize("name", SMALLER.split())
def test_smaller_is_better(name: str) -> None:
    assert metric_direction(name) == "minimize"


@pytest.mark.parametrize("name", LARGER.split())
def test_larger_is_better(name: str) -> None:
    assert metric_direction(name) == "maximize"


@pytest.mark.parametrize("name", UNKNOWN.split())
def test_names_that_do_not_tell(name: str) -> None:
    assert metric_direction(name) is None


def test_families_tell_losses_from_errors_and_shares_from_scores() -> None:
    found = [metric_family(n) for n in ("val_loss", "val_error", "ppl", "val_acc", "bleu", "x")]
    assert found == [
        MetricFamily.LOSS, MetricFamily.ERROR, MetricFamily.PERPLEXITY, MetricFamily.ACCURACY,
        MetricFamily.SCORE, None,
    ]  # fmt: skip


def test_parts_of_the_data() -> None:
    names = ("train_loss", "loss/train", "valid.acc", "eval_loss", "test_acc", "loss", "dev/f1")
    assert [split_of(n) for n in names] == [
        "training", "training", "validation", "validation", "test", None, "validation",
    ]  # fmt: skip
