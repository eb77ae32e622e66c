"""Tables of many comparisons on a narrow terminal."""

import io
import random

import pandas
import pytest
from rich.console import Console

from tuning_playbook import compare

LABELS = {"short": ["a", "b", "c", "d"],
          "long": [f"optimizer_of_the_{i}_kind_with_decay" for i in "abcd"]}  # fmt: skip


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("all_pairs", [True, False])
def test_no_verdict_and_no_number_is_cut_off(labels, all_pairs):
    draw = random.Random(3)
    rows = [{"recipe": r, "seed": s, "val_loss": 3.27 + draw.gauss(0, 0.004)}
            for r in LABELS[labels] for s in range(4)]  # fmt: skip
    frame = pandas.DataFrame([*rows, *({**r, "recipe": "e"} for r in rows[:3])])
    compared = compare(frame, arm="recipe", metric="val_loss", all_pairs=all_pairs)
    text = io.StringIO()
    Console(file=text, width=80).print(compared.renderable())
    document = compared.as_document()
    words = " ".join(text.getvalue().split())
    told = [c["verdict"].replace("-", " ") for c in document["comparisons"]]
    for verdict in set(told):
        assert words.count(verdict) >= told.count(verdict)
    assert "…" not in words
