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
from .execute import failure_attributes, storage_error
from .failures import CANCELLED, CRASHED, TIME_LIMIT, Failure
from .fragment import FragmentPlace, write_failure
from .job import DEATHS_BETWEEN_VARIABLES, Job
from .log import log
from .loop import Loop, Outlet
from .processes import how_it_ended, kill_group
from .wire import Cancel, Fault, Finished, Value, format_message

# Between asking a process to end and ending it.
GRACE_SECONDS = 1.0


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
            self._stop(job, Failure(CANCELLED, request.reason))
        elif request.variable not in job.announced:
            job.to_cancel[request.variable] = request.reason
            self._tell(job, {"cancel": request.variable, "reason": request.reason})
            self._stop_if_cancelled(job)

    def forked(self, id: str, pid: int) -> None:
        """A job's process exists."""
        job = self._jobs.get(id)
        if job is None:
            kill_group(pid, signal.SIGKILL)
            return
        job.pid = pid
        if job.cancelled is not None:
            self._stop(job, Failure(CANCELLED, job.cancelled))

    def exited(self, context: ContextHandle, pid: int, status: int) -> None:
        """A job's process has ended; if the job has not, it gets a new one."""
        kill_group(pid, signal.SIGKILL)  # what users' code has started and left behind
        job = next((job for job in self._jobs.values() if job.pid == pid), None)
        if job is None:
            return
        self._read_rest(job)
        if job.finished is not None and job.cancelled is None:
            self._finish(job, job.finished["outcome"], job.finished["message"])
        elif self._record_death(job, how_it_ended(status)):
            self._go_on(job, context, how_it_ended(status))

    def lose(self, ids: set[str]) -> None:
        """Gives up jobs whose context process has ended."""
        for job in [self._jobs[id] for id in ids if id in self._jobs]:
            if job.pid is not None:
                kill_group(job.pid, signal.SIGKILL)
            self._finish(job, "failed", "The process that keeps the context file loaded has ended; process the run again.")

    def deadlines(self) -> list[float]:
        """When there is something to do without anyone saying anything, on the monotonic clock."""
        times = [moment for job in self._jobs.values() for moment in (job.kill_at, job.time_limit())]
        return [moment for moment in times if moment is not None]

    def keep_times(self, now: float) -> None:
        """Stops what has run too long, and ends what did not stop when asked."""
        for job in list(self._jobs.values()):
            limit = job.time_limit()
            if job.kill_at is not None and now >= job.kill_at and job.pid is not None:
                job.kill_at = now + GRACE_SECONDS
                kill_group(job.pid, signal.SIGKILL)
            elif limit is not None and now >= limit and job.stopping is None:
                text = f"This variable ran longer than its limit of {job.request.limits.seconds:g} s and was stopped."
                self._stop(job, Failure(TIME_LIMIT, text))

    def end(self) -> None:
        """Ends all processes of jobs."""
        for job in self._jobs.values():
            if job.pid is not None:
                kill_group(job.pid, signal.SIGKILL)

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
        if kind == "recomputing":
            job.begins(message["variable"], silent=True)
        elif kind == "finished":
            job.finished = message
        elif kind != "started" or job.plan is None:  # a second process of a job starts quietly
            job.hears(message)
            self._outlet.write(format_message(message))
            self._stop_if_cancelled(job)

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

    def _record_death(self, job: Job, how: str) -> bool:
        """Records what the death has cost; False if that was the job."""
        where = f" while it computed {job.running}" if job.running else ""
        log("WARNING", f"The process of job {job.id} {how}{where}")
        if job.running is not None:
            failure = job.stopping or Failure(CRASHED, f"The process {how} while it computed this variable.")
            return self._record(job, job.running, failure)
        if job.stopping is None:
            job.deaths_between += 1
        return True

    def _go_on(self, job: Job, context: ContextHandle, how: str) -> None:
        if job.cancelled is not None:
            self._finish_cancelled(job)
        elif job.plan is None:
            self._finish(job, "failed", f"While the run's data was being opened, the process {how}.")
        elif not job.remaining():
            self._finish(job, "done", None)
        elif job.deaths_between >= DEATHS_BETWEEN_VARIABLES:
            self._finish(job, "failed", f"The process {how}, {job.deaths_between} times between two variables.")
        else:
            self._fork(job, context)

    def _record(self, job: Job, name: str, failure: Failure) -> bool:
        silent, seconds = job.silent, time.monotonic() - job.running_since
        job.remember(name, failure.state, failure)
        job.running = None
        if silent:
            return True
        request = job.request
        fragment = None
        if not self._contexts.is_transient(name):
            try:
                fragment = write_failure(FragmentPlace(request.fragments, request.proposal, request.run), name, failure)
            except OSError as error:
                self._finish(job, "failed", str(storage_error(request.fragments, error)))
                return False
        attributes = failure_attributes(failure)
        self._announce(job, name, failure.state, attributes=attributes, seconds=seconds, fragment=fragment)
        return True

    def _finish_cancelled(self, job: Job) -> None:
        for name in job.remaining():
            self._announce(job, name, "cancelled")
        self._finish(job, "cancelled", job.cancelled)

    def _announce(
        self,
        job: Job,
        name: str,
        state: str,
        attributes: Mapping[str, Any] | None = None,
        seconds: float = 0.0,
        fragment: str | None = None,
    ) -> None:
        proposal, run = job.request.proposal, job.request.run
        self._outlet.emit(Value(job.id, proposal, run, name, state, None, None, attributes, None, seconds, fragment))

    def _finish(self, job: Job, outcome: str, message: str | None) -> None:
        self._close_channel(job)
        del self._jobs[job.id]
        self._contexts.release(job.id)
        self._outlet.emit(Finished(job.id, outcome, message, job.seconds()))

    # Stopping

    def _stop_if_cancelled(self, job: Job) -> None:
        reason = None if job.silent or job.running is None else job.to_cancel.get(job.running)
        if reason is not None:
            self._stop(job, Failure(CANCELLED, reason))

    def _stop(self, job: Job, failure: Failure) -> None:
        if job.kill_at is not None:
            return  # it is being stopped already
        job.stopping = failure
        if job.pid is not None:
            job.kill_at = time.monotonic() + GRACE_SECONDS
            kill_group(job.pid, signal.SIGTERM)
