"""Files that nobody writes by accident: told with exit code 2, and never a hang or a traceback."""

import csv
import gzip
import json
import math
import os
from dataclasses import replace

import pytest

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.columns import plain_values
from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.cells.spreadsheets import numbers_written
from tuning_playbook.importers.cells.values import dotted
from tuning_playbook.importers.columns.column_values import column_values, sampled_rows
from tuning_playbook.importers.files import limits
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.optuna.records import OptunaStudy, OptunaTrial
from tuning_playbook.importers.optuna.study import foreign_of
from tuning_playbook.importers.runs.run_folders import read_document
from tuning_playbook.importers.tables import studies as tables
from tuning_playbook.importers.tables.table_files import read_columns
from tuning_playbook.workflow.checking.checking import check_target
from tuning_playbook.workflow.checking.foreign import Told

HUGE = "1" + 400 * "0"


def read_or_told(target, **told):
    """Read a target to the end of the checks; whatever is wrong with it is told."""
    told = Told(**{"metric": "v", "direction": "minimize", **told})
    try:
        return check_target(str(target), told=told)
    except InvalidInput as error:
        return str(error)


@pytest.mark.parametrize(
    "line",
    [
        f'{{"trial": 1, "lr": {HUGE}, "v": 1}}',
        f'{{"trial": 1, "lr": {"9" * 5000}, "v": 1}}',
        f'{{"trial": 1, "lr": 1, "v": {HUGE}}}',
        '{"trial": 1, "lr": 1, "v": 1, "curve": [{"step": null, "loss": 2}]}',
        '{"trial": 1, "lr": 1, "v": 1, "curve": [{"step": "one", "loss": 2}]}',
        f'{{"trial": 1, "lr": 1, "v": 1, "curve": [{{"step": 1, "loss": {HUGE}}}]}}',
        f'{{"trial": 1, "lr": 1, "v": 1, "curve": [{{"step": {HUGE}, "loss": 2}}]}}',
        "[" * 2000,
        '{"a":' * 2000,
        '{"trial": 1, "lr": 1, "v": 1, "\\ud800": 1}',
        '{"op_code": 0, "worker_id": 1}',
        '{"op_code": 99, "worker_id": null, "study_name": []}',
    ],
)
@pytest.mark.parametrize("lines", [1, 6])
def test_a_line_of_json_that_nobody_expects_is_read_or_told(tmp_path, line, lines):
    file = tmp_path / "t.jsonl"
    others = [json.dumps({"trial": 10 + i, "lr": 2.0**-i, "v": i}) for i in range(lines - 1)]
    file.write_text("\n".join([line, *others]) + "\n")
    assert read_or_told(file)


def test_json_without_end_is_no_fault_of_the_stack():
    with pytest.raises(ValueError, match="nested too deeply"):
        read_json("[" * 100_000)


def test_a_list_that_holds_itself_has_a_text():
    loop = []
    loop.append(loop)
    assert dotted({"a": loop}) == {"a": "[[...]]"}


@pytest.mark.parametrize("kind", ["binary", "timestamp", "duration", "nested"])
def test_columns_of_any_type_of_parquet_are_texts(tmp_path, kind):
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    from datetime import datetime, timedelta

    import pyarrow.parquet as pq

    cells = {
        "binary": [b"adam", b"sg\xff"],
        "timestamp": [datetime(2026, 1, 1), datetime(2026, 1, 2)],
        "duration": [timedelta(1), timedelta(2)],
        "nested": [{"at": datetime(2026, 1, 1), "b": b"x"}] * 2,
    }[kind]
    table = pa.table({"trial": [1, 2], "x": cells, "v": [0.1, 0.2]})
    pq.write_table(table, tmp_path / "t.parquet")
    columns = read_columns(tmp_path / "t.parquet", [])
    for name, column in columns.items():
        assert name.startswith("x") <= all(isinstance(c, str) for c in plain_values(column))
    assert read_or_told(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    "name",
    ["t.csv", "t.jsonl", "wandb/x.wandb", "events.out.tfevents.1.a", "config.json", "params.json",
     "experiment_state-1.json", "a/b/trainer_state.json", "study.db", "log.gz"],
)  # fmt: skip
def test_a_pipe_is_refused_wherever_it_lies(tmp_path, name):
    pipe = tmp_path / "runs" / name
    pipe.parent.mkdir(parents=True)
    os.mkfifo(pipe)
    for target in (pipe, tmp_path / "runs"):
        with pytest.raises(InvalidInput, match="is a pipe and not a file"):
            open_foreign(str(target))


