"""What keeps the machine alive whatever users' code does: how much memory its processes use, and how many they are."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import sys
from collections.abc import Iterable, Iterator

# More than pools of processes need on large machines, few enough to be ended at once.
MOST_STARTED = 500
# A variable that says nothing else may use so much of the machine's memory.
SHARE_OF_MEMORY = 0.8
_PR_SET_CHILD_SUBREAPER = 36
_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def default_memory() -> int:
    """Bytes that a variable may use if nothing else is said: most of what the machine, or its control group, has."""
    known = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), *(limit for path in _CGROUPS if (limit := _number_in(path)))]
    return int(min(known) * SHARE_OF_MEMORY)


@contextlib.contextmanager
def memory_limit(most: int | None) -> Iterator[None]:
    """Lets Python code that allocates more than so many bytes get a `MemoryError`, where the system can do that (Linux)."""
    used = _own_data_bytes()
    if used is None or most is None:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = used + most if before[1] == resource.RLIM_INFINITY else min(used + most, before[1])
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def be_first_to_go() -> None:
    """When memory runs out all the same, the system (Linux) ends this process rather than another."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")


def adopt_orphans() -> None:
    """Makes this process the parent of all that its descendants leave behind (Linux), so that nothing escapes it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and that are not over (Linux)."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found.extend(map(int, file.read().split()))
    return found


def family_of(pids: Iterable[int], most: int = MOST_STARTED) -> list[int]:
    """These processes and all below them; not many more than `most` of them."""
    found = list(pids)
    for pid in found:
        if len(found) > most:
            break
        found.extend(children_of(pid))
    return found


def private_bytes(pid: int) -> int:
    """Memory of a process that is in no file (Linux); 0 when it has ended."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            _, resident, of_files, *_ = map(int, file.read().split())
    except (OSError, ValueError):
        return 0
    return max(0, resident - of_files) * os.sysconf("SC_PAGE_SIZE")


def _own_data_bytes() -> int | None:
    try:
        with open("/proc/self/status", "rb") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith(b"VmData:"))
    except (OSError, StopIteration):
        return None


def _number_in(path: str) -> int | None:
    try:
        with open(path, encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):  # there is no such group, or it has no limit ("max")
        return None
