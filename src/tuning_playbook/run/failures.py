"""What an error says about a trial: its configuration diverged or needs too much, or the machine.

Pure: from words and exit codes to a verdict. What a project declares comes before what is usual.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TypeAlias

from tuning_playbook.study import Failures

Signs: TypeAlias = tuple[str | int, ...]


class Fault(Enum):
    """Who or what is at fault."""

    DIVERGED = auto()
    OUT_OF_MEMORY = auto()
    MACHINE = auto()


# What arithmetic raises where a loss has blown up: math.exp(1000), 1e300 ** 2, round(inf). That an
# integer is too large for C is an OverflowError too, and a mistake in the program.
_DIVERGED: Signs = (
    "OverflowError: math range error",
    "Numerical result out of range",
    "cannot convert float infinity to integer",
    "FloatingPointError",
)
_OUT_OF_MEMORY: Signs = (
    "MemoryError",  # numpy's _ArrayMemoryError too
    "OutOfMemoryError",
    "DefaultCPUAllocator: can't allocate memory",
    "DefaultCPUAllocator: not enough memory",
    "CUDA out of memory",
    "CUDA error: out of memory",
    "cudaErrorMemoryAllocation",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "RESOURCE_EXHAUSTED",
    "std::bad_alloc",
)
_MACHINE: Signs = (
    "No space left on device",
    "Disk quota exceeded",
    "uncorrectable ECC error",
)


def fault_of(error: str, code: int | None, declared: Failures) -> Fault | None:
    """What an error is a sign of; ``None`` for a mistake in the program.

    Args:
        error: exception and message, or whatever was printed last.
        code: the exit code; ``None`` where a signal ended the program.
        declared: by the project.
    """
    table: tuple[tuple[Fault, Signs], ...] = (
        (Fault.DIVERGED, declared.diverged),
        (Fault.OUT_OF_MEMORY, declared.out_of_memory),
        (Fault.MACHINE, declared.machine),
        (Fault.OUT_OF_MEMORY, _OUT_OF_MEMORY),
        (Fault.MACHINE, _MACHINE),
        (Fault.DIVERGED, _DIVERGED),
    )
    for fault, signs in table:
        if any(_shows(sign, error, code) for sign in signs):
            return fault
    return None


def _shows(sign: str | int, error: str, code: int | None) -> bool:
    return sign.lower() in error.lower() if isinstance(sign, str) else sign == code
