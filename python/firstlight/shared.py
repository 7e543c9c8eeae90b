"""Results for other processes: small ones as bytes, arrays once in memory that all of them map."""

from __future__ import annotations

import mmap
import os
import pickle
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

INLINE_BYTES = 32_768


@dataclass(frozen=True)
class Packed:
    """A pickled result; the sizes are those of its arrays, which follow the pickle in a file in memory (if there is one)."""

    content: bytes
    sizes: tuple[int, ...]


def pack(value: Any) -> tuple[Packed, int | None] | None:
    """A result for others, and the descriptor of its memory if it needs one; None when it cannot leave its process."""
    buffers: list[pickle.PickleBuffer] = []
    try:
        content = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
        views = [buffer.raw() for buffer in buffers]
        if sum(view.nbytes for view in views) <= INLINE_BYTES:
            return Packed(pickle.dumps(value, protocol=5), ()), None
        return Packed(content, tuple(view.nbytes for view in views)), _memory(views)
    except Exception:  # users' objects: open files, locks, what cannot be pickled
        return None


def unpack(packed: Packed, descriptor: int | None) -> Any:
    """A result in this process. Arrays lie in memory that is shared until someone writes to them; closes the descriptor."""
    if descriptor is None:
        return pickle.loads(packed.content)
    try:
        memory = memoryview(mmap.mmap(descriptor, 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE))
    finally:
        os.close(descriptor)
    ends = [sum(_padded(size) for size in packed.sizes[:index]) for index in range(len(packed.sizes))]
    buffers = [memory[start : start + size] for start, size in zip(ends, packed.sizes, strict=True)]
    return pickle.loads(packed.content, buffers=buffers)


def _memory(views: Sequence[memoryview]) -> int:
    descriptor = os.memfd_create("firstlight") if hasattr(os, "memfd_create") else _unnamed_file()
    with open(descriptor, "wb", closefd=False) as file:
        for view in views:
            file.write(view)
            file.write(b"\0" * (_padded(view.nbytes) - view.nbytes))
    return descriptor


def _unnamed_file() -> int:
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _padded(size: int) -> int:
    """Arrays begin where processors like them to."""
    return -(-size // 64) * 64
