"""Event files of TensorBoard's and PyTorch's own writers, and the benchmark's trials."""

import csv
import gzip
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("tensorboard", reason="needs tensorboard")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2, tensor_pb2, types_pb2
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2, summary_v2
from tensorboard.plugins.scalar import metadata as scalar_metadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers import foreign_table
from tuning_playbook.importers.files import tensorboard_events
from tuning_playbook.importers.files.tensorboard_events import read_event_file
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.tensorboard.runs import looks_like_tensorboard, read_tensorboard
from tuning_playbook.study import Objective

ALGOPERF = Path(__file__).parents[4] / "shared" / "data" / "algoperf_raw_trials"
LOSS = Objective("loss", "minimize")


def write(folder, curves=None, *, steps=None, hparams=None, ended=None, suffix="", time=100.0):
    """One event file; curves: tag -> values."""
    folder.mkdir(parents=True, exist_ok=True)
    there = set(folder.iterdir())
    writer = EventFileWriter(str(folder), filename_suffix=suffix)
    if hparams is not None:
        writer.add_event(
            event_pb2.Event(wall_time=time, summary=summary_v2.hparams_pb(hparams, trial_id="t"))
        )
    for tag, values in (curves or {}).items():
        for i, value in enumerate(values):
            event = event_pb2.Event(step=i if steps is None else steps[i], wall_time=time + i)
            event.summary.value.add(tag=tag, simple_value=value)
            writer.add_event(event)
    if ended is not None:
        status = api_pb2.Status.Value(f"STATUS_{ended}")
        data = plugin_data_pb2.HParamsPluginData(session_end_info={"status": status})
        event = event_pb2.Event(wall_time=time)
        value = event.summary.value.add(tag=metadata.SESSION_END_INFO_TAG)
        value.metadata.CopyFrom(metadata.create_summary_metadata(data))
        writer.add_event(event)
    writer.close()
    (written,) = set(folder.iterdir()) - there
    return written


def curve(study, metric, row=0):
    rows, steps, values = (np.asarray(part) for part in study.curves[metric])
    return steps[rows == row].tolist(), values[rows == row].tolist()


@pytest.fixture
def sweep(tmp_path):
    for i, rate in enumerate((0.1, 0.2, 0.3)):
        write(tmp_path / f"trial_{i}", {"loss": [3.0, 2.0, rate]})
        (tmp_path / f"trial_{i}" / "hparams.json").write_text(json.dumps({"lr": rate}))
    return tmp_path


@pytest.fixture(scope="module")
def event_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("one")
    values = {"lr": 0.1, "act": "relu", "on": True}
    path = write(folder, {"loss": [2.0, 1.0]}, hparams=values, ended="SUCCESS")
    writer = EventFileWriter(str(folder), filename_suffix=".more")
    for kind in (np.float32, np.float64, np.float16, np.int64, np.bool_):
        event = event_pb2.Event(step=3)
        tensor = tensor_util.make_tensor_proto(np.array(1, kind))
        event.summary.value.add(tag=kind.__name__, tensor=tensor)
        writer.add_event(event)
    writer.close()
    return path.read_bytes() + max(folder.glob("*.more")).read_bytes()


def test_runs_with_hyperparameters_beside_them(sweep):
    (study,) = open_foreign(str(sweep))
    assert study.ids == ("trial_0", "trial_1", "trial_2")
    assert study.parameters == {"lr": [0.1, 0.2, 0.3]}
    assert foreign_table(study, objective=LOSS).loss.tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert study.status == ("complete",) * 3


def test_scalars_are_those_that_tensorboard_itself_reads(tmp_path):
    rng = np.random.default_rng(0)
    path = write(tmp_path / "a", {"loss": [*rng.normal(size=50), np.nan, np.inf], "é/μ": [1.0]})
    accumulator = EventAccumulator(str(tmp_path / "a"), size_guidance={"scalars": 0})
    accumulator.Reload()
    found = read_event_file(path)
    assert set(found.scalars) == set(accumulator.Tags()["scalars"])
    for tag, (steps, values) in found.scalars.items():
        theirs = accumulator.Scalars(tag)
        assert steps == [event.step for event in theirs]
        np.testing.assert_array_equal(values, [event.value for event in theirs])


@pytest.mark.parametrize("kind", ["DT_FLOAT", "DT_DOUBLE", "DT_HALF", "DT_BFLOAT16", "DT_INT32",
                                  "DT_INT64", "DT_UINT8", "DT_BOOL"])  # fmt: skip