def test_a_pipe_for_curves_or_ranges_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    file = tmp_path / "t.csv"
    file.write_text("trial,lr,v\n1,0.1,1\n2,0.2,2\n3,0.3,3\n")
    for told in ({"curves": tmp_path / "pipe.csv"}, {"space": tmp_path / "pipe.csv"}):
        assert "is a pipe and not a file" in read_or_told(file, **told)


def test_a_link_to_a_device_is_refused_and_one_that_leads_nowhere_is_not(tmp_path):
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InvalidInput, match="without runs of a known tool"):
        open_foreign(str(tmp_path))
    (tmp_path / "config.json").symlink_to("/dev/zero")
    with pytest.raises(InvalidInput, match="is a device and not a file"):
        open_foreign(str(tmp_path))


@pytest.mark.parametrize("name", ["t.csv.gz", "t.jsonl.gz", "t.json.gz", "t.parquet.gz", "s.db.gz"])
def test_what_unpacks_to_too_much_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.setattr(limits, "MOST_UNPACKED_BYTES", 3_000_000)
    with gzip.open(tmp_path / name, "wb") as file:
        for _ in range(5):
            file.write(bytes(1_000_000))
    with pytest.raises(InvalidInput, match=r"unpacks to more than .* gunzip"):
        open_foreign(str(tmp_path / name))


def test_a_table_that_is_zipped_is_read_as_ever(tmp_path):
    with gzip.open(tmp_path / "t.csv.gz", "wt") as file:
        file.write("trial,lr\n1,0.1\n2,0.2\n")
    assert plain_values(read_columns(tmp_path / "t.csv.gz", [])["lr"]) == [0.1, 0.2]


