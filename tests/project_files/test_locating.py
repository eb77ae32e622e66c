"""Line numbers are those an editor shows, whatever way the TOML is written."""

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from tuning_playbook.project_files.locating import key_lines, nearest_line
from tuning_playbook.project_files.writing import value_to_toml


def test_the_line_of_every_way_to_write_a_key():
    text = '''# name = "not here"
top = 1
[a]
b = """
c = 2
[d]
""" # [e]
f = [
  1, # g = 3
  "]",
]
"quoted.key" = { x = 1, y = { z = [1, 2] } }
dotted.key = 'h = 4'
[[list]]
i = 5
[list.sub]
j = 6
[[list]]
i = 7
'''
    tomllib.loads(text)
    lines = key_lines(text)
    assert lines == {
        ("top",): 2,
        ("a",): 3,
        ("a", "b"): 4,
        ("a", "f"): 8,
        ("a", "f", 0): 9,
        ("a", "f", 1): 10,
        ("a", "quoted.key"): 12,
        ("a", "quoted.key", "x"): 12,
        ("a", "quoted.key", "y"): 12,
        ("a", "quoted.key", "y", "z"): 12,
        ("a", "quoted.key", "y", "z", 0): 12,
        ("a", "quoted.key", "y", "z", 1): 12,
        ("a", "dotted"): 13,
        ("a", "dotted", "key"): 13,
        ("list",): 14,
        ("list", 0): 14,
        ("list", 0, "i"): 15,
        ("list", 0, "sub"): 16,
        ("list", 0, "sub", "j"): 17,
        ("list", 1): 18,
        ("list", 1, "i"): 19,
    }


def test_a_key_that_is_missing_is_looked_for_in_its_table():
    lines = key_lines("[metric]\nname = 'x'\n")
    assert nearest_line(lines, ("metric", "direction")) == 1
    assert nearest_line(lines, ("training",)) is None


_KEYS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=6)
_VALUES = st.recursive(
    st.integers(-5, 5) | st.booleans() | _KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
def test_every_path_of_a_document_is_found_on_its_line(document):
    text, expected = "", {}
    for line, (key, value) in enumerate(document.items(), start=1):
        text += f"{value_to_toml(key)} = {_toml(value)}\n"
        expected |= dict.fromkeys(_paths(value, (key,)), line)
    assert tomllib.loads(text) == document
    assert key_lines(text) == expected


def _toml(value):
    if isinstance(value, list):
        return f"[ {', '.join(map(_toml, value))} ]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{value_to_toml(k)} = {_toml(v)}' for k, v in value.items())} }}"
    return value_to_toml(value)


def _paths(value, path):
    yield path
    if isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _paths(inner, (*path, i))
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