@pytest.mark.parametrize("packed", [True, False])
def test_scalars_as_tensors_of_every_type(tmp_path, kind, packed):
    value = True if kind == "DT_BOOL" else 3
    number = getattr(types_pb2, kind)
    if kind == "DT_BFLOAT16":
        tensor = tensor_pb2.TensorProto(dtype=number)
        bits = int(np.float32(value).view(np.uint32)) >> 16
        if packed:
            tensor.tensor_content = np.uint16(bits).tobytes()
        else:
            tensor.half_val.append(bits)
    else:
        plain = tensor_util.make_tensor_proto(value, dtype=number)
        tensor = plain
        array = tensor_util.make_ndarray(plain)
        assert array == value
        if packed:
            tensor = tensor_pb2.TensorProto(dtype=number, tensor_content=array.tobytes())
    event = event_pb2.Event(step=7)
    added = event.summary.value.add(tag="x", tensor=tensor)
    added.metadata.plugin_data.plugin_name = scalar_metadata.PLUGIN_NAME
    writer = EventFileWriter(str(tmp_path))
    writer.add_event(event)
    writer.close()
    (study,) = read_tensorboard(tmp_path)
    assert curve(study, "x") == ([7], [value])


def test_tensors_that_are_no_scalars_are_passed_over(tmp_path):
    event = event_pb2.Event(step=1)
    for tag, content in {"text": "hello", "vector": [1.0, 2.0]}.items():
        event.summary.value.add(tag=tag, tensor=tensor_util.make_tensor_proto(content))
    event.summary.value.add(tag="loss", simple_value=0.0)
    writer = EventFileWriter(str(tmp_path))
    writer.add_event(event)
    writer.close()
    (study,) = read_tensorboard(tmp_path)
    assert list(study.curves) == ["loss"]
    assert curve(study, "loss") == ([1], [0.0])


def test_the_hparams_plugin_tells_hyperparameters_and_endings(tmp_path):
    ended = {"a": "SUCCESS", "b": "FAILURE", "c": "RUNNING"}
    for i, (name, end) in enumerate(ended.items()):
        values = {"lr": 0.1 * (i + 1), "layers": 3, "norm": True, "act": "relu"}
        write(tmp_path / name, {"loss": [1.0, 0.5]}, hparams=values, ended=end)
        (tmp_path / name / "hparams.json").write_text('{"lr": 99, "seed": 1}')
    (study,) = read_tensorboard(tmp_path)
    assert study.parameters["lr"] == pytest.approx([0.1, 0.2, 0.3])
    assert study.parameters["layers"] == [3, 3, 3]
    assert [type(v) for v in study.parameters["layers"]] == [int] * 3
    assert study.parameters["norm"] == [True] * 3
    assert study.parameters["act"] == ["relu"] * 3
    assert study.parameters["seed"] == [1] * 3
    assert study.status == ("complete", "failed", "running")


def test_declared_domains_become_the_space(tmp_path):
    config = summary_v2.hparams_config_pb(
        hparams=[summary_v2.HParam("lr", summary_v2.RealInterval(1e-5, 1.0)),
                 summary_v2.HParam("act", summary_v2.Discrete(["relu", "tanh", "gelu"]))],
        metrics=[summary_v2.Metric("loss")],
    )  # fmt: skip
    writer = EventFileWriter(str(tmp_path))
    writer.add_event(event_pb2.Event(summary=config))
    writer.close()
    for i, rate in enumerate(np.geomspace(1e-4, 0.1, 9).tolist()):
        values = {"lr": rate, "act": ("relu", "tanh")[i % 2], "depth": 2}
        write(tmp_path / f"run{i}", {"loss": [1.0]}, hparams=values)
    (study,) = read_tensorboard(tmp_path)
    assert len(study.ids) == 9
    domains = {h.key: h.domain for h in study.space.hyperparameters}
    assert (domains["lr"].low, domains["lr"].high, domains["lr"].scale) == (1e-5, 1.0, "log")
    assert domains["act"].values == ("gelu", "relu", "tanh")
    assert foreign_table(study, objective=LOSS).inferred_ranges is False


@pytest.mark.parametrize(("name", "text"), [
    ("hparams.yaml", "lr: 0.1\nmodel:\n  width: 64\n"),
    ("config.json", '{"lr": 0.1, "model": {"width": 64}}'),
    ("params.json", '{"lr": 0.1, "model.width": 64}'),
    ("args.json", '{"lr": 0.1, "model.width": 64}'),
    ("flags_0.json", '{"lr": 0.1, "model.width": 64}'),
    (".hydra/config.yaml", "lr: 0.1\nmodel: {width: 64}\n"),
])  # fmt: skip
def test_files_of_hyperparameters(tmp_path, name, text):
    pytest.importorskip("yaml")
    for run in ("a", "b"):
        write(tmp_path / run, {"loss": [1.0]})
        (tmp_path / run / name).parent.mkdir(exist_ok=True)
        (tmp_path / run / name).write_text(text)
    (study,) = read_tensorboard(tmp_path)
    assert study.parameters == {"lr": [0.1, 0.1], "model.width": [64, 64]}


