import csv
import io
from dataclasses import replace

from tuning_playbook.report.rounds.tracking import tracking_csv, tracking_row
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import (
    FunctionTarget,
    Objective,
    Provenance,
    Study,
    TrainingProtocol,
)
from tuning_playbook.trial import Checkpoint, Status, Trial

STUDY = Study(
    "decay",
    SearchSpace((Hyperparameter("x", Float(0.0, 1.0), 0.5),)),
    3,
    Objective("accuracy", "maximize"),
    TrainingProtocol(FunctionTarget("t.py", "t"), 100, 10),
    round="decay",
    question="a | b",
    provenance=Provenance(command="playbook run decay", commit="0123456789abcdef", patch="+a\n-b"),
)
TRIALS = [
    Trial("decay", 0, {}, 0, Status.COMPLETE, checkpoints=(Checkpoint(10, "a", 0.7),)),
    Trial("decay", 1, {}, 0, Status.COMPLETE, checkpoints=(Checkpoint(20, "b", 0.9),)),
    Trial("decay", 2, {}, 0, Status.INFEASIBLE, checkpoints=(Checkpoint(30, "c", 0.99),)),
]


def test_the_row_holds_what_is_needed_to_find_judge_and_repeat_a_study():
    row = tracking_row(STUDY, TRIALS)
    assert row.best_checkpoint == "b"
    assert row.best_value == "0.9 at step 20"
    assert row.trials == "3 (2 complete)"
    assert row.reproduction == "playbook run decay"
    assert row.uncommitted_changes == "2 lines"


def test_it_reads_back_from_csv():
    row = tracking_row(STUDY, TRIALS)
    (read,) = csv.DictReader(io.StringIO(tracking_csv([row])))
    assert read["notes"] == "a | b"


def test_no_cell_of_the_table_is_a_formula():
    study = replace(STUDY, question='=HYPERLINK("http://example.org","open")')
    (row,) = csv.DictReader(io.StringIO(tracking_csv([tracking_row(study, TRIALS)])))
    assert row["notes"] == "'" + study.question
