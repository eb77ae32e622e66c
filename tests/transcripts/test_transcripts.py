"""Every command says what it said when its words were last read."""

import pytest

from tests.transcripts.__main__ import TEXTS, told
from tests.transcripts.stories import STORIES


@pytest.mark.parametrize("name", STORIES)
def test_the_words_of_every_command_are_as_recorded(name):
    recorded = (TEXTS / f"{name}.txt").read_text()
    assert told(name) == recorded, (
        f"read what has changed; to record it: python -m tests.transcripts {name}"
    )