@pytest.mark.parametrize(("columns", "told"), [(300, "more than the 200"), (5001, "5,000")])
def test_more_columns_than_anybody_tunes_are_refused_at_once(tmp_path, columns, told):
    with (tmp_path / "t.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["v", *(f"p{i}" for i in range(columns))])
        for row in range(16):
            table.writerow([row, *((7919 * (row + 1) * (i + 1)) % 1009 for i in range(columns))])
    assert told in read_or_told(tmp_path / "t.csv")


@pytest.mark.parametrize("cells", [["1_0", "1_1", "2_0"], ["1_0", "", "5"], ["1_0", "2", "3"]])
def test_a_cell_with_an_underscore_is_no_number(tmp_path, cells):
    rows = "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))
    (tmp_path / "t.csv").write_text(f"trial,block\n{rows}")
    assert "1_0" in plain_values(read_columns(tmp_path / "t.csv", [])["block"])


@pytest.mark.parametrize("cell", ["7" * 500_000 + " of 8", "x" * 500_000 + " 8", "1,2" * 200_000])
def test_a_cell_of_any_length_is_looked_at_once(cell):
    """Looked at again from each of its characters, it would take hours."""
    assert numbers_written(["1 %", cell], comma_is_decimal=False) is None


def test_a_header_with_a_line_break_in_quotes_is_one_header(tmp_path):
    (tmp_path / "t.csv").write_text('trial,"learning\nrate",v\n1,0.1,2\n2,0.2,3\n')
    columns = read_columns(tmp_path / "t.csv", [])
    assert list(columns) == ["trial", "learning rate", "v"]
    assert plain_values(columns["learning rate"]) == [0.1, 0.2]


def test_a_short_line_is_told_with_its_number_below_such_a_header(tmp_path):
    (tmp_path / "t.csv").write_text('trial,"a\nb"\n1,0.1\n2\n')
    with pytest.raises(InvalidInput, match="about line 4"):
        read_columns(tmp_path / "t.csv", [])


def test_an_unreadable_folder_is_told(tmp_path):
    if os.getuid() == 0:
        pytest.skip("root may read everything")
    (tmp_path / "closed").mkdir(mode=0)
    assert "closed" in read_or_told(tmp_path / "closed")


def test_half_a_surrogate_pair_is_written_to_a_page_as_its_escape(tmp_path):
    rows = [{"trial": i, "lr\ud800": 2.0**-i, "v": 1 / (i + 1)} for i in range(12)]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    read_or_told(tmp_path / "t.jsonl").write_html(tmp_path / "page.html")
    assert "lr\\ud800" in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("value", [{"a": 1}, {"a": [{}]}, [1, [2]], {}])
def test_a_setting_of_keras_tuner_that_holds_others_is_read(tmp_path, value):
    for number in range(4):
        trial = {
            "trial_id": f"{number}", "status": "COMPLETED", "score": number / 7, "best_step": value,
            "hyperparameters": {"space": [], "values": {"lr": 0.1 * 2.0**-number, "x": value}},
            "metrics": {"metrics": {"v": {"direction": "min", "observations": [
                {"value": [number / 7], "step": 1}]}}},
        }  # fmt: skip
        folder = tmp_path / f"trial_{number}"
        folder.mkdir()
        (folder / "trial.json").write_text(json.dumps(trial))
    assert "lr" in str(read_or_told(tmp_path).as_document())


def test_an_infinite_setting_of_the_first_trial_is_no_default(tmp_path):
    rows = [{"trial": i, "layers": HUGE if i == 0 else i, "v": i / 7} for i in range(40)]
    lines = "".join(json.dumps(row).replace(f'"{HUGE}"', HUGE) + "\n" for row in rows)
    (tmp_path / "t.jsonl").write_text(lines)
    assert read_or_told(tmp_path / "t.jsonl", parameters=("layers",))


@pytest.mark.filterwarnings("ignore:overflow")  # sums of such numbers have no finite value
def test_a_setting_of_whole_numbers_beyond_64_bits_is_judged(tmp_path):
    rows = "".join(f"{i},{'-' * (i % 2)}1e308,{i % 5},{i / 7}\n" for i in range(16))
    (tmp_path / "t.csv").write_text(f"trial,huge,layers,v\n{rows}")
    assert read_or_told(tmp_path / "t.csv").findings


def test_whole_numbers_of_yaml_beyond_64_bits_are_read_as_those_of_json(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(f"lr: -{'9' * 400}\nseed: 3\nwidth: [{10**30}, 8]\n")
    assert read_document(path) == {"lr": -math.inf, "seed": 3, "width": [1e30, 8]}


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_a_metric_of_values_whose_differences_are_beyond_floating_point_is_judged(tmp_path, share):
    values = [(-1) ** i * 1e308 if i < share * 16 else i / 7 for i in range(16)]
    rows = "".join(f"{i},{10 ** -(i % 5)},{value}\n" for i, value in enumerate(values))
    (tmp_path / "t.csv").write_text(f"trial,lr,val_loss\n{rows}")
    told = Told(metric="val_loss", direction="minimize")
    checked = check_target(str(tmp_path / "t.csv"), told=told)
    checked.write_html(tmp_path / "t.html")
    page = (tmp_path / "t.html").read_text()
    assert "1e+308" not in page
    assert "Infinity" not in page


@pytest.mark.parametrize("wrong", [3, "text", [1], {"a": 1}, None, [None], 0.5])
@pytest.mark.parametrize(
    "place", ["hyperparameters", "values", "space", "config", "metrics", "observations", "score"]
)
def test_contents_of_a_wrong_kind_in_a_search_of_keras_tuner_are_left_out(tmp_path, place, wrong):
    config = {"name": "lr", "min_value": 0.1, "max_value": 1.0, "sampling": "log"}
    space = [{"class_name": "Float", "config": wrong if place == "config" else config}]
    values = wrong if place == "values" else {"lr": 0.5}
    observations = wrong if place == "observations" else [{"value": [0.5], "step": 1}]
    metrics = {"metrics": {"v": {"direction": "min", "observations": observations}}}
    settings = {"space": wrong if place == "space" else space, "values": values}
    trial = {
        "trial_id": "0", "status": "COMPLETED", "score": wrong if place == "score" else 0.5,
        "hyperparameters": wrong if place == "hyperparameters" else settings,
        "metrics": wrong if place == "metrics" else metrics,
    }  # fmt: skip
    (tmp_path / "trial_0").mkdir()
    (tmp_path / "trial_0" / "trial.json").write_text(json.dumps(trial))
    (study,) = open_foreign(str(tmp_path))
    assert study.ids == ("0",)


@pytest.mark.parametrize("error", [TypeError, AttributeError, KeyError, ZeroDivisionError])
def test_a_mistake_of_a_reader_is_not_blamed_on_the_file(tmp_path, monkeypatch, error):
    def broken(*_, **__):
        raise error("ours")

    (tmp_path / "t.csv").write_text("lr,v\n0.1,1\n")
    monkeypatch.setattr(tables, "read_columns", broken)
    with pytest.raises(error):
        open_foreign(str(tmp_path / "t.csv"))


def test_a_number_of_thousands_of_digits_names_a_trial(tmp_path):
    (tmp_path / "t.csv").write_text(f"trial,lr,v\n{'1' * 5000},0.1,1\n{'1' * 5000},0.1,1\n")
    (study,) = open_foreign(str(tmp_path / "t.csv"))
    assert len(study.ids) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"reported": {"ten": 0.5, 3: 0.4}},
        {"reported": {3: "half"}},
        {"values": [{"loss": 1}]},
        {"values": ["0.5"]},
    ],
)
def test_a_trial_of_optuna_that_holds_no_numbers_is_named(change):
    trial = OptunaTrial(7, "COMPLETE", values=[0.5], reported={3: 0.5})
    sound = OptunaStudy("mine", ["MINIMIZE"], [trial])
    assert foreign_of(sound).results["value"] == [0.5]
    damaged = OptunaStudy("mine", ["MINIMIZE"], [replace(trial, **change)])
    with pytest.raises(InvalidInput, match="trial 7 of study 'mine' is damaged"):
        foreign_of(damaged)


def test_what_is_no_text_is_no_json():
    with pytest.raises(ValueError, match="text is expected, found None"):
        read_json(None)


def test_curves_whose_steps_are_all_nan_are_told(tmp_path):
    rows = [f"{trial},-nan,{loss}" for trial in (0, 1) for loss in (0.5, 0.4, 0.3)]
    path = tmp_path / "log.csv"
    path.write_text("trial,step,val_loss\n" + "\n".join(rows) + "\n")
    with pytest.raises(InvalidInput):
        check_target(str(path), told=Told(metric="val_loss", direction="minimize"))


def test_cells_that_hold_lists_are_values_like_others():
    found = column_values([[1, 2], [1, 2], None, [3]], sampled_rows(4))
    assert (found.levels, found.filled) == (2, 3)


def test_an_optuna_study_that_a_number_names_has_a_name():
    study = OptunaStudy(1.5, ["minimize"])
    study.trials.append(OptunaTrial(0, "COMPLETE", values=[0.5]))
    assert foreign_of(study).name == "1.5"
