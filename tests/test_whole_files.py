"""Files that are whole or not there."""

import subprocess
import sys

import pytest

from tuning_playbook.whole_files import written_whole

OTHER = """
import sys
from pathlib import Path
from tuning_playbook.whole_files import written_whole
with written_whole(Path(sys.argv[1])) as other:
    other.write(b"second")
"""


def test_two_processes_that_write_one_file_at_once_do_not_take_each_others_half_away(tmp_path):
    path = tmp_path / "index.json"
    with written_whole(path) as file:
        file.write(b"first")
        subprocess.run([sys.executable, "-c", OTHER, str(path)], check=True)
        assert path.read_bytes() == b"second"
    assert path.read_bytes() == b"first"
    assert [p.name for p in tmp_path.iterdir()] == ["index.json"]


def test_a_file_that_cannot_be_finished_is_not_there(tmp_path):
    with pytest.raises(ZeroDivisionError), written_whole(tmp_path / "file") as file:
        file.write(bytes(1 // 0))
    assert list(tmp_path.iterdir()) == []
