import errno
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuning_playbook.errors import StoreUnavailable
from tuning_playbook.training.journal import (
    JournalEvent,
    JournalReader,
    JournalRows,
    JournalWriter,
    LinesReader,
)

NUMBERS = st.floats(width=64, allow_nan=True, allow_infinity=True)
ROWS = st.lists(
    st.tuples(
        st.integers(0, 2**40),
        st.dictionaries(st.text(min_size=1, max_size=5), NUMBERS, min_size=1, max_size=4),
        st.booleans(),
    ),
    max_size=30,
)


def flat(entries):
    """Rows of the entries, one by one, with values as bit patterns so that NaN equals NaN."""
    found = []
    for entry in entries:
        if isinstance(entry, JournalRows):
            for step, values in zip(entry.steps.tolist(), entry.values, strict=True):
                bits = values.view(np.uint64).tolist()
                found.append((step, dict(zip(entry.metrics, bits, strict=True)), entry.evaluation))
        else:
            found.append((entry.kind, dict(entry.data)))
    return found


def bits(rows):
    return [
        (s, {k: np.float64(v).view(np.uint64).item() for k, v in m.items()}, e) for s, m, e in rows
    ]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_what_is_written_is_read_back_bit_by_bit(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("journal") / "journal"
    writer = JournalWriter(path)
    for step, metrics, evaluation in rows:
        writer.write_row(step, metrics, evaluation=evaluation)
    writer.close()
    found = flat(JournalReader(path).read())
    assert by_set(found) == by_set(bits(rows))


def by_set(rows):
    """Rows by set of metrics, each set in the order in which it was written."""
    sets = {}
    for step, metrics, evaluation in rows:
        sets.setdefault((tuple(metrics), evaluation), []).append((step, metrics))
    return sets


def test_two_sets_in_turns_come_as_two_tables(tmp_path):
    writer = JournalWriter(tmp_path / "journal")
    for step in range(1000):
        writer.write_row(step, {"loss": step / 7}, evaluation=False)
        writer.write_row(step, {"norm": 1.0, "rate": 0.1}, evaluation=False)
    writer.write_event("restored", {"step": 5})
    writer.write_row(6, {"loss": 0.0}, evaluation=False)
    loss, norm, event, later = JournalReader(tmp_path / "journal").read()
    assert (loss.metrics, norm.metrics) == (("loss",), ("norm", "rate"))
    assert loss.steps.tolist() == norm.steps.tolist() == list(range(1000))
    assert loss.values[:, 0].tolist() == [step / 7 for step in range(1000)]
    assert event.kind == "restored"
    assert later.steps.tolist() == [6]


def test_a_second_writer_of_the_file_does_not_mix_up_the_names(tmp_path):
    first, second = (JournalWriter(tmp_path / "journal") for _ in range(2))
    for step in range(50):
        first.write_row(step, {"loss": 1.0}, evaluation=False)
        second.write_row(step, {"norm": 2.0}, evaluation=False)
    found = {r.metrics: r for r in JournalReader(tmp_path / "journal").read()}
    assert set(found["loss",].values.ravel()) == {1.0}
    assert set(found["norm",].values.ravel()) == {2.0}


def test_forked_children_append_whole_records(tmp_path):
    writer = JournalWriter(tmp_path / "journal")
    children = []
    for child in range(4):
        pid = os.fork()
        if pid == 0:
            for step in range(500):
                writer.write_row(step, {f"of-{child}": float(step)}, evaluation=False)
            os._exit(0)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 4
    found = {r.metrics: r.steps.tolist() for r in JournalReader(tmp_path / "journal").read()}
    assert found == {(f"of-{child}",): list(range(500)) for child in range(4)}


def test_a_full_disk_is_told_and_leaves_the_journal_readable(tmp_path):
    path = tmp_path / "journal"
    writer = JournalWriter(path)
    writer.write_row(1, {"loss": 1.0}, evaluation=False)
    # A limit on the size of files cuts a write short in the middle, as a full disk does.
    limits, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.SIG_IGN
    before = signal.signal(signal.SIGXFSZ, ignored)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, limits[1]))
        with pytest.raises(StoreUnavailable, match=str(path)) as caught:
            writer.write_row(2, {"loss": 2.0}, evaluation=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert caught.value.__cause__.errno == errno.ENOSPC
    writer.write_row(3, {"loss": 3.0}, evaluation=False)
    (rows,) = JournalReader(path).read()
    assert rows.steps.tolist() == [1, 3]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=120), st.integers(0, 10**6))
def test_damage_never_raises_and_never_costs_what_precedes_it(tmp_path_factory, garbage, where):
    path = tmp_path_factory.mktemp("journal") / "journal"
    writer, ends = JournalWriter(path), [0]
    for step in range(6):
        writer.write_row(step, {"loss": step / 3}, evaluation=False)
        ends.append(path.stat().st_size)
    data = path.read_bytes()
    cut = where % (len(data) + 1)
    path.write_bytes(data[:cut] + garbage)
    reader = JournalReader(path)
    steps = [s for e in reader.read() if isinstance(e, JournalRows) for s in e.steps.tolist()]
    whole = sum(end <= cut for end in ends[1:])
    assert steps[:whole] == list(range(whole))
    reader.read()


