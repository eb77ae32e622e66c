"""Curve chunks as bytes: byte-shuffled little-endian columns, compressed.

Neighbouring values of a curve share their high bytes, so all first bytes are laid side by side,
then all second bytes, and so on; that is what makes zlib find anything in float64. Exact to the
last bit.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.errors import StoreError

_HEADER = struct.Struct("<BIH")
_VERSION = 1
_MOST_PACKED = 1_040  # bytes in one: more than deflate can do
_COMPRESSION_LEVEL = 1  # higher levels cost several times as much and gain 2 %


def encode_chunk(steps: NDArray[np.int64], values: NDArray[np.float64]) -> bytes:
    """Bytes of a chunk.

    Args:
        steps: shape (n,).
        values: shape (n, k).
    """
    deltas = np.diff(steps, prepend=np.int64(0))
    columns = np.concatenate(
        (
            deltas.astype("<i8").view("<u8"),
            np.ascontiguousarray(values.T, dtype="<f8").view("<u8").ravel(),
        )
    )
    shuffled = columns.view(np.uint8).reshape(-1, 8).T.tobytes()
    return _HEADER.pack(_VERSION, len(steps), values.shape[1]) + zlib.compress(
        shuffled, _COMPRESSION_LEVEL
    )


def decode_chunk(data: bytes) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Steps, shape (n,), and values by column, shape (k, n), of a chunk.

    Raises:
        StoreError: for bytes of another format.
    """
    try:
        version, count, metrics = _HEADER.unpack_from(data)
        if version != _VERSION:
            raise StoreError(f"a curve chunk of format {version} was found, expected {_VERSION}")
        size = 8 * (metrics + 1) * count
        if size > _MOST_PACKED * len(data):
            raise StoreError(
                f"a curve chunk is damaged (it cannot hold {count:,} steps); restore the store"
            )
        unpacked = zlib.decompress(memoryview(data)[_HEADER.size :], bufsize=size or 1)
        raw = np.frombuffer(unpacked, dtype=np.uint8)
        planes = raw.reshape(8, (metrics + 1) * count)
    except (struct.error, zlib.error, ValueError) as error:
        raise StoreError(f"a curve chunk is damaged ({error}); restore the store") from error
    columns = np.ascontiguousarray(planes.T).view("<u8").reshape(metrics + 1, count)
    return np.cumsum(columns[0].view("<i8"), dtype=np.int64), columns[1:].view("<f8")