def test_folder_names_tell_where_no_file_does(tmp_path):
    for rate in ("0.1", "1e-3"):
        for seed in (1, 2):
            write(tmp_path / f"lr={rate},bn=True" / f"seed={seed}", {"loss": [1.0]})
    (study,) = read_tensorboard(tmp_path)
    assert study.parameters == {"lr": [0.1, 0.1, 0.001, 0.001], "bn": [True] * 4,
                                "seed": [1, 2, 1, 2]}  # fmt: skip
    assert study.ids[0] == "lr=0.1,bn=True/seed=1"


def test_known_names_of_hyperparameters_tell_without_a_sign_of_equality(tmp_path):
    for rate in (0.1, 0.01):
        write(tmp_path / f"lr_{rate}_bs32", {"loss": [1.0, rate]})
    (study,) = read_tensorboard(tmp_path)
    assert study.parameters == {"lr": [0.01, 0.1], "bs": [32, 32]}


@pytest.mark.parametrize("names", [("train", "validation"), ("train", "eval")])
def test_splits_below_a_run_are_parts_of_it(tmp_path, names):
    for run in ("run_1", "run_2"):
        for name in names:
            write(tmp_path / run / name, {"epoch_loss": [2.0, 1.0]})
    (study,) = read_tensorboard(tmp_path)
    assert study.ids == ("run_1", "run_2")
    assert set(study.curves) == {f"{name}/epoch_loss" for name in names}


def test_sub_folders_of_pytorchs_writer_are_parts_of_the_run(tmp_path):
    torch = pytest.importorskip("torch.utils.tensorboard", reason="needs PyTorch")
    for rate in (0.1, 0.2):
        with torch.SummaryWriter(tmp_path / f"run{rate}") as writer:
            for step in range(3):
                writer.add_scalar("loss/train", 1.0 / (step + 1), step)
                writer.add_scalars("acc", {"train": 0.5, "val": 0.25}, step)
            writer.add_hparams({"lr": rate, "opt": "sgd"}, {"hparam/best": 0.75})
    (study,) = read_tensorboard(tmp_path)
    assert study.ids == ("run0.1", "run0.2")
    assert study.parameters == {"lr": [0.1, 0.2], "opt": ["sgd", "sgd"]}
    assert set(study.curves) == {"loss/train", "acc/train", "acc/val", "hparam/best"}
    assert curve(study, "loss/train", 1) == ([0, 1, 2], pytest.approx([1.0, 0.5, 1 / 3]))


def test_runs_of_one_parent_are_a_study(tmp_path):
    for group in ("resnet", "vit"):
        for run in ("version_0", "version_1", "version_10", "version_2"):
            write(tmp_path / "logs" / group / run, {"loss": [1.0]})
    studies = read_tensorboard(tmp_path)
    assert [study.name for study in studies] == ["resnet", "vit"]
    assert studies[0].ids == ("version_0", "version_1", "version_2", "version_10")


def test_runs_without_siblings_come_together(tmp_path):
    for group in ("a", "b", "c"):
        write(tmp_path / group / "version_0", {"loss": [1.0]})
    (study,) = read_tensorboard(tmp_path)
    assert study.ids == ("a/version_0", "b/version_0", "c/version_0")


def test_a_configuration_above_the_events_of_one_run(tmp_path):
    for i in range(2):
        write(tmp_path / f"trial{i}" / "logs" / "tb", {"loss": [1.0]})
        (tmp_path / f"trial{i}" / "config.json").write_text(json.dumps({"lr": i + 0.5}))
    (tmp_path / "config.json").write_text('{"about": "the whole sweep"}')
    (study,) = read_tensorboard(tmp_path)
    assert study.ids == ("trial0", "trial1")
    assert study.parameters == {"lr": [0.5, 1.5]}


