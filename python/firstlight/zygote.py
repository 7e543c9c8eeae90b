"""The runner itself: takes requests, keeps a context loaded, and watches over the processes of jobs.

No user code runs in this process, so that none can stop it from answering.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .channel import LineBuffer, channel_pair
from .contexts import ContextProcess, Description
from .execute import failure_attributes, storage_error
from .failures import CANCELLED, CRASHED, TIME_LIMIT, Failure
from .fragment import FragmentPlace, write_failure
from .job import DEATHS_BETWEEN_VARIABLES, Job
from .log import log
from .processes import how_it_ended, kill_group
from .wire import (
    Cancel,
    Describe,
    Described,
    Event,
    Exit,
    Fault,
    Finished,
    Heartbeat,
    Load,
    Request,
    Run,
    Value,
    WireError,
    format_event,
    format_message,
    parse_request,
)

MOST_JOBS = 1000


@dataclass(frozen=True)
class Settings:
    """Times that the zygote keeps, in seconds."""

    load: float = 120.0
    heartbeat: float = 5.0
    # Between asking a process to end and ending it.
    grace: float = 1.0


class Zygote:
    """A runner that speaks the protocol on two descriptors until its input ends."""

    def __init__(self, requests: int, events: int, settings: Settings) -> None:
        self._requests = requests
        self._events = events
        self._settings = settings
        self._lines = LineBuffer()
        self._selector = selectors.PollSelector()
        self._context: ContextProcess | None = None
        self._former: list[ContextProcess] = []
        self._path: str | None = None
        self._unanswered: list[str] = []
        self._jobs: dict[str, Job] = {}
        self._waiting: list[Run] = []
        self._open = True
        self._next_heartbeat = time.monotonic() + settings.heartbeat

    def serve(self) -> None:
        """Answers requests until the input ends or `exit` comes; ends all children."""
        woken, wake = os.pipe()
        self._own = (woken, wake)
        _wake_on_signals(wake)
        self._selector.register(self._requests, selectors.EVENT_READ, self._read_requests)
        self._selector.register(woken, selectors.EVENT_READ, lambda: self._on_signal(woken))
        try:
            while self._open:
                for key, _ in self._selector.select(self._patience()):
                    if self._selector.get_map().get(key.fd) is key:  # an earlier one may have taken it away
                        key.data()
                self._keep_times()
        except BrokenPipeError:
            pass  # nobody listens to events any more
        finally:
            self._end_children()

    # Requests

    def _read_requests(self) -> None:
        piece = os.read(self._requests, 1 << 16)
        if not piece:
            self._open = False
            return
        for line in self._lines.feed(piece):
            if line.strip() and self._open:
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            self._answer(parse_request(line))
        except WireError as error:
            self._emit(Fault(error.id, str(error)))

    def _answer(self, request: Request) -> None:
        match request:
            case Load():
                self._load(request)
            case Describe():
                self._describe(request)
            case Run():
                self._run(request)
            case Cancel():
                self._cancel(request)
            case Exit():
                self._open = False

    # Contexts

    def _load(self, request: Load) -> None:
        path = os.path.abspath(request.context)
        self._unanswered.append(request.id)
        if self._context and self._context.path == path and self._context.is_current():
            self._answer_descriptions()
            return
        self._retire()
        self._start_context(path)

    def _describe(self, request: Describe) -> None:
        if self._path is None:
            self._emit(Fault(request.id, "No context is loaded yet; send `load` first."))
            return
        self._unanswered.append(request.id)
        self._answer_descriptions()

    def _start_context(self, path: str) -> None:
        self._path = path
        self._context = ContextProcess.start(path, self._settings.load, self._descriptors())
        context = self._context
        self._selector.register(context.channel, selectors.EVENT_READ, lambda: self._read_context(context))

    def _retire(self) -> None:
        """The present context process takes no new jobs; it ends when those that it has are over."""
        if self._context is not None:
            self._former.append(self._context)
            self._context = None
        self._end_former()

    def _end_former(self) -> None:
        for context in [former for former in self._former if not former.jobs]:
            self._former.remove(context)
            context.end()

    def _read_context(self, context: ContextProcess) -> None:
        messages = context.channel.poll()
        if messages is None:
            self._context_ended(context, self._wait(context))
            return
        for message in messages:
            if "described" in message:
                context.take_description(message["described"])
                self._answer_descriptions()
                self._start_waiting()
            elif "forked" in message:
                self._forked(message["forked"], message["pid"])
            else:
                self._exited(context, message["exited"], message["status"])

    def _wait(self, context: ContextProcess) -> int:
        context.end()
        return os.waitpid(context.pid, 0)[1]

    def _context_ended(self, context: ContextProcess, status: int | None) -> None:
        self._selector.unregister(context.channel)
        context.channel.close()
        lost = [self._jobs[id] for id in context.jobs if id in self._jobs]
        if context in self._former:
            self._former.remove(context)
        if context is self._context:
            if context.description is None:
                context.description = context.failed_to_load(status)
                self._answer_descriptions()
                self._start_waiting()
            else:
                self._context = None  # the next job loads it again
        for job in lost:
            kill_group(job.pid or 0, signal.SIGKILL) if job.pid else None
            self._finish(job, "failed", "The process that keeps the context file loaded has ended; process the run again.")

    def _answer_descriptions(self) -> None:
        if self._context is None and self._path is not None:
            self._start_context(self._path)
        if self._context is None or self._context.description is None:
            return
        ids, self._unanswered = self._unanswered, []
        for id in ids:
            self._send_description(id, self._context.description)

    def _send_description(self, id: str, description: Description) -> None:
        described = Described(id, "python", self._path or "", (), (), ())
        message = {"type": "described", **vars(described)}
        self._write(format_message({**message, "variables": description.variables, "problems": description.problems}))

    # Jobs

    def _run(self, request: Run) -> None:
        if self._path is None:
            self._emit(Finished(request.job, "failed", "No context is loaded yet; send `load` first.", 0.0))
        elif request.job in self._jobs or any(other.job == request.job for other in self._waiting):
            self._emit(Fault(request.job, f'A job "{request.job}" is running already.'))
        elif len(self._jobs) + len(self._waiting) >= MOST_JOBS:
            self._emit(Finished(request.job, "failed", f"More than {MOST_JOBS} jobs wait in this runner; send it later.", 0.0))
        else:
            self._waiting.append(request)
            self._start_waiting()

    def _start_waiting(self) -> None:
        if self._waiting and self._context is None and self._path is not None:
            self._start_context(self._path)
        if self._context is None or self._context.description is None:
            return
        requests, self._waiting = self._waiting, []
        error = self._context.description.error()
        for request in requests:
            if error is not None:
                self._emit(Finished(request.job, "failed", f"The context file has an error, nothing was computed: {error}", 0.0))
            else:
                self._jobs[request.job] = Job(request)
                self._fork(self._jobs[request.job], self._context)

    def _fork(self, job: Job, context: ContextProcess) -> None:
        channel, end = channel_pair()
        job.channel, job.pid, job.running, job.stopping, job.kill_at = channel, None, None, None, None
        context.jobs.add(job.id)
        self._selector.register(channel, selectors.EVENT_READ, lambda: self._read_job(job))
        try:
            with end:
                context.fork_job(job.id, end)
            channel.send(job.first_message())
        except OSError:
            pass  # its death is reported in a moment

    def _forked(self, id: str, pid: int) -> None:
        job = self._jobs.get(id)
        if job is None:
            kill_group(pid, signal.SIGKILL)
            return
        job.pid = pid
        if job.cancelled is not None:
            self._stop(job, Failure(CANCELLED, job.cancelled))

    def _read_job(self, job: Job) -> None:
        messages = job.channel.poll() if job.channel else None
        if messages is None:
            self._close_channel(job)
            return
        for message in messages:
            self._job_says(job, message)

    def _job_says(self, job: Job, message: Mapping[str, Any]) -> None:
        match message["type"]:
            case "started":
                self._started(job, message)
            case "progress":
                job.begins(message["variable"], silent=False)
                self._write(format_message(message))
                self._stop_if_cancelled(job)
            case "recomputing":
                job.begins(message["variable"], silent=True)
            case "value":
                job.announces(message)
                self._write(format_message(message))
            case "finished":
                job.finished = message

    def _started(self, job: Job, message: Mapping[str, Any]) -> None:
        if job.plan is None:
            job.plan = tuple(message["variables"])
            self._write(format_message(message))

    def _close_channel(self, job: Job) -> None:
        if job.channel is not None:
            self._selector.unregister(job.channel)
            job.channel.close()
            job.channel = None

    def _exited(self, context: ContextProcess, pid: int, status: int) -> None:
        job = next((job for job in self._jobs.values() if job.pid == pid), None)
        kill_group(pid, signal.SIGKILL)  # what users' code has started and left behind
        if job is None:
            return
        self._read_rest(job)
        context.jobs.discard(job.id)
        if job.finished is not None and job.cancelled is None:
            self._finish(job, job.finished["outcome"], job.finished["message"])
        else:
            self._after_death(job, context, status)
        self._end_former()

    def _read_rest(self, job: Job) -> None:
        """What a dead process has said before; a descendant may hold its socket open, so that it need not end."""
        if job.channel is not None:
            for message in job.channel.pending():
                self._job_says(job, message)
            self._close_channel(job)

    def _after_death(self, job: Job, context: ContextProcess, status: int) -> None:
        how = how_it_ended(status)
        log(
            "WARNING",
            f"The process of job {job.id} {how}" + (f" while it computed {job.running}" if job.running else ""),
        )
        if job.running is not None:
            failure = job.stopping or Failure(CRASHED, f"The process {how} while it computed this variable.")
            if not self._record(job, job.running, failure):
                return
        elif job.stopping is None:
            job.deaths_between += 1
        if job.cancelled is not None:
            self._finish_cancelled(job)
        elif job.finished is not None or (job.plan is not None and not job.remaining()):
            outcome, message = (job.finished["outcome"], job.finished["message"]) if job.finished else ("done", None)
            self._finish(job, outcome, message)
        elif job.plan is None:
            self._finish(job, "failed", f"While the run's data was being opened, the process {how}.")
        elif job.deaths_between >= DEATHS_BETWEEN_VARIABLES:
            self._finish(job, "failed", f"The process {how} {job.deaths_between} times between two variables.")
        else:
            self._fork(job, context)

    def _record(self, job: Job, name: str, failure: Failure) -> bool:
        """Records what a dead process could not; False if that cost the job."""
        silent, seconds = job.silent, time.monotonic() - job.running_since
        job.remember(name, failure.state, failure)
        job.running = None
        if silent:
            return True
        request = job.request
        fragment = None
        if not self._is_transient(name):
            try:
                fragment = write_failure(FragmentPlace(request.fragments, request.proposal, request.run), name, failure)
            except OSError as error:
                self._finish(job, "failed", str(storage_error(error)))
                return False
        attributes = failure_attributes(failure)
        self._emit(
            Value(
                job.id,
                request.proposal,
                request.run,
                name,
                failure.state,
                None,
                None,
                attributes,
                None,
                seconds,
                fragment,
            )
        )
        return True

    def _is_transient(self, name: str) -> bool:
        contexts = [self._context, *self._former]
        return any(context.description.transient(name) for context in contexts if context and context.description)

    def _finish_cancelled(self, job: Job) -> None:
        request = job.request
        for name in job.remaining():
            self._emit(Value(job.id, request.proposal, request.run, name, "cancelled", None, None, None, None, 0.0, None))
        self._finish(job, "cancelled", job.cancelled)

    def _finish(self, job: Job, outcome: str, message: str | None) -> None:
        self._close_channel(job)
        for context in [self._context, *self._former]:
            if context is not None:
                context.jobs.discard(job.id)
        del self._jobs[job.id]
        self._emit(Finished(job.id, outcome, message, job.seconds()))

    # Stopping

    def _cancel(self, request: Cancel) -> None:
        waiting = next((run for run in self._waiting if run.job == request.job), None)
        job = self._jobs.get(request.job)
        if waiting is not None and request.variable is None:
            self._waiting.remove(waiting)
            self._emit(Finished(request.job, "cancelled", request.reason, 0.0))
        elif job is None:
            self._emit(Fault(request.job, f'There is no job "{request.job}" to cancel; it may be over.'))
        elif request.variable is None:
            job.cancelled = request.reason
            self._stop(job, Failure(CANCELLED, request.reason))
        elif request.variable not in job.announced:
            job.to_cancel[request.variable] = request.reason
            self._tell(job, {"cancel": request.variable, "reason": request.reason})
            self._stop_if_cancelled(job)

    def _tell(self, job: Job, note: Mapping[str, str]) -> None:
        with contextlib.suppress(OSError):  # it has just ended
            if job.channel is not None:
                job.channel.send(dict(note))

    def _stop_if_cancelled(self, job: Job) -> None:
        reason = None if job.silent or job.running is None else job.to_cancel.get(job.running)
        if reason is not None:
            self._stop(job, Failure(CANCELLED, reason))

    def _stop(self, job: Job, failure: Failure) -> None:
        if job.stopping is not None and job.kill_at is not None:
            return
        job.stopping = failure
        if job.pid is not None:
            job.kill_at = time.monotonic() + self._settings.grace
            kill_group(job.pid, signal.SIGTERM)

    # Time

    def _patience(self) -> float:
        times = [self._next_heartbeat]
        for job in self._jobs.values():
            times.extend(moment for moment in (job.kill_at, job.time_limit()) if moment is not None)
        if self._context is not None and self._context.description is None:
            times.append(self._context.deadline)
        return max(0.0, min(times) - time.monotonic())

    def _keep_times(self) -> None:
        now = time.monotonic()
        if now >= self._next_heartbeat:
            self._next_heartbeat = now + self._settings.heartbeat
            self._emit(Heartbeat(time.time()))
        for job in list(self._jobs.values()):
            self._keep_job_times(job, now)
        context = self._context
        if context is not None and context.description is None and now >= context.deadline:
            self._wait(context)
            self._context_ended(context, None)

    def _keep_job_times(self, job: Job, now: float) -> None:
        limit = job.time_limit()
        if job.kill_at is not None and now >= job.kill_at and job.pid is not None:
            job.kill_at = now + self._settings.grace
            kill_group(job.pid, signal.SIGKILL)
        elif limit is not None and now >= limit and job.stopping is None:
            seconds = f"{job.request.limits.seconds:g}"
            self._stop(job, Failure(TIME_LIMIT, f"This variable ran longer than its limit of {seconds} s and was stopped."))

    # Outside

    def _on_signal(self, woken: int) -> None:
        if signal.SIGTERM in os.read(woken, 4096):
            self._open = False

    def _emit(self, event: Event) -> None:
        self._write(format_event(event))

    def _write(self, line: bytes) -> None:
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(self._events, rest) :]

    def _descriptors(self) -> list[int]:
        """What children must not hold open."""
        channels = [context.channel for context in [self._context, *self._former] if context]
        channels += [job.channel for job in self._jobs.values() if job.channel]
        return [self._events, *self._own, *(channel.fileno() for channel in channels)]

    def _end_children(self) -> None:
        for job in self._jobs.values():
            if job.pid is not None:
                kill_group(job.pid, signal.SIGKILL)
        for context in [self._context, *self._former]:
            if context is not None:
                context.end()


def _wake_on_signals(wake: int) -> None:
    os.set_blocking(wake, False)
    nothing: Callable[..., None] = lambda *_: None  # noqa: E731
    signal.signal(signal.SIGTERM, nothing)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes our input
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
