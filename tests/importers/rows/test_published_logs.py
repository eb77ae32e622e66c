"""Logs of changes and of runs on several datasets, as people publish them."""

import json

import pytest
from tests.importers.layouts import roles, written

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.workflow.checking.foreign import Told, studies_to_judge

AUTOMATIC_RESEARCH = (
    "commit\tval_bpb\tmemory_gb\ttok_per_sec\tnum_steps\tstatus\tdescription",
    *(
        f"{0xABCDEF + 7919 * i:x}\t{bpb}\t5.5\t{37700 + 13 * i}\t{1017 + 11 * i % 40}"
        f"\t{status}\t{what}"
        for i, (bpb, status, what) in enumerate((
            (1.335, "keep", "baseline"), (1.294, "keep", "matrix lr 0.03 to 0.04"),
            (1.341, "discard", "depth 12 to 14"), (0.0, "crash", "tied embeddings, shapes differ"),
            (1.269, "keep", "warmdown ratio 0.3 to 0.5"), (1.278, "discard", "ReLU squared"),
            (0.0, "crash", "compiled with graphs"), (1.261, "keep", "cosine decay"),
        ))
    ),
)  # fmt: skip


def test_sizes_and_times_beside_changes_are_costs(tmp_path):
    header = "ts_utc\trun_id\ttrainer\tstatus\tval_bpb\tbytes_model\twallclock_seconds\tstep_stop"
    said = ("keep", "discard", "invalid", "keep", "keep", "discard")
    rows = [
        f"2026-03-1{i}T02:32:41Z\trun{i}\t{('a.py', 'b.py')[i % 2]}\t{status}\t{3.5 - 0.3 * i}"
        f"\t{2938063 + 7919 * i}\t{516.4 + 91 * i % 37}\t{(10, 600)[i % 2]}"
        for i, status in enumerate(said)
    ]
    path = tmp_path / "results.tsv"
    path.write_text("\n".join([header, *rows]) + "\n")
    (study,) = open_foreign(str(path))
    found = {one.column: one.role for one in study.columns}
    assert study.kind.startswith("a log of 6 changes")
    assert {found[c] for c in ("ts_utc", "bytes_model", "wallclock_seconds")} == {
        Role.TIME_AND_COST
    }
    assert found["step_stop"] is Role.PROGRESS


def test_a_log_of_changes_that_were_kept_or_discarded(tmp_path):
    path = tmp_path / "results.tsv"
    path.write_text("\n".join(AUTOMATIC_RESEARCH) + "\n")
    (study,) = open_foreign(str(path))
    found = {one.column: one.role for one in study.columns}
    assert found["status"] is Role.STATUS
    assert found["tok_per_sec"] is Role.TIME_AND_COST
    assert found["num_steps"] is Role.PROGRESS
    assert found["description"] is Role.BOOKKEEPING
    assert study.kind == "a log of 8 changes, kept or discarded: no search to judge"
    assert study.status.count("failed") == 2
    assert study.status.count("complete") == 6


def test_settings_beside_what_is_told_in_words_make_no_repeats(tmp_path):
    header, *rows = AUTOMATIC_RESEARCH
    rows = [f"{row}\t{8 if i == 4 else 4}" for i, row in enumerate(rows)]
    path = tmp_path / "results.tsv"
    path.write_text("\n".join([f"{header}\tbatch_size", *rows]) + "\n")
    assert roles(path)["batch_size"] is Role.BOOKKEEPING
    assert "best 1.261 (trial 7)" in str(check(path))


def test_a_flag_may_tell_which_changes_were_kept(tmp_path):
    rows = [{"experiment": i, "description": f"change {i} " + "of the schedule " * (i % 3 + 8),
             "baseline_loss": 0.08, "new_loss": 0.08 - 0.003 * i % 0.02 if i else 0.07,
             "kept": i % 3 > 0} for i in range(9)]  # fmt: skip
    path = tmp_path / "experiments.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    (study,) = open_foreign(str(path))
    assert study.kind == "a log of 9 changes, kept or discarded: no search to judge"
    assert not any(one.role is Role.HYPERPARAMETER for one in study.columns)


