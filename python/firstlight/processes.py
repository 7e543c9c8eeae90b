"""Forking, ending and cutting loose processes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn

_PR_SET_PDEATHSIG = 1


def fork(body: Callable[[], None], close: Iterable[int] = ()) -> int:
    """Starts a child that executes `body` in a process group of its own and ends; returns its id.

    Args:
        body: what the child does; it never returns into the caller's code.
        close: the caller's descriptors that are none of the child's business.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)  # by both, so that it is true for whoever looks first
        return pid
    _live_alone(parent, body, close)


def _live_alone(parent: int, body: Callable[[], None], close: Iterable[int]) -> NoReturn:
    try:
        os.setpgid(0, 0)
        _end_with(parent)
        _forget_signals()
        for descriptor in close:
            os.close(descriptor)
        body()
        code = 0
    except BaseException:  # nothing may fall back into the parent's loop
        sys.excepthook(*sys.exc_info())
        code = 1
    end_process(code)


def end_process(code: int) -> NoReturn:
    """Ends this process at once: what the parent has registered to be done at its end is the parent's."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # users' code may have replaced or closed it
            stream.flush()
    os._exit(code)


def kill_group(pid: int, number: int) -> None:
    """Sends a signal to a process and all that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


@contextlib.contextmanager
def held(pid: int) -> Iterator[None]:
    """Lets a process and all that it has started rest; what has not ended after that goes on."""
    kill_group(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        kill_group(pid, signal.SIGCONT)


def group_of(pid: int) -> int | None:
    """The process group of a process; None when it has ended."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def kill_all(pids: Iterable[int]) -> None:
    """Ends processes at once; those that are gone or somebody else's are left alone."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def how_it_ended(status: int) -> str:
    """A wait status in words that complete "the process …"."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"ended itself with exit code {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"{-code}"
    hint = {signal.SIGKILL: ", perhaps because memory ran out", signal.SIGSEGV: ", a fault in compiled code"}
    return f"was ended by signal {name}{hint.get(-code, '')}"


def _end_with(parent: int) -> None:
    """Asks the kernel (Linux) to end this process when its parent ends, however that happens."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _forget_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
