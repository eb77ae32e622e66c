import shutil
import subprocess

import pytest

from tuning_playbook.provenance import code_digest, provenance_of, provenance_of_import


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "project"
    (place / "model").mkdir(parents=True)
    (place / "train.py").write_text("import model\n")
    (place / "model" / "__init__.py").write_text("layers = 2\n")
    (place / "settings.yaml").write_text("depth: 3\n")
    (place / "playbook.toml").write_text("")
    return place


@pytest.mark.parametrize("name", ["train.py", "model/__init__.py", "settings.yaml"])
def test_a_changed_program_is_another_version_until_it_is_changed_back(folder, name):
    before = code_digest(folder)
    text = (folder / name).read_text()
    (folder / name).write_text(text + "\n")
    assert code_digest(folder) != before
    (folder / name).write_text(text)
    assert code_digest(folder) == before


def test_new_and_renamed_files_of_the_program_count(folder):
    before = code_digest(folder)
    (folder / "new.py").write_text("")
    added = code_digest(folder)
    (folder / "new.py").rename(folder / "other.py")
    assert len({before, added, code_digest(folder)}) == 3


@pytest.mark.parametrize(
    "name",
    [
        "playbook.toml", "rounds/decay.toml", "reports/decay.html", ".playbook/store.json",
        "README.md", "model/__pycache__/x.py", "data/train.npz", "checkpoint.pt", "train.log",
        "wandb/run-1/config.yaml", ".git/hooks/x.sh", "notebook.ipynb",
    ],
)  # fmt: skip
def test_what_is_no_program_does_not_count(folder, name):
    before = code_digest(folder)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("something else")
    assert code_digest(folder) == before


def test_a_virtual_environment_does_not_count(folder):
    before = code_digest(folder)
    (folder / "env" / "lib").mkdir(parents=True)
    (folder / "env" / "pyvenv.cfg").write_text("")
    (folder / "env" / "lib" / "numpy.py").write_text("")
    assert code_digest(folder) == before


def test_a_program_without_a_suffix_counts_when_it_may_be_executed(folder):
    (folder / "train").write_text("#!/bin/sh\n")
    before = code_digest(folder)
    (folder / "train").chmod(0o755)
    executable = code_digest(folder)
    (folder / "train").write_text("#!/bin/sh\nexit 1\n")
    assert len({before, executable, code_digest(folder)}) == 3


def test_a_large_file_counts_by_its_size(folder):
    (folder / "table.json").write_bytes(b"a" * 2_000_001)
    before = code_digest(folder)
    (folder / "table.json").write_bytes(b"b" * 2_000_001)
    assert code_digest(folder) == before
    (folder / "table.json").write_bytes(b"b" * 2_000_002)
    assert code_digest(folder) != before


def test_a_copy_elsewhere_is_the_same_version(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    assert code_digest(tmp_path / "copy") == code_digest(folder)


def test_a_dangling_link_and_a_missing_folder_are_no_error(folder, tmp_path):
    before = code_digest(folder)
    (folder / "gone.py").symlink_to(tmp_path / "nowhere.py")
    assert code_digest(folder) == before
    assert code_digest(tmp_path / "nowhere")


def test_a_commit_changes_nothing_else(folder):
    before = provenance_of(folder, command="playbook run")
    assert before.commit == ""
    committed(folder)
    after = provenance_of(folder, command="playbook run")
    assert after.commit
    assert after.code == before.code == code_digest(folder)


def committed(folder):
    for arguments in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)


def set_programs(folder, marker):
    """Let every setting of the repository that may name a program name one that leaves a mark."""
    program = folder / ".git" / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "core.sshCommand", "core.pager", "diff.external",
                 "diff.mine.command", "diff.mine.textconv", "filter.my own.clean",
                 "filter.mine.clean", "filter.mine.smudge", "filter.mine.process"):  # fmt: skip
        subprocess.run(["git", "-C", str(folder), "config", name, str(program)], check=True)
    required = ["config", "filter.mine.required", "true"]
    subprocess.run(["git", "-C", str(folder), *required], check=True)
    (folder / ".gitattributes").write_text('* diff=mine filter=mine\nmodel/* filter="my own"\n')
    (folder / "train.py").write_text("import model, changed\n")


def test_no_program_that_a_repository_names_is_run(folder, tmp_path):
    committed(folder)
    set_programs(folder, tmp_path / "mark")
    found = provenance_of(folder, command="playbook run")
    assert "+import model, changed" in found.patch
    assert not (tmp_path / "mark").exists()


def test_an_import_asks_no_repository(folder, tmp_path):
    committed(folder)
    set_programs(folder, tmp_path / "mark")
    found = provenance_of_import(folder, command="playbook import")
    assert (found.commit, found.patch, found.python) == ("", "", "")
    assert found.code == code_digest(folder)
    assert not (tmp_path / "mark").exists()
