"""The processes in which a job's variables run, as the job's own process sees them."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from socket import socket

from .failures import Failure
from .limits import family_of
from .pipe import Pipe, pipe_pair
from .processes import fork, kill_all, kill_group
from .worker import Done

# Between asking a process to end and ending it.
GRACE_SECONDS = 1.0


@dataclass(eq=False)
class Member:
    """One process, what it knows, and what it does."""

    pid: int
    pipe: Pipe
    # A file without name where it leaves what it was doing when it was ended.
    dump: int
    # Variables whose results it has.
    has: set[str] = field(default_factory=set)
    task: str | None = None
    # The variable whose function runs: that of the task, or silently one that the task needs.
    running: str | None = None
    running_since: float = 0.0
    # What it will say when its value is on disk, once it is about to be.
    storing: Done | None = None
    # Why it is being ended, if we do it.
    stopping: Failure | None = None
    kill_at: float | None = None
    cpu_seconds: float = 0.0

    def stop(self, why: Failure) -> None:
        """Asks it to end; `keep_time` ends it if it does not."""
        if self.kill_at is None:
            self.stopping = why
            self.kill_at = time.monotonic() + GRACE_SECONDS
            kill_group(self.pid, signal.SIGTERM)

    def end(self, why: Failure) -> None:
        """Ends it at once, with all that it has started."""
        self.stopping = self.stopping or why
        self.kill_at = time.monotonic()
        self.keep_time(self.kill_at)

    def keep_time(self, now: float) -> None:
        """Ends it if it did not end when asked."""
        if self.kill_at is not None and now >= self.kill_at:
            self.kill_at = now + GRACE_SECONDS
            family = family_of([self.pid])
            kill_group(self.pid, signal.SIGKILL)
            kill_all(family[1:])

    def wait(self) -> tuple[int, str]:
        """Waits for its end, which must be near, and ends what it has started; its wait status, and where it was if it could say so."""
        self.pipe.close()
        status = os.waitpid(self.pid, 0)[1]
        kill_group(self.pid, signal.SIGKILL)
        dump = os.pread(self.dump, 1 << 16, 0).decode(errors="replace")
        os.close(self.dump)
        return status, dump

    def is_busy(self, seconds: float) -> bool:
        """Whether it has used a processor since the last call, so many seconds ago, or waits for one now."""
        try:
            now = time.clock_gettime((~self.pid << 3) | 2)  # Linux: the clock of another process
            with open(f"/proc/{self.pid}/stat", "rb") as file:
                state = file.read().rpartition(b")")[2].split()[0]
        except OSError:
            return True  # it cannot be known
        used, self.cpu_seconds = now - self.cpu_seconds, now
        return state == b"R" or used > seconds / 2


def hire(body: Callable[[socket, int], None], close: Iterable[int]) -> Member:
    """Forks a process that serves one end of a pipe; `close` are descriptors that it should not hold open."""
    pipe, theirs = pipe_pair()
    dump = _nameless_file()
    with theirs:
        pid = fork(lambda: body(theirs, dump), close=(*close, pipe.fileno()))
    return Member(pid, pipe, dump)


def _nameless_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("dump")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
