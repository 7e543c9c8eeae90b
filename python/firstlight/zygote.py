"""The runner itself: takes requests, keeps a context loaded, and lets each job have its own process.

No user code runs in this process, so that none can stop it from answering.
"""

from __future__ import annotations

import os
import time

from .channel import LineBuffer
from .contexts import ContextEvents, Contexts
from .job import Job
from .loop import Loop, Outlet
from .supervisor import Supervisor
from .wire import Cancel, Describe, Exit, Fault, Finished, Heartbeat, Load, Request, Run, WireError, parse_request

MOST_JOBS = 1000


class Zygote:
    """A runner that speaks the protocol on two descriptors until its input ends.

    Args:
        requests: where request lines are read.
        events: where event lines are written.
        load_seconds: the longest time that a context file may take to load.
        heartbeat_seconds: time between two heartbeats.
    """

    def __init__(self, requests: int, events: int, load_seconds: float, heartbeat_seconds: float) -> None:
        self._requests = requests
        self._heartbeat_seconds = heartbeat_seconds
        self._next_heartbeat = time.monotonic() + heartbeat_seconds
        self._lines = LineBuffer()
        self._loop = Loop()
        self._outlet = Outlet(events)
        handlers = ContextEvents(
            described=self._start_waiting,
            forked=lambda job, pid: self._jobs.forked(job, pid),
            exited=lambda context, pid, status: self._jobs.exited(context, pid, status),
            lost=lambda jobs: self._jobs.lose(jobs),
        )
        self._contexts = Contexts(self._loop, self._outlet, load_seconds, handlers)
        self._jobs = Supervisor(self._loop, self._outlet, self._contexts)
        self._waiting: list[Run] = []

    def serve(self) -> None:
        """Answers requests until the input ends, `exit` comes, or nobody reads events; ends all children."""
        self._loop.end_on_signals()
        self._loop.watch(self._requests, self._read_requests)
        try:
            while self._loop.turn(self._patience()):
                self._keep_times()
        except BrokenPipeError:
            pass  # nobody listens to events any more
        finally:
            self._jobs.end()
            self._contexts.end()

    def _read_requests(self) -> None:
        piece = os.read(self._requests, 1 << 16)
        if not piece:
            self._loop.end()
        for line in self._lines.feed(piece):
            if line.strip():
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            request = parse_request(line)
        except WireError as error:
            self._outlet.emit(Fault(error.id, str(error)))
        else:
            self._answer(request)

    def _answer(self, request: Request) -> None:
        match request:
            case Load():
                self._contexts.load(request.id, request.context, request.shared)
            case Describe():
                self._contexts.describe(request.id)
            case Run():
                self._run(request)
            case Cancel():
                self._cancel(request)
            case Exit():
                self._loop.end()

    def _run(self, request: Run) -> None:
        if self._contexts.is_empty:
            self._refuse(request, "No context is loaded yet; send `load` first.")
        elif request.job in self._jobs or any(other.job == request.job for other in self._waiting):
            self._outlet.emit(Fault(request.job, f'A job "{request.job}" is running already.'))
        elif len(self._jobs) + len(self._waiting) >= MOST_JOBS:
            self._refuse(request, f"More than {MOST_JOBS} jobs wait in this runner; send it later.")
        else:
            self._waiting.append(request)
            self._start_waiting()

    def _refuse(self, request: Run, sentence: str) -> None:
        self._outlet.emit(Finished(request.job, "failed", sentence, 0.0))

    def _start_waiting(self) -> None:
        context = self._contexts.ready()
        if context is None or context.description is None:
            return
        requests, self._waiting = self._waiting, []
        error = context.description.error()
        for request in requests:
            if error is None:
                self._jobs.start(Job(request), context)
            else:
                self._refuse(request, f"The context file has an error, nothing was computed: {error}")

    def _cancel(self, request: Cancel) -> None:
        waiting = next((run for run in self._waiting if run.job == request.job), None)
        if waiting is None or request.variable is not None:
            self._jobs.cancel(request)
            return
        self._waiting.remove(waiting)
        self._outlet.emit(Finished(request.job, "cancelled", request.reason, 0.0))

    def _patience(self) -> float:
        loading = self._contexts.deadline()
        times = [self._next_heartbeat, *self._jobs.deadlines(), *([] if loading is None else [loading])]
        return max(0.0, min(times) - time.monotonic())

    def _keep_times(self) -> None:
        now = time.monotonic()
        if now >= self._next_heartbeat:
            self._next_heartbeat = now + self._heartbeat_seconds
            self._outlet.emit(Heartbeat(time.time()))
        self._jobs.keep_times(now)
        self._contexts.keep_time(now)
