"""The process that executes a version of a context file once, and forks a process for each job from there."""

from __future__ import annotations

import faulthandler
import gc
import os
import selectors
import signal
import socket
import sys
from dataclasses import asdict

from .chance import keep_chance, remember_chance
from .channel import Channel
from .code_identity import identified
from .dropin import install_drop_in
from .environment import environment
from .job_process import run_job
from .loading import LoadedContext, describe, describe_groups, load_context
from .processes import fork
from .spare import Spare

# Without a job for so long, the next is not about to come, and there is time to fork a process for it.
QUIET_SECONDS = 0.05


def serve_context(path: str, end: socket.socket, shared: bool = False) -> None:
    """Loads a context file, tells the other side of the socket what is in it, then forks jobs until the socket closes.

    Messages: out `{"described": …}`, `{"forked": job, "pid"}`, `{"exited": pid, "status"}`; in `{"fork": job}` with the
    job's own socket.
    """
    _be_quiet_on_input()
    _flush_lines()
    faulthandler.enable()  # where in users' code compiled code has crashed is in the log
    sys.dont_write_bytecode = True  # edits within a second would find stale bytecode, and the folder is the user's
    install_drop_in()
    remember_chance()
    context = identified(load_context(path, shared))
    keep_chance()
    channel = Channel(end)
    channel.send({"described": _description(context)})
    gc.collect()
    gc.freeze()  # jobs share these pages as long as no collection touches them
    _Forks(context, channel).serve()


def _description(context: LoadedContext) -> dict[str, object]:
    return {
        "variables": [variable.on_wire() for variable in describe(context)],
        "groups": [asdict(group) for group in describe_groups(context)],
        "problems": [asdict(problem) for problem in context.problems],
        "helpers": _helper_modules(os.path.dirname(context.path)),
        "made_by": {"context": context.version, "environment": environment()} if context.version else {},
    }


def _helper_modules(folder: str) -> dict[str, list[int]]:
    """The user's own modules beside the context file, with their state when they were loaded."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    helpers = sorted(file for file in files if isinstance(file, str) and file.startswith(folder + os.sep))
    return {file: [stat.st_mtime_ns, stat.st_size] for file in helpers if (stat := _stat(file))}


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None


class _Forks:
    """Forks jobs and tells when they have ended; when nothing runs, one more process waits for the next job."""

    def __init__(self, context: LoadedContext, channel: Channel) -> None:
        self._context = context
        self._channel = channel
        self._children: set[int] = set()
        self._spare: Spare | None = None
        self._has_spares = True

    def serve(self) -> None:
        woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        with selectors.PollSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select(self._patience())}
                if not ready:
                    self._spare = Spare(self._run, close=(self._channel.fileno(), woken, wake))
                if woken in ready:
                    os.read(woken, 4096)
                    self._reap()
                if self._channel.fileno() in ready and not self._take((woken, wake)):
                    return

    def _take(self, close: tuple[int, ...]) -> bool:
        message, descriptor = self._channel.receive_with_descriptor()
        if message is None or descriptor is None:
            return False
        with socket.socket(fileno=descriptor) as end:
            pid = self._begin(end, close)
        self._children.add(pid)
        self._channel.send({"forked": message["fork"], "pid": pid})
        self._reap()
        return True

    def _begin(self, end: socket.socket, close: tuple[int, ...]) -> int:
        spare, self._spare = self._spare, None
        if spare is not None and spare.take(end):
            return spare.pid
        return fork(lambda: self._run(end), close=(self._channel.fileno(), *close))

    def _run(self, end: socket.socket) -> None:
        run_job(self._context, end)

    def _patience(self) -> float | None:
        return QUIET_SECONDS if self._has_spares and self._spare is None and not self._children else None

    def _reap(self) -> None:
        # Only our own: users' code may wait for processes that it has started while loading.
        for pid in list(self._children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._children.remove(pid)
                self._channel.send({"exited": pid, "status": status})
        if self._spare is not None and os.waitpid(self._spare.pid, os.WNOHANG)[0]:
            self._spare, self._has_spares = None, False  # The next might end as well, and the next.


def _be_quiet_on_input() -> None:
    """Users' code must not eat the requests on our standard input."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _flush_lines() -> None:
    """What users print is in the log at once, also when their process crashes in the next line."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
