"""What the tests of folders share: writing a file below them, and the one study that is found."""

from tuning_playbook.importers.opening import open_foreign


def write(path, text):
    """Write a file, and make its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def only(path):
    """The single study at a path."""
    (study,) = open_foreign(str(path))
    return study
