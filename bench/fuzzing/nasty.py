"""Values that nobody expects, as they are written in each format."""

from __future__ import annotations

_DIGITS = "9" * 5000
_LONG = "ab" * 20_000
_DEEP_LIST = "[" * 3000 + "]" * 3000

CELLS = (
    "", " ", "1e400", "-1e400", "1e-400", "NaN", "nan", "-nan", "inf", "-Infinity", "-0", "-0.0",
    "0", "1", "-1", "1e308", "-1e308", "5e-324", _DIGITS, "-" + _DIGITS, "0." + _DIGITS,
    str(2**63), str(-(2**63) - 1), str(2**64), "9007199254740993", "=cmd|' /C calc'!A0", "+1",
    "@x", "\\ud800", "\x00", "a\x00b", "\ufeff", "\u2028", "\x1b[31m", "<script>alert(1)</script>",
    "[red]x[/red]", "[/]", "None", "null", "True", "false", "1,5", "1_000", "٣", "½", "1e", "0x10",
    "{}", "[]", "[[1, 2], [3]]", '{"a": {"b": NaN}}', _DEEP_LIST, _LONG, '"', "'", '"unclosed',
    "2026-13-45", "0001-01-01T00:00:00", "9999-12-31T23:59:59", "1e5%", "nan%", "1 ± nan", "%s%n",
    "../../etc", "e\u0301", "COMPLETED", "FAILED", "𝔘",
)  # fmt: skip
# Those that a column of numbers may hold.
NUMBERS = tuple(
    cell for cell in CELLS if cell[-1:].isdigit() or cell.lower()[-3:] in ("nan", "inf")
)

NAMES = (
    "", " ", "trial", "id", "step", "epoch", "value", "val_loss", "lr", "loss", "seed", "status",
    "config", "metrics", "params", "name", "_step", "created_at", "1", "nan", "a.b", "a/b", "a=b",
    "\x00", "\\ud800", "[red]", "x" * 10_000, "params_lr", "user_attrs_x", "number", "state",
    "duration", "val_loss_std", "a\nb", "<b>", "__class__", "{lr}", "lr.lr", "model",
)  # fmt: skip

JSON = (
    "null", "true", "false", "0", "-0", "-0.0", "1", "1.5", "1e400", "-1e400", "NaN", "Infinity",
    "-Infinity", "1e308", "5e-324", _DIGITS, "-" + _DIGITS, str(2**63), str(-(2**63) - 1),
    str(2**64), '""', '" "', '"nan"', '"x"', '"\\ud800"', '"\\u0000"', '"=cmd"', '"1e400"',
    '"' + _DIGITS + '"', '"' + _LONG + '"', "[]", "{}", "[null]", "[[]]", "[1, 2, 3]", "[NaN]",
    '["a", 1, null]', '{"a": 1}', '{"": null}', '{"value": null}', '{"a": [{"b": {}}]}',
    '{"\\ud800": 1}', "[" * 500 + "]" * 500, _DEEP_LIST, '{"a":' * 500 + "1" + "}" * 500,
    '{"a": 1, "a": 2}', '"2026-13-45"', '"0001-01-01T00:00:00"', '"[red]x[/"',
)  # fmt: skip

TOML = (
    '""', '"x"', '"all"', '"optimizer"', '"\\u0000"', '"\\uD800"', "0", "-0", "-1", "1", "1.5",
    "1e400", "nan", "inf", "-inf", "-0.0", "5e-324", "1e308", _DIGITS, str(2**63), str(2**70),
    "0x10", "0b1", "1_000", "true", "false", "[]", "[[]]", "[1]", "[1, 1]", "[2, 1]", "[0, 1]",
    "[nan, 1]", "[-inf, inf]", "[0.0, 5e-324]", "[1e-320, 1e308]", "[1, 9223372036854775807]",
    '["a", 1]', '["a", "a"]', "[true, false]", "[[1], [2]]", "[1.0, 1]", '["", " "]',
    "{}", "{ log = [1e-3, 1.0] }", "{ a = { b = { c = 1 } } }", "{ choice = [] }",
    "{ fixed = nan, default = 1 }", "{ log = [0, 1], default = nan }", "2026-01-01", "10:00:00",
    "2026-01-01T10:00:00Z", "{ integer = [1, 1], default = 1 }", "[" * 300 + "]" * 300,
    "{ when = { x = 1 } }", '"sqlite:///x"', '"train.py"', '":"', '"a:b:c"', '"{learning_rate}"',
    "[inf, nan]", "{ linear = [1e308, -1e308], default = 0 }",
    "{ integer_log = [1, 100000000000000000000], default = 5 }",
    "{ reverse_log = [0.5, 0.9999999999999999999], default = 0.9 }",
    "100000000", "{ linear = [-1e308, 1e308], default = 0 }",
)  # fmt: skip

SQL: tuple[object, ...] = (
    None, 0, -1, 1, 2**62, -(2**63), 2**63 - 1, 1e308, float("inf"), float("-inf"), -0.0, 5e-324,
    "", " ", "nan", "x", "1e400", _DIGITS, _LONG, b"", b"\x00", b"\xff\xfe", b"\x80" * 100,
    "null", "[]", "{}", '{"a": 1}', "[1]", "NaN", '"x"', "{", "[" * 3000, "complete", "failed",
    "\x00", "[red]x[/", "2026-13-45", "0001-01-01 00:00:00", "COMPLETE", "WAITING", "MINIMIZE",
    "=cmd", "../../etc/passwd", '{"name": "X", "attributes": {}}', '"\\ud800"',
)  # fmt: skip
