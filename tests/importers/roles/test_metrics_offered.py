"""Which metric is offered first, where a study leaves open which one decides."""

import pytest

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.metrics.metrics_offered import in_order_of_offer

OFFERS = {
    "the whole before its parts": (
        ["val_audio_accuracy", "val_audio_loss", "val_loss", "val_text_accuracy", "val_text_loss"],
        "val_loss",
    ),
    "a score before the parts of a loss": (
        ["metrics/precision(B)", "metrics/recall(B)", "metrics/mAP50(B)", "metrics/mAP50-95(B)",
         "val/box_loss", "val/cls_loss", "val/dfl_loss"],
        "metrics/mAP50-95(B)",
    ),
    "validation before what does not say": (["acc", "val_loss"], "val_loss"),
    "the order of the table otherwise": (["dice", "iou", "loss"], "dice"),
    "accuracies of two kinds": (["val_top1_acc", "val_top5_acc", "val_loss"], "val_top1_acc"),
    "validation before a total of no data": (["total_loss", "val_loss"], "val_loss"),
    "the loss itself before a total": (["val_total_loss", "val_loss"], "val_loss"),
    "a total before its terms": (["loss_box_reg", "loss_cls", "total_loss"], "total_loss"),
    "a score before a loss of no data": (["Loss", "Reward_Mean"], "Reward_Mean"),
    "parts of a loss where there is no more": (["val_box_loss", "val_cls_loss"], "val_box_loss"),
    "what weighs both kinds of mistakes": (["precision", "recall", "f1"], "f1"),
}  # fmt: skip


@pytest.mark.parametrize(("metrics", "first"), OFFERS.values(), ids=OFFERS)
def test_the_metric_that_sums_a_run_up_is_offered_first(metrics, first):
    offered = in_order_of_offer(metrics)
    assert offered[0] == first
    assert sorted(offered) == sorted(metrics)


def test_a_long_list_of_metrics_is_cut_with_the_number_of_the_others(tmp_path):
    names = [f"eval/{agent}/reward_{of}" for of in ("min", "max", "mean") for agent in "abcdef"]
    rows = [",".join(str(0.1 + ((7 * i + 3 * j) % 29) / 31) for j, _ in enumerate(names))
            for i in range(12)]  # fmt: skip
    path = tmp_path / "runs.csv"
    lines = [f"{10 ** -(1 + i / 4):.4g},{row}" for i, row in enumerate(rows)]
    path.write_text("\n".join([f"lr,{','.join(names)}", *lines]))
    with pytest.raises(InvalidInput) as refused:
        check(path)
    message = str(refused.value)
    assert " and 10 more." in message
    assert "Its metrics: eval/a/reward_mean, eval/b/reward_mean" in message
    assert "metric='eval/a/reward_mean'" in message


def test_a_count_of_epochs_is_no_metric_to_choose(tmp_path):
    rows = "".join(f"{i},{10 + i % 3},{0.1 / (i + 1)},{1 + i},{2 + i},{0.5 / (i + 1)}\n"
                   for i in range(6))  # fmt: skip
    path = tmp_path / "runs.csv"
    path.write_text(f"trial,epoch,lr,train_loss,val_loss,val_acc\n{rows}")
    with pytest.raises(InvalidInput, match=r"Its metrics: val_loss, val_acc\."):
        check(path)