def test_trials_without_a_measurement_stay(sweep):
    write(sweep / "trial_3")  # its program died before the first step
    (sweep / "trial_3" / "hparams.json").write_text('{"lr": 9.0}')
    (sweep / "trial_4").mkdir()
    (sweep / "trial_4" / "hparams.json").write_text('{"lr": 10.0}')
    (sweep / "trial_5").mkdir()
    (sweep / "trial_6").mkdir()
    (sweep / "trial_6" / "events.out.tfevents.1.host").write_bytes(b"")
    (sweep / "checkpoints").mkdir()
    (study,) = read_tensorboard(sweep)
    assert study.ids == tuple(f"trial_{i}" for i in range(7))
    assert study.parameters["lr"] == [0.1, 0.2, 0.3, 9.0, 10.0, None, None]
    assert study.status[3:] == ("failed",) * 4
    assert set(study.reason[3:]) == {"no-evaluation"}
    assert len(foreign_table(study, objective=LOSS)) == 7
    assert any("4 of 7 runs" in note for note in study.notes)


def test_a_file_that_is_cut_keeps_every_whole_record(tmp_path):
    path = write(tmp_path / "a", {"loss": [float(i) for i in range(30)]})
    data = path.read_bytes()
    whole = 0
    for cut in range(0, len(data), 7):
        path.write_bytes(data[:cut])
        found = read_event_file(path)
        values = found.scalars.get("loss", ([], []))[1]
        assert values == [float(i) for i in range(len(values))]
        assert len(values) >= whole
        whole = len(values)
    assert whole == 29


def test_what_lies_before_a_damaged_record_is_kept(sweep):
    path = next((sweep / "trial_1").glob("*tfevents*"))
    data = bytearray(path.read_bytes())
    data[-40] ^= 0xFF  # in the length of the last record
    path.write_bytes(bytes(data) + bytes(4096))  # and a block of zeros, as after a power cut
    (study,) = read_tensorboard(sweep)
    assert len(study.ids) == 3
    assert len(curve(study, "loss", 1)[0]) >= 2
    assert any("damaged" in note for note in study.notes)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_damage_stops_the_reader(event_file, data):
    """Only what lies inside the records is damaged, which no check sum guards."""
    content, at = bytearray(event_file), 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 8], "little")
        if data.draw(st.booleans()):
            content[at + 12 + data.draw(st.integers(0, length - 1))] = data.draw(
                st.integers(0, 255)
            )
        at += 16 + length
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.out.tfevents.1.host"
        path.write_bytes(content)
        (study,) = read_tensorboard(Path(folder))
    assert len(study.ids) == 1


def test_a_restarted_run_counts_from_its_later_attempt(tmp_path):
    write(tmp_path / "a", {"loss": [5.0, 4.0, 3.0, 2.0]}, steps=[0, 10, 20, 30], suffix=".1")
    write(tmp_path / "a", {"loss": [2.5, 1.5, 0.5]}, steps=[15, 25, 35], suffix=".0", time=900.0)
    (study,) = read_tensorboard(tmp_path)
    table = foreign_table(study, objective=LOSS)
    assert table.curves["loss"].of(0).steps.tolist() == [0, 10, 15, 25, 35]
    assert table.curves["loss"].of(0).values.tolist() == [5.0, 4.0, 2.5, 1.5, 0.5]
    assert study.metadata["duration_seconds"] == [802.0]


def test_values_without_steps_are_counted(tmp_path):
    write(tmp_path / "a", {"loss": [3.0, 2.0, 1.0]}, steps=[0, 0, 0])
    (study,) = read_tensorboard(tmp_path)
    assert curve(study, "loss") == ([0, 1, 2], [3.0, 2.0, 1.0])
    assert any("without steps" in note for note in study.notes)


def test_runs_that_end_early_are_said(tmp_path):
    write(tmp_path / "a", {"loss": [1.0] * 100})
    write(tmp_path / "b", {"loss": [1.0] * 20})
    (study,) = check(tmp_path, metric="loss").studies
    assert any("1 of 2 runs ends before 95 %" in note for note in study.notes)


def test_hostile_names_are_text(tmp_path):
    names = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "a b\u202ec", "x" * 200]
    for name in names:
        write(tmp_path / name.replace("/", "_"), {"<img src=x>/loss": [1.0]})
    (study,) = read_tensorboard(tmp_path)
    assert set(study.ids) == {name.replace("/", "_") for name in names}
    assert list(study.curves) == ["<img src=x>/loss"]


def test_links_that_go_in_circles_end(sweep):
    (sweep / "trial_0" / "loop").symlink_to(sweep)
    (study,) = read_tensorboard(sweep)
    assert len(study.ids) == 3


def test_a_configuration_that_cannot_be_read_is_said(sweep):
    (sweep / "trial_0" / "hparams.json").write_text('{"lr": ')
    (sweep / "trial_1" / "hparams.json").write_text("[" * 100_000)
    (study,) = read_tensorboard(sweep)
    assert study.parameters == {"lr": [None, None, 0.3]}
    assert sum("cannot be read" in note for note in study.notes) == 2