def test_settings_that_tell_kept_and_discarded_trials_apart_are_searched(tmp_path):
    rows = [f"{0.01 * (i + 1):.2f},{2 ** (i % 3)},{'keep' if i % 3 else 'discard'},{0.3 + i / 50}"
            for i in range(12)]  # fmt: skip
    found = roles(written(tmp_path, "lr,width,status,val_acc", *rows))
    assert found["lr"] is found["width"] is Role.HYPERPARAMETER


def test_many_variants_with_names_are_no_trials_with_the_same_settings(tmp_path):
    names = ["ash", "beech", "cedar", "date", "elm", "fir", "gum", "hazel", "ivy", "oak", "yew"]
    rows = [f"{a} with {b},{15.1 - 0.013 * (7 * (3 * i + j) % 31):.3f}"
            for i, a in enumerate(names) for j, b in enumerate(("glue", "nails"))]  # fmt: skip
    checked = check(written(tmp_path, "description,wer", *rows))
    assert "a list of 22 variants, named by description" in checked.as_document()["kind"]


def test_the_zero_that_stands_for_a_crash_is_never_the_best(tmp_path):
    path = tmp_path / "results.tsv"
    path.write_text("\n".join(AUTOMATIC_RESEARCH) + "\n")
    assert "best 1.261 (" in str(check(path))


def test_a_limit_of_steps_was_planned_however_uneven(tmp_path):
    rows = [f"{0.001 * (i + 1)},{1017 + 1311 * i % 6000},{1 / (i + 2)}" for i in range(12)]
    found = roles(written(tmp_path, "lr,max_steps,val_loss", *rows))
    assert found["max_steps"] is Role.TRAINING_LENGTH


def test_a_drawn_training_length_is_no_progress(tmp_path):
    rows = [f"{0.001 * (i + 1)},{10 + 37 * i % 83},{1 / (i + 2)}" for i in range(12)]
    found = roles(written(tmp_path, "lr,num_epochs,val_loss", *rows))
    assert found["num_epochs"] is Role.TRAINING_LENGTH


DATASETS_AND_PARTS = [
    f"{data},net_{layers}l_{lr}lr,{part},{lr},{0.5 + 0.01 * i + 0.07 * j:.4f}"
    for i, (layers, lr) in enumerate((n, lr) for n in (2, 4) for lr in (0.1, 0.01, 0.001))
    for j, (data, part) in enumerate((d, p) for d in ("cells", "proteins")
                                     for p in ("train", "val", "test"))
]  # fmt: skip


def test_a_run_with_a_row_for_each_dataset_and_part_was_not_resumed(tmp_path):
    path = written(tmp_path, "dataset,name,split,learning_rate,acc_mean", *DATASETS_AND_PARTS)
    studies = studies_to_judge(str(path), Told(metric="acc_mean"))
    assert [study.name for study in studies] == [
        f"{data} {part}" for data in ("cells", "proteins") for part in ("train", "val", "test")
    ]
    assert all(len(study.ids) == 6 for study in studies)
    assert not any("the last row counts" in note for study in studies for note in study.notes)
    notes = " ".join(studies[1].notes)
    assert "dataset says what was learnt" in notes
    assert "split says on which data a row was measured" in notes
    said = [" ".join(note for note in study.notes if "These rows" in note) for study in studies]
    assert "on training data" in said[0]
    assert not said[1]
    assert "on test data" in said[2]


def test_what_was_learnt_again_on_each_dataset_is_no_resumed_run(tmp_path):
    rows = [f"r{i},{data},{0.1 * (i + 1)},{0.3 + 0.01 * i}" for i in range(6)
            for data in ("cora", "pubmed")]  # fmt: skip
    path = written(tmp_path, "run_id,dataset,lr,val_acc", *rows)
    studies = studies_to_judge(str(path), Told())
    assert [(study.name, len(study.ids)) for study in studies] == [("cora", 6), ("pubmed", 6)]


def test_a_resumed_run_on_one_dataset_keeps_its_last_row(tmp_path):
    rows = ["a,cora,0.1,0.5", "a,cora,0.1,0.6", "b,cora,0.2,0.7", "c,pubmed,0.2,0.4"]
    (study,) = open_foreign(str(written(tmp_path, "run_id,dataset,lr,val_acc", *rows)))
    assert study.ids == ("a", "b", "c")
    assert any("the last row counts" in note for note in study.notes)


