"""Damage inside records of binary logs whose checksums stay right, and to YAML and TOML."""

from __future__ import annotations

import re
import struct
import zlib
from random import Random

from fuzzing.nasty import CELLS, NAMES, TOML
from fuzzing.of_bytes import flipped

_VALUE = re.compile(rb"(?<==)[^=\n#]+(?=[\n#])")
_INNER = re.compile(rb"(?<== )(\[[^\[\]=]*\]|\"[^\"\n]*\"|[\d.e+-]+|true|false)")
_NUMBER = re.compile(rb"[\w.+-]+")
_WANDB_HEADER, _BLOCK_HEADER = 7, 7


def toml_changed(data: bytes, random: Random) -> bytes:
    """A TOML file with another value, name or table."""
    change = random.randrange(10)
    if change < 3:
        return _replaced(data, _VALUE, random.choice(TOML), random)
    if change < 6:
        return _replaced_alike(data, random)
    if change < 8:
        return _replaced(data, _NUMBER, random.choice((*TOML, *NAMES)), random)
    lines = data.split(b"\n")
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    if change == 8:
        lines.insert(other, lines[at])
    else:
        del lines[at]
    return b"\n".join(lines)


def _replaced_alike(data: bytes, random: Random) -> bytes:
    """With one value replaced by another of its type, which is read further than any other."""
    found = list(_INNER.finditer(data))
    if not found:
        return data
    there = random.choice(found)
    alike = [value for value in TOML if _type(value) == _type(there[0].decode("utf-8", "replace"))]
    value = random.choice(alike).encode()
    return data[: there.start()] + value + data[there.end() :]


def _type(value: str) -> str:
    return value[0] if value[0] in '["{' else "word" if value in ("true", "false") else "number"


def yaml_changed(data: bytes, random: Random) -> bytes:
    """A YAML file with another word, or something that only YAML knows."""
    words = (*CELLS, "&a [*a]", "*a", "!!python/object:os.system x", "? x", "- - - -", "|", "<<: 1",
             "!!binary aaaa", "{a: b", "1:30:00", ".inf", ".nan", "2026-01-01", "~", "0o17", "yes",
             "&a {b: *a}", "{? [1]: 2}", "!!set {a}", "{1: 2, null: 3}")  # fmt: skip
    return _replaced(data, _NUMBER, random.choice(words), random)


def _replaced(data: bytes, pattern: re.Pattern[bytes], value: str, random: Random) -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return data
    there = random.choice(found)
    return data[: there.start()] + value.encode("utf-8", "replace") + data[there.end() :]


def wandb_changed(data: bytes, random: Random) -> bytes:
    """A W&B log with bytes of one record changed, under a checksum that is right again."""
    changed, at, starts = bytearray(data), _WANDB_HEADER, []
    while at + _BLOCK_HEADER < len(data):
        length = struct.unpack_from("<H", data, at + 4)[0]
        if length:
            starts.append((at, length))
        at += _BLOCK_HEADER + length
    if not starts:
        return data
    at, length = random.choice(starts)
    body = slice(at + _BLOCK_HEADER, at + _BLOCK_HEADER + length)
    changed[body] = flipped(bytes(changed[body]), random)
    checked = bytes([changed[at + 6]]) + bytes(changed[body])
    struct.pack_into("<I", changed, at, zlib.crc32(checked))
    return bytes(changed)
