"""Names of metrics as tools and papers write them."""

from __future__ import annotations

import pytest

from tuning_playbook.vocabulary import (
    MetricFamily,
    holds_metric,
    is_gradient_norm,
    kind_by_name,
    metric_direction,
    metric_family,
    split_of,
)

SMALLER = (
    "loss val_loss loss/val validation-nll train/box_loss error_rate test_error WER CER val_ppl "
    "perplexity rmse val_mae mse cross_entropy valLoss eval_loss_mean negative_log_likelihood fid "
    "val/bpc valid_loss_epoch"
)
LARGER = (
    "accuracy val_acc top_1 top5 val_top1 AUC auroc f1 val_f1_score BLEU METEOR chrF mAP50 "
    "metrics/mAP50(B) mean_spearman iou miou dice r2 ssim psnr reward episode_return ndcg "
    "mean_test_score neg_mean_squared_error log_likelihood valid_accuracy_seed0 bleu_score"
)
UNKNOWN = "loss_scale weight value eta lr accuracy_drop score_threshold size bits rank tau rho idf"

# What each field reports, as its papers and tools write it.
FIELDS_SMALLER = (
    "exploitability nash_conv NashConv cumulative_regret cost_return ep_cost constraint_violation "
    "WER cer phoneme_error_rate EER minDCF word_perplexity ppl_c4 wikitext/ppl bits_per_byte "
    "FID fid_score fid50k sFID KID FVD fad LPIPS niqe HD95 val_hd95 hausdorff_distance abs_rel "
    "rmse_log_error EPE mpjpe minADE minFDE chamfer_distance logloss RMSE nrmse MAPE wape MASE "
    "sMAPE CRPS rmsse brier brier_score ECE nll fpr95 FPR@95 mean_rank wer_score log_loss_score"
)
FIELDS_LARGER = (
    "win_rate winrate elo elo_rating success_rate episodic_return normalized_score BLEU sacrebleu "
    "chrF chrF++ COMET bertscore bleurt rougeL AP50 AP75 AP_small AR@100 mAP@50 panoptic_quality "
    "mIoU fwIoU jaccard dice_score DSC pixel_accuracy HOTA MOTA IDF1 inception_score clip_score "
    "CLIPScore NDCG@10 hit_rate HR@10 Hits@1 MRR mrr@10 recall@20 map@10 AUC ROC_AUC prauc R2 R^2 "
    "R² explained_variance balanced_accuracy c_index concordance_index NMI silhouette_score UAS "
    "PESQ STOI si_sdr PSNR ms_ssim srcc plcc lddt gdt_ts pass@1 acc_norm,none acc,none "
    "exact_match,strict-match neg_brier_score"
)


@pytest.mark.parametrize("name", [*SMALLER.split(), *FIELDS_SMALLER.split()])
def test_smaller_is_better(name: str) -> None:
    assert metric_direction(name) == "minimize"


@pytest.mark.parametrize("name", [*LARGER.split(), *FIELDS_LARGER.split()])
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


NORMS = (
    "grad_norm gradient_norm gradNorm gradnorm train/grad_norm grad_norm_mean final_grad_norm "
    "grad_norm/encoder global_grad_norm grad_l2_norm grad_2.0_norm_total gnorm "
    "mean_gradient_norm"
)
NO_NORMS = (
    "max_grad_norm clip_grad_norm grad_clip grad_norm_clip grad_clip_norm grad_norm_threshold "
    "use_grad_norm grad_norm_weight layer_norm norm max_norm weight_norm norm_type"
)


@pytest.mark.parametrize("name", NORMS.split())
def test_norms_of_gradients_are_measured_and_no_part_of_a_model(name: str) -> None:
    assert is_gradient_norm(name)
    assert kind_by_name(name) == "other"


@pytest.mark.parametrize("name", NO_NORMS.split())
def test_limits_of_gradient_norms_and_other_norms_are_none(name: str) -> None:
    assert not is_gradient_norm(name)


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("hits@50", "maximize"), ("hits_at_10", "maximize"), ("HR@10", "maximize"),
        ("recall_at_20", "maximize"), ("NDCG@10_mean", "maximize"), ("pass@1", "maximize"),
        ("aamr", "minimize"), ("aamri", "maximize"), ("auc_pr", "maximize"),
        ("ppl_wikitext2", "minimize"), ("ppl_threshold", None), ("look_at", None), ("hits", None),
        ("flops@224", None),
    ],
)  # fmt: skip
def test_metrics_of_ranks_and_of_data_sets(name: str, direction: str | None) -> None:
    assert metric_direction(name) == direction


def test_average_precision_at_an_overlap_is_a_metric_wherever_it_stands() -> None:
    assert holds_metric("probe_ap50_aux")
    assert not holds_metric("map_size")
