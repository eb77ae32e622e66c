"""Write the transcripts anew: python -m tests.transcripts [STORY ...]."""

import shutil
import sys
import tempfile
from pathlib import Path

from tests.cli.test_cases import CASES
from tests.transcripts.recording import transcript
from tests.transcripts.stories import STORIES

TEXTS = Path(__file__).parent / "texts"


def told(name: str) -> str:
    """The transcript of one story, recorded in a fresh folder with the cases in it."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "project"
        folder.mkdir()
        for case in CASES.iterdir():
            if case.is_dir() and name in ("checked", "compared"):
                shutil.copytree(case, folder / case.name)
        return transcript(STORIES[name], folder)


if __name__ == "__main__":
    for name in sys.argv[1:] or STORIES:
        (TEXTS / f"{name}.txt").write_text(told(name))
