"""Has the variables of one run computed in processes of their own, and announces each value when its fragment is on disk.

No user code runs here, so that what was computed is stored whatever the next function does.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from socket import socket
from typing import Any

from .batch import Batch
from .channel import Channel
from .crew import Member, hire
from .failures import CANCELLED, CRASHED, MEMORY_LIMIT, PROCESS_LIMIT, TIME_LIMIT, Failure
from .fragment import Entry
from .limits import MOST_STARTED, adopt_orphans, children_of, family_of, private_bytes
from .log import log
from .origin import Made, Origins, completed
from .processes import group_of, held, how_it_ended, kill_all, kill_group
from .schedule import Schedule, Shared
from .store import StorageError, state_of
from .wire import Event, Progress
from .worker import Begun, Broken, Done, Storing

# Processes that wait for files or sleep let others use the processor; more than this many would use too much memory.
MOST_PROCESSES = 8
LOOK_SECONDS = 0.015
# How often the processes of what runs are counted, and their memory.
WATCH_SECONDS = 0.25
# Processes that go on making others leave no processor time to count them: so many are held meanwhile.
MANY = 100
# Families that are ended so often and still grow are left to the end of the runner.
MOST_SWEEPS = 50


@dataclass(frozen=True)
class Surroundings:
    """What the coordinator uses of the world outside."""

    job: str
    # Carries `{"cancel": name, "reason"}` and `{"stop": reason}` from the zygote.
    channel: Channel
    emit: Callable[[Event], None]
    # What a process of the crew does with its end of a pipe.
    work: Callable[[socket, int], None]
    # The longest time that a variable may take, in seconds.
    limit: Callable[[str], float | None]
    # The most memory that a variable may use, in bytes.
    memory: Callable[[str], int]
    # Where in users' files a variable was, from what its process has left about that (or its function, if it left nothing).
    where: Callable[[str, str], str | None]
    # What values are made of.
    origins: Origins
    # Variables that are computed only because others need them.
    silent: frozenset[str]


class Coordinator:
    """Runs a schedule to its end with at most so many busy processes."""

    def __init__(self, schedule: Schedule, batch: Batch, around: Surroundings, parallel: int) -> None:
        self._schedule = schedule
        self._batch = batch
        self._around = around
        self._parallel = parallel
        self._crew: list[Member] = []
        self._selector = selectors.PollSelector()
        self._how = around.origins.how()
        self._made: dict[str, Made | None] = {}
        self._to_cancel: dict[str, str] = {}
        self._stopped: str | None = None
        self._looked = self._watched = time.monotonic()
        self._own_bytes = private_bytes(os.getpid())

    def run(self) -> None:
        """Computes everything that waits, or all up to a stop.

        Raises:
            StorageError: values cannot be written at all.
        """
        adopt_orphans()
        self._selector.register(self._around.channel, selectors.EVENT_READ, self._read_notes)
        try:
            while self._stopped is None and (self._schedule.waiting or self._busy()):
                self._assign()
                self._turn()
            self._batch.write()
        except BaseException:
            self._stopped = "The job has ended."
            raise
        finally:
            self._dismiss()

    # Giving out work

    def _busy(self) -> list[Member]:
        return [member for member in self._crew if member.task is not None]

    def _assign(self) -> None:
        self._settle_cancelled()
        for member in [member for member in self._crew if member.task is None]:
            self._give(member)
        while self._can_grow() and (name := self._next()) is not None:
            self._give(self._hire(), name)

    def _next(self) -> str | None:
        return self._schedule.next_for(())

    def _can_grow(self) -> bool:
        return len(self._crew) < self._parallel or (1 < self._parallel <= len(self._crew) < MOST_PROCESSES and self._has_spare_time())

    def _has_spare_time(self) -> bool:
        """Whether the processes have left a processor unused lately; they may sleep, or wait for files."""
        now = time.monotonic()
        passed = now - self._looked
        slow = [member for member in self._crew if member.running is not None and now - member.running_since >= LOOK_SECONDS]
        if passed < LOOK_SECONDS or len(slow) < len(self._crew):
            return False
        self._looked = now
        return sum(member.is_busy(passed) for member in self._crew) < self._parallel

    def _hire(self) -> Member:
        others = [member.pipe.fileno() for member in self._crew]
        member = hire(self._around.work, (*others, self._around.channel.fileno()))
        self._around.channel.send({"type": "member", "pid": member.pid})
        member.is_busy(1.0)
        self._looked = time.monotonic()
        self._crew.append(member)
        self._selector.register(member.pipe, selectors.EVENT_READ, lambda: self._hear(member))
        return member

    def _give(self, member: Member, name: str | None = None) -> None:
        name = name or self._schedule.next_for(member.has)
        if name is None:
            return
        member.task = name
        task, descriptors = self._schedule.task(name, member, self._around.memory(name))
        made = self._made[name] = self._around.origins.of(name)
        task = replace(task, made=made, how=self._how, transient=task.transient or name in self._around.silent)
        with contextlib.suppress(OSError):  # it has just ended, which is noticed in a moment
            member.pipe.send(task, descriptors)

    # Waiting and listening

    def _turn(self) -> None:
        for key, _ in self._selector.select(self._patience()):
            key.data()
        now = time.monotonic()
        if self._batch.due is not None and now >= self._batch.due:
            self._batch.write()
        for member in self._crew:
            self._keep_time(member, now)
        if now >= self._watched + WATCH_SECONDS:
            self._watched = now
            self._watch(now)

    def _patience(self) -> float | None:
        times = [self._batch.due, *(member.kill_at for member in self._crew), *(self._deadline(member) for member in self._crew)]
        if self._parallel > 1 and self._schedule.waiting and len(self._crew) < MOST_PROCESSES:
            times.append(self._looked + LOOK_SECONDS)
        if any(member.running is not None for member in self._crew):
            times.append(self._watched + WATCH_SECONDS)
        known = [moment for moment in times if moment is not None]
        return max(0.0, min(known) - time.monotonic()) if known else None

    def _deadline(self, member: Member) -> float | None:
        limit = None if member.running is None or member.stopping else self._around.limit(member.running)
        return None if limit is None else member.running_since + limit

    def _keep_time(self, member: Member, now: float) -> None:
        member.keep_time(now)
        deadline = self._deadline(member)
        if deadline is not None and now >= deadline and member.running is not None:
            limit = self._around.limit(member.running)
            member.stop(Failure(TIME_LIMIT, f"This variable ran longer than its limit of {limit:g} s and was stopped."))

    def _watch(self, now: float) -> None:
        """Ends variables whose processes are too many, or use too much memory together."""
        orphans = self._orphans()
        for member in self._crew:
            if member.running is not None and now - member.running_since >= WATCH_SECONDS:
                left = self._left_by(member, orphans)
                if len(family_of([member.pid, *left], most=MANY)) > MANY:
                    with held(member.pid):
                        self._end_excess(member, member.running, left)
                else:
                    self._end_excess(member, member.running, left)

    def _end_excess(self, member: Member, name: str, left: Sequence[int]) -> None:
        why = self._excess(name, family_of([member.pid, *left]))
        if why is not None:
            member.end(why)
            kill_all(family_of(left))

    def _left_by(self, member: Member, orphans: Sequence[int]) -> list[int]:
        """Orphans that may be a process's: all but those in the groups of others."""
        others = {other.pid for other in self._crew if other is not member}
        return [pid for pid in orphans if group_of(pid) not in others]

    def _excess(self, name: str, family: Sequence[int]) -> Failure | None:
        if len(family) > MOST_STARTED:
            return Failure(PROCESS_LIMIT, f"This variable started more than {MOST_STARTED} processes and was stopped.")
        most = self._around.memory(name)
        # What each has from this process by being forked is there once.
        if sum(max(0, private_bytes(pid) - self._own_bytes) for pid in family) <= most:
            return None
        return Failure(
            MEMORY_LIMIT, f"This variable used more than {most / 1e9:.3g} GB of memory and was stopped; it may say needs(memory=…)."
        )

    def _orphans(self) -> list[int]:
        """What users' code has started and left; the system gives such processes to this one."""
        crew = {member.pid for member in self._crew}
        left = [pid for pid in children_of(os.getpid()) if pid not in crew]
        for pid in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        return left

    def _hear(self, member: Member) -> None:
        received = member.pipe.receive()
        if received is None:
            self._bury(member)
            return
        message, descriptors = received
        match message:
            case Begun():
                self._begin(member, message)
            case Storing():
                member.storing = message.done
            case Done():
                self._finish(member, message, descriptors[0] if descriptors else None)
            case Broken():
                raise StorageError(message.text)

    def _begin(self, member: Member, begun: Begun) -> None:
        member.running, member.running_since = begun.name, time.monotonic()
        if not begun.silent and begun.name not in self._around.silent:
            self._around.emit(Progress(self._around.job, begun.name))
            self._stop_if_cancelled(member)

    def _finish(self, member: Member, done: Done, memory: int | None) -> None:
        member.task = member.running = member.storing = None
        member.has.add(done.name)
        if done.packed is not None:
            self._schedule.shared[done.name] = Shared(done.packed, memory)
        self._schedule.settle(done.name, done.failure, done.has_value)
        state = done.stored.state if done.stored else state_of(done.entry) if done.entry else "none"
        self._around.origins.settle(done.name, self._made.pop(done.name, None), state)
        if done.stored is not None:
            self._around.emit(done.stored)
        if done.entry is not None and done.name not in self._around.silent:
            # If this process were killed before it is on disk, it would have to be computed again, but it has not failed.
            self._around.channel.send({"type": "computed", "variable": done.name})
            self._batch.add(done.entry, done.seconds)
        self._schedule.release()

    # What goes wrong

    def _bury(self, member: Member) -> None:
        """A process has ended while it had a task, or before it had one."""
        self._selector.unregister(member.pipe)
        self._crew.remove(member)
        status, dump = member.wait()
        sys.stderr.write(dump)
        how = how_it_ended(status)
        where = f" while it computed {member.running}" if member.running else ""
        log("WARNING", f"A process of job {self._around.job} {how}{where}")
        name, task = member.running or member.task, member.task
        if name is None or task is None:
            return
        if member.storing is not None and member.storing.stored is not None and self._batch.is_written(member.storing.stored):
            self._finish(member, member.storing, None)
            return
        failure = member.stopping or Failure(CRASHED, f"The process {how} while it computed this variable.")
        failure = replace(failure, where=self._around.where(name, dump))
        if name == task:
            self._record(name, failure, time.monotonic() - member.running_since if member.running else 0.0)
        else:
            self._schedule.recall_failed(name, failure, task)

    def _record(self, name: str, failure: Failure, seconds: float) -> None:
        self._schedule.settle(name, failure, has_value=False)
        made = self._made.pop(name, None) or self._around.origins.of(name)
        self._around.origins.settle(name, made, failure.state)
        if name in self._around.silent:
            return
        origin = completed(made, self._how, time.time() - seconds, seconds)
        self._batch.add(Entry(name, failure=failure, transient=name in self._schedule.transient, origin=origin), seconds)

    def _settle_cancelled(self) -> None:
        for name in [name for name in self._schedule.waiting if name in self._to_cancel]:
            if all(other in self._schedule.over for other in self._schedule.graph[name]):
                self._schedule.waiting.remove(name)
                self._record(name, Failure(CANCELLED, self._to_cancel[name]), 0.0)

    def _read_notes(self) -> None:
        notes = self._around.channel.poll()
        if notes is None:
            self._stopped = "The runner has ended."
        for note in notes or ():
            self._take_note(note)

    def _take_note(self, note: Mapping[str, Any]) -> None:
        if "stop" in note:
            self._stop_all(note["stop"])
            return
        self._to_cancel[note["cancel"]] = note["reason"]
        for member in self._crew:
            self._stop_if_cancelled(member)

    def _stop_if_cancelled(self, member: Member) -> None:
        if member.running is not None and member.running == member.task and member.running in self._to_cancel:
            member.stop(Failure(CANCELLED, self._to_cancel[member.running]))

    def _stop_all(self, reason: str) -> None:
        """Stops what runs, and begins nothing new."""
        self._stopped = reason
        for member in self._crew:
            member.stop(Failure(CANCELLED, reason))
        while self._busy():
            self._turn()

    def _dismiss(self) -> None:
        """Lets the processes end; closing their pipes tells them."""
        for member in self._crew:
            self._selector.unregister(member.pipe)
        for member in self._crew:
            if self._stopped is not None:
                kill_group(member.pid, signal.SIGKILL)
            member.wait()
        self._crew = []
        for _ in range(MOST_SWEEPS):
            if not (orphans := self._orphans()):
                break
            kill_all(family_of(orphans))
        self._selector.close()
