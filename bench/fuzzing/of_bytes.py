"""Damage to any file: what disks, editors and broken transfers do."""

from __future__ import annotations

from random import Random

from fuzzing.nasty import CELLS


def flipped(data: bytes, random: Random) -> bytes:
    """With one to eight bytes changed."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 8)):
        if changed:
            changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def truncated(data: bytes, random: Random) -> bytes:
    """Cut off somewhere."""
    return data[: random.randrange(len(data) + 1)]


def beheaded(data: bytes, random: Random) -> bytes:
    """Without its beginning."""
    return data[random.randrange(len(data) + 1) :]


def repeated(data: bytes, random: Random) -> bytes:
    """With a piece of it there many times."""
    at = random.randrange(len(data) + 1)
    piece = data[at : at + random.choice((1, 10, 100))]
    return data[:at] + piece * random.choice((2, 50, 500)) + data[at:]


def inserted(data: bytes, random: Random) -> bytes:
    """With something in it that does not belong there."""
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(CELLS).encode("utf-8", "surrogatepass") + data[at:]


def lines_changed(data: bytes, random: Random) -> bytes:
    """With lines twice, gone, empty or in another order."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    change = random.randrange(5)
    if change == 0:
        lines.insert(other, lines[at])
    elif change == 1:
        del lines[at : at + random.randint(1, 5)]
    elif change == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif change == 3:
        lines[at] = random.choice((b"\n", b"\r\n", b"\x00\n", b" \n", b"#\n", b",\n"))
    else:
        lines = [lines[at]] if random.random() < 0.5 else lines[: at + 1]
    return b"".join(lines)


def recoded(data: bytes, random: Random) -> bytes:
    """In another encoding, or with other ends of lines."""
    change = random.randrange(4)
    if change == 0:
        return b"\xef\xbb\xbf" + data
    if change == 1:
        return data.decode("utf-8", "replace").encode("utf-16")
    if change == 2:
        return data.replace(b"\n", b"\r")
    return data.replace(b"\n", b"\r\n")


def emptied(data: bytes, random: Random) -> bytes:
    """With nothing left, or nothing that says anything."""
    return random.choice((b"", b"\n", b"\x00" * len(data), b" ", b"{}", b"[]", b"null"))


DAMAGES = (flipped, truncated, beheaded, repeated, inserted, lines_changed, recoded, emptied)


def damaged(data: bytes, random: Random) -> bytes:
    """With one of these damages."""
    return random.choice(DAMAGES)(data, random)
