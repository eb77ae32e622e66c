"""What a file holds that is not the text it should be."""

from __future__ import annotations

import shlex
from pathlib import Path


def found_instead(path: Path, error: UnicodeDecodeError) -> str:
    """What a file that is no UTF-8 text holds by its first bytes, and what to do about it."""
    with path.open("rb") as file:
        first = file.read(4)
    stem = path.name.removesuffix(path.suffix)
    if first == b"PAR1":
        return f"it holds Parquet; rename it to {stem}.parquet"
    if first[:2] == b"\x1f\x8b":
        return f"it is compressed; rename it to {path.name}.gz"
    if first == b"PK\x03\x04":
        return "it is an Excel or zip file; export the table as CSV"
    kind = "UTF-16" if first[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
    found = f"it holds {kind}" if kind else f"found byte {error.object[error.start]:#x}"
    new = shlex.quote(str(path.with_name(f"{stem}-utf8{path.suffix}")))
    old = shlex.quote(str(path))
    return f"{found}; type: iconv -f {kind or 'LATIN1'} -t UTF-8 {old} > {new}"