def test_measurements_in_csv_files_alone(tmp_path):
    for i in range(3):
        folder = tmp_path / f"version_{i}"
        folder.mkdir()
        (folder / "hparams.yaml").write_text(f"lr: 0.{i + 1}\n")
        (folder / "metrics.csv").write_text(
            "epoch,step,train_loss,val_loss\n0,9,1.5,\n0,9,,1.25\n1,19,nan,\n1,19,,0.75\n1,2"
        )
    assert looks_like_tensorboard(tmp_path)
    (study,) = read_tensorboard(tmp_path)
    assert study.parameters == {"lr": [0.1, 0.2, 0.3]}
    assert curve(study, "val_loss", 2) == ([9, 19], [1.25, 0.75])
    assert np.isnan(curve(study, "train_loss", 2)[1][1])


def test_a_packed_csv_file_that_is_cut_keeps_what_came_before(tmp_path):
    rows = "".join(f"{i},{float(np.sin(i))!r}\n" for i in range(5000))
    packed = gzip.compress(f"global_step,loss\n{rows}".encode())
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "hparams.json").write_text('{"lr": 1}')
    (tmp_path / "a" / "measurements.csv.gz").write_bytes(packed[: len(packed) // 2])
    (study,) = read_tensorboard(tmp_path)
    steps, _ = curve(study, "loss")
    assert 100 < len(steps) < 5000
    assert any("damaged after" in note for note in study.notes)


def test_a_folder_without_runs_says_what_to_give(tmp_path):
    assert not looks_like_tensorboard(tmp_path)
    assert not looks_like_tensorboard(tmp_path / "missing")
    with pytest.raises(InvalidInput, match="tensorboard --logdir"):
        read_tensorboard(tmp_path)


def test_without_protobuf_csv_files_do_and_else_the_command_is_named(sweep, monkeypatch):
    tensorboard_events._messages.cache_clear()
    monkeypatch.setitem(sys.modules, "google.protobuf", None)
    with pytest.raises(InvalidInput, match=r"pip install 'tuning-playbook\[tensorboard\]'"):
        read_tensorboard(sweep)
    for run in sweep.iterdir():
        (run / "measurements.csv").write_text("global_step,loss\n0,1.0\n1,0.5\n")
    (study,) = read_tensorboard(sweep)
    assert curve(study, "loss", 1) == ([0, 1], [1.0, 0.5])
    assert any("CSV files were read instead" in note for note in study.notes)
    tensorboard_events._messages.cache_clear()


@pytest.mark.skipif(not ALGOPERF.exists(), reason="the benchmark's trials are not on this machine")
def test_the_benchmarks_trials_agree_with_their_own_tables():
    studies = {study.name: study for study in open_foreign(str(ALGOPERF))}
    assert set(studies) == {"fastmri_jax", "ogbg_jax"}
    for name, study in studies.items():
        assert study.ids == tuple(f"trial_{i}" for i in range(1, 6))
        assert len(study.parameters) == 7
        for row, trial in enumerate(study.ids):
            folder = ALGOPERF / "baseline" / "study_0" / name / trial
            assert (
                study.parameters["learning_rate"][row]
                == (json.loads((folder / "hparams.json").read_text())["learning_rate"])
            )
            with gzip.open(folder / "eval_measurements.csv.gz", "rt") as file:
                table = list(csv.DictReader(file))
            steps, values = curve(study, "validation/loss", row)
            assert steps == [int(line["global_step"]) for line in table]
            expected = [float(line["validation/loss"]) for line in table]
            np.testing.assert_allclose(values, expected, rtol=1e-6)


@pytest.mark.skipif(not ALGOPERF.exists(), reason="the benchmark's trials are not on this machine")
def test_the_benchmarks_tables_are_enough_without_event_files(tmp_path):
    copy = tmp_path / "trials"
    shutil.copytree(ALGOPERF, copy, ignore=shutil.ignore_patterns("events*"))
    with_events = {study.name: study for study in read_tensorboard(ALGOPERF)}
    for study in read_tensorboard(copy):
        other = with_events[study.name]
        assert study.parameters == other.parameters
        for metric in ("loss", "grad_norm", "validation/loss"):
            for row in range(5):
                steps, values = curve(study, metric, row)
                assert steps == curve(other, metric, row)[0]
                np.testing.assert_allclose(values, curve(other, metric, row)[1], rtol=1e-6)
