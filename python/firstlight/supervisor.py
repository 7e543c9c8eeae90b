"""Watches over the processes of jobs: starts them, passes on what they say, records what dead ones could not."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Mapping
from typing import Any

from .channel import channel_pair
from .context_handle import ContextHandle
from .contexts import Contexts
from .failures import CANCELLED, CRASHED, Failure
from .fragment import Entry, FragmentPlace, write_fragment
from .job import MOST_DEATHS, Job
from .log import log
from .loop import Loop, Outlet
from .processes import how_it_ended, kill_group
from .store import storage_error, value_event
from .wire import Cancel, Fault, Finished, Value, format_message

# Between two attempts to end a process.
GRACE_SECONDS = 1.0
# A job's process has so long to stop its variables, which have one second themselves.
STOP_SECONDS = 2.0


class Supervisor:
    """The jobs that have a process (or are about to get one)."""

    def __init__(self, loop: Loop, outlet: Outlet, contexts: Contexts) -> None:
        self._loop = loop
        self._outlet = outlet
        self._contexts = contexts
        self._jobs: dict[str, Job] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def __contains__(self, job: str) -> bool:
        return job in self._jobs

    def start(self, job: Job, context: ContextHandle) -> None:
        """Gives a job its first process."""
        self._jobs[job.id] = job
        self._fork(job, context)

    def cancel(self, request: Cancel) -> None:
        """Stops a job, or one of its variables whether it has begun or not."""
        job = self._jobs.get(request.job)
        if job is None:
            self._outlet.emit(Fault(request.job, f'There is no job "{request.job}" to cancel; it may be over.'))
        elif request.variable is None:
            job.cancelled = request.reason
            self._stop(job)
        elif request.variable not in job.announced:
            self._tell(job, {"cancel": request.variable, "reason": request.reason})

    def forked(self, id: str, pid: int) -> None:
        """A job's process exists."""
        job = self._jobs.get(id)
        if job is None:
            kill_group(pid, signal.SIGKILL)
            return
        job.pid = pid
        if job.cancelled is not None:
            self._stop(job)

    def exited(self, context: ContextHandle, pid: int, status: int) -> None:
        """A job's process has ended; if the job has not, it gets a new one."""
        job = next((job for job in self._jobs.values() if job.pid == pid), None)
        if job is None:
            kill_group(pid, signal.SIGKILL)
            return
        self._read_rest(job)
        _kill(job)  # what users' code has started and left behind
        job.members.clear()
        if job.finished is not None and job.cancelled is None:
            self._finish(job, job.finished["outcome"], job.finished["message"])
        else:
            how = how_it_ended(status)
            log("WARNING", f"The process of job {job.id} {how}")
            if self._record_running(job, how):
                self._go_on(job, context, how)

    def lose(self, ids: set[str]) -> None:
        """Gives up jobs whose context process has ended."""
        for job in [self._jobs[id] for id in ids if id in self._jobs]:
            _kill(job)
            self._finish(job, "failed", "The process that keeps the context file loaded has ended; process the run again.")

    def deadlines(self) -> list[float]:
        """When there is something to do without anyone saying anything, on the monotonic clock."""
        return [job.kill_at for job in self._jobs.values() if job.kill_at is not None]

    def keep_times(self, now: float) -> None:
        """Ends what did not stop when asked."""
        for job in self._jobs.values():
            if job.kill_at is not None and now >= job.kill_at:
                job.kill_at = now + GRACE_SECONDS
                _kill(job)

    def end(self) -> None:
        """Ends all processes of jobs."""
        for job in self._jobs.values():
            _kill(job)

    # Talking with a job's process

    def _fork(self, job: Job, context: ContextHandle) -> None:
        channel, end = channel_pair()
        job.gets_process(channel)
        self._loop.watch(channel, lambda: self._read(job))
        with contextlib.suppress(OSError), end:  # the death of the context or the process is reported in a moment
            context.fork_job(job.id, end)
            channel.send(job.first_message())

    def _read(self, job: Job) -> None:
        messages = job.channel.poll() if job.channel else None
        if messages is None:
            self._close_channel(job)
            return
        for message in messages:
            self._hear(job, message)

    def _read_rest(self, job: Job) -> None:
        """What a dead process has said before; a descendant may hold its socket open, so that it need not end."""
        if job.channel is not None:
            for message in job.channel.pending():
                self._hear(job, message)
            self._close_channel(job)

    def _hear(self, job: Job, message: Mapping[str, Any]) -> None:
        kind = message["type"]
        if kind == "member":
            job.members.add(message["pid"])
        elif kind == "computed":
            job.running.discard(message["variable"])
        elif kind == "finished":
            job.finished = message
        elif kind != "started" or job.plan is None:  # a second process of a job starts quietly
            job.hears(message)
            self._outlet.write(format_message(message))

    def _close_channel(self, job: Job) -> None:
        if job.channel is not None:
            self._loop.forget(job.channel)
            job.channel.close()
            job.channel = None

    def _tell(self, job: Job, note: Mapping[str, str]) -> None:
        with contextlib.suppress(OSError):  # it has just ended
            if job.channel is not None:
                job.channel.send(note)

    # After the death of a process

    def _record_running(self, job: Job, how: str) -> bool:
        """Records what was being computed when the job's own process died; False if that cannot be stored."""
        crashed = Failure(CRASHED, f"The process of the job {how} while it computed this variable.")
        failure = crashed if job.cancelled is None else Failure(CANCELLED, job.cancelled)
        names, job.running = sorted(job.running), set()
        entries = [Entry(name, failure=failure, transient=self._contexts.is_transient(name)) for name in names]
        request = job.request
        place = FragmentPlace(request.fragments, request.proposal, request.run)
        try:
            fragments = [None if entry.transient else write_fragment(place, [entry]) for entry in entries]
        except OSError as error:
            self._finish(job, "failed", str(storage_error(request.fragments, error)))
            return False
        for entry, fragment in zip(entries, fragments, strict=True):
            job.remember(entry.name, failure.state, failure)
            self._outlet.emit(value_event(job.id, place, entry, 0.0, fragment))
        return True

    def _go_on(self, job: Job, context: ContextHandle, how: str) -> None:
        if job.cancelled is not None:
            self._finish_cancelled(job)
        elif job.plan is None:
            self._finish(job, "failed", f"While the run's data was being opened, the process {how}.")
        elif not job.remaining():
            self._finish(job, "done", None)
        elif job.deaths >= MOST_DEATHS:
            self._finish(job, "failed", f"The process of the job {how}, {job.deaths} times.")
        else:
            job.deaths += 1
            self._fork(job, context)

    def _finish_cancelled(self, job: Job) -> None:
        for name in job.remaining():
            self._announce(job, name, "cancelled")
        self._finish(job, "cancelled", job.cancelled)

    def _announce(
        self,
        job: Job,
        name: str,
        state: str,
    ) -> None:
        proposal, run = job.request.proposal, job.request.run
        self._outlet.emit(Value(job.id, proposal, run, name, state, None, None, None, None, 0.0, None))

    def _finish(self, job: Job, outcome: str, message: str | None) -> None:
        self._close_channel(job)
        del self._jobs[job.id]
        self._contexts.release(job.id)
        self._outlet.emit(Finished(job.id, outcome, message, job.seconds()))

    # Stopping

    def _stop(self, job: Job) -> None:
        """Asks a job's process to stop its variables; what does not end soon is ended."""
        if job.kill_at is None and job.pid is not None:
            job.kill_at = time.monotonic() + STOP_SECONDS
            self._tell(job, {"stop": job.cancelled or ""})


def _kill(job: Job) -> None:
    for pid in (job.pid, *job.members):
        if pid is not None:
            kill_group(pid, signal.SIGKILL)