def test_epochs_that_were_used_are_progress(tmp_path):
    rows = [f"{lr},{e},{0.3 + lr}" for lr, e in ((0.1, 54), (0.2, 43), (0.3, 33), (0.4, 33))]
    for name in ("used_epochs", "epochs_used", "n_epochs_trained", "steps_taken", "ran_epochs"):
        assert roles(written(tmp_path, f"lr,{name},val_loss", *rows))[name] is Role.PROGRESS


def test_the_epoch_among_results_is_progress(tmp_path):
    rows = [{"rank": r, "results": {"eval_wer": 60 + r, "epoch": e}}
            for r, e in ((8, 4.0), (16, 4.0), (32, 5.0), (64, 5.0))]  # fmt: skip
    path = tmp_path / "sweep.json"
    path.write_text(json.dumps(rows))
    assert roles(path)["results/epoch"] is Role.PROGRESS


def test_a_few_variants_that_are_numbered_are_variants_among_others(tmp_path):
    names = ("baseline", "export fix", "export fix 2", "encoder only", "decoder except last1",
             "decoder except last2", "fc1 only", "strip punctuation")  # fmt: skip
    rows = [f"{name},{15.1 - 0.07 * i:.2f}" for i, name in enumerate(names)]
    found = roles(written(tmp_path, "description,wer", *rows))
    assert found["description"] is Role.HYPERPARAMETER


def test_a_metric_with_text_in_some_cells_is_not_passed_over(tmp_path):
    rows = [f"{0.001 * (i + 1)},{0.9 - i / 50},{0.5 + i / 40}" for i in range(8)]
    rows += ['0.1,0.7,"0.45, 0.625"', '0.2,0.6,"0.40, 0.5"']
    path = written(tmp_path, "lr,training_acc,val_acc", *rows)
    with pytest.raises(InvalidInput) as refused:
        check(path)
    assert "val_acc is called like a metric, but 2 of its 10 cells hold text" in str(refused.value)
    assert "trial 8 has '0.45, 0.625'" in str(refused.value)
    assert check(path, metric="training_acc").as_document()["metric"] == "training_acc"


def test_ids_of_runs_that_differ_are_no_settings(tmp_path):
    ids = (0, 1, 7, 106, 3811, 3806, 417, 52)
    rows = [f"{n},{0.1 / (i + 1):.4f},{0.5 + i / 40}" for i, n in enumerate(ids)]
    for name in ("execution_id", "job_id", "wandb_id"):
        found = roles(written(tmp_path, f"{name},lr,val_acc", *rows))
        assert found[name] is not Role.HYPERPARAMETER


def test_an_average_is_measured(tmp_path):
    rows = [f"{127.3 - 13.7 * i},{-160.6 + 9.1 * i * (-1) ** i},{0.01 * (i + 1)},0.{i + 1}"
            for i in range(5)]  # fmt: skip
    found = roles(written(tmp_path, "avg_steps,avg_return,alpha,epsilon", *rows))
    assert found["avg_steps"] is Role.RESULT
    assert found["epsilon"] is Role.HYPERPARAMETER


FOLDS = [
    f"{end},{warm},{stage},{fold},{0.4 + 0.0911 * fold + 0.0013 * i * (stage == 'after'):.4f},"
    f"{0.3 + 0.0537 * fold - 0.0017 * i * (stage == 'after'):.4f},job_{i}.out"
    for i, (end, warm) in enumerate(((1.0, 3), (1.0, 1), (0.5, 3), (0.5, 1)))
    for fold in range(5) for stage in ("before", "after")
]  # fmt: skip


def test_what_each_fold_has_its_own_of_is_measured_whatever_else_the_rows_tell(tmp_path):
    path = written(tmp_path, "adv_end,warmup,stage,fold,young_ci,old_ci,src", *FOLDS)
    found = roles(path)
    assert found["young_ci"] is found["old_ci"] is Role.RESULT
    assert found["src"] is Role.BOOKKEEPING
    with pytest.raises(InvalidInput, match="young_ci"):
        check(path)
    told = check(path, metric="old_ci", direction="maximize").as_document()["columns"]
    assert next(c["role"] for c in told if c["column"] == "young_ci") == "result"


def test_parts_of_the_data_are_known_in_chinese(tmp_path):
    rows = [f"{lr},{5.4 + lr},{5.2 - lr}" for lr in (0.1, 0.2, 0.3)]
    checked = check(written(tmp_path, "lr,最终训练Loss,最优验证Loss", *rows))
    assert checked.as_document()["metric"] == "最优验证Loss"