def test_zeros_after_a_power_cut_end_the_journal_once(tmp_path):
    path = tmp_path / "journal"
    writer = JournalWriter(path)
    writer.write_row(1, {"loss": 1.0}, evaluation=False)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + bytes(4096))
    reader = JournalReader(path)
    rows, event = reader.read()
    assert rows.steps.tolist() == [1]
    assert event == JournalEvent("damaged-journal", {"offset": size})
    assert reader.read() == ()


def test_a_reader_that_follows_sees_every_entry_once(tmp_path):
    path = tmp_path / "journal"
    reader, seen = JournalReader(path), []
    assert reader.read() == ()
    writer = JournalWriter(path)
    for step in range(20):
        writer.write_row(step, {"loss": step / 3}, evaluation=False)
        if step % 7 == 0:
            writer.write_event("mark", {"at": step})
        if step % 3 == 0:
            seen += flat(reader.read())
    seen += flat(reader.read())
    assert [s[0] for s in seen if len(s) == 3] == list(range(20))
    assert [s for s in seen if s[0] == "mark"] == [("mark", {"at": a}) for a in (0, 7, 14)]


def test_a_record_cut_at_any_byte_is_left_for_later(tmp_path):
    whole = tmp_path / "whole"
    writer = JournalWriter(whole)
    for step in range(4):
        writer.write_row(step, {"a": 1.0, "b": step}, evaluation=False)
    writer.write_event("end", {})
    data = whole.read_bytes()
    complete = flat(JournalReader(whole).read())
    for cut in range(len(data)):
        torn = tmp_path / "torn"
        torn.write_bytes(data[:cut])
        reader = JournalReader(torn)
        first = flat(reader.read())
        assert first == complete[: len(first)]
        torn.write_bytes(data)
        assert first + flat(reader.read()) == complete


WRITER = """
import sys
from pathlib import Path
from tuning_playbook.training.journal import JournalWriter
writer = JournalWriter(Path(sys.argv[1]))
step = 0
while True:
    step += 1
    writer.write_row(step, {"loss": 1 / step, "norm": step}, evaluation=False)
    sys.stdout.write(f"{step}\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("rows", [1, 500, 3000])
def test_kill_9_loses_no_row_whose_write_returned(tmp_path, rows):
    path = tmp_path / "journal"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, bufsize=0
    ) as process:
        said = b""
        while said.count(b"\n") < rows:
            news = process.stdout.read(65536)
            assert news, "the writer has ended"
            said += news
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read()
    confirmed = int(said.rpartition(b"\n")[0].rpartition(b"\n")[2])
    (rows,) = JournalReader(path).read()
    assert rows.steps.tolist() == list(range(1, len(rows.steps) + 1))
    assert len(rows.steps) >= confirmed


def test_json_lines_of_other_programs(tmp_path):
    path = tmp_path / "lines"
    lines = [
        '{"step": 1, "loss": 0.5}',
        '{"step": 2, "evaluation": true, "error": NaN}',
        "not json",
        '{"step": 3, "error": "oops"}',
        '{"event": "restored", "step": 5}',
        '{"step": 6, "event": "checkpoints", "kept": 3}',
        '{"step": 7, "loss": 1' + "0" * 400 + "}",
        "[" * 100_000,
        '{"step": 1' + "0" * 30 + ', "loss": 1}',
        '{"step": 8, "split\u2028here": 2}',
        '{"step": 4, "loss": 1',
    ]
    path.write_text("\n".join(lines))
    reader = LinesReader(path)
    first, second, malformed, wrong, event, not_ours, huge, deep, late, last = reader.read()
    assert (first.steps.tolist(), first.values.tolist()) == ([1], [[0.5]])
    assert second.evaluation
    assert np.isnan(second.values).all()
    assert malformed.kind == "malformed-line"
    assert wrong.kind == "not-a-number"
    assert event == JournalEvent("restored", {"step": 5})
    assert {e.kind for e in (not_ours, deep, late)} == {"malformed-line"}
    assert huge.kind == "not-a-number"
    assert last.metrics == ("split\u2028here",)
    with path.open("a") as file:
        file.write("}\n")
    (last,) = reader.read()
    assert last.steps.tolist() == [4]


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200))
def test_no_line_of_another_program_raises(tmp_path_factory, data):
    path = Path(tmp_path_factory.mktemp("lines")) / "lines"
    path.write_bytes(data + b"\n" + json.dumps({"step": 1, "x": 1}).encode() + b"\n")
    assert LinesReader(path).read()[-1].steps.tolist() == [1]
