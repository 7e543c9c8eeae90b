"""The process in which users' functions run: computes one variable after the other, as it is told, and hands over what came of them."""

from __future__ import annotations

import faulthandler
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .batch import Batch, can_wait, entry_of
from .chance import renew_chance
from .evaluate import Evaluation, Outcome
from .failures import Failure
from .fragment import Entry, FragmentPlace
from .limits import be_first_to_go, memory_limit
from .origin import Made, completed
from .pipe import Pipe
from .shared import Packed, pack, unpack
from .store import StorageError
from .wire import Value

THREAD_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True)
class Take:
    """Another process's result is to be used; its memory comes as the next descriptor if it has one."""

    name: str
    packed: Packed
    has_memory: bool


@dataclass(frozen=True)
class Task:
    """A variable to compute, and what must be there before."""

    name: str
    # Others' results to take (`Take`), and variables (names) to compute again, silently, in this order.
    first: tuple[Take | str, ...] = ()
    failures: dict[str, Failure] = field(default_factory=dict)
    transient: bool = False
    # Other processes may want the result.
    share: bool = False
    # The most bytes that it may use.
    memory: int | None = None
    # What it is made of, and what is common to all values of its job; together with how it went they are its origin.
    made: Made | None = None
    how: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Begun:
    """A variable's function begins; silently, if it is only for others."""

    name: str
    silent: bool


@dataclass(frozen=True)
class Done:
    """What came of a variable: an entry to be stored, or what to announce about one that is stored already."""

    name: str
    seconds: float
    failure: Failure | None
    # Whether others get a value.
    has_value: bool
    entry: Entry | None = None
    stored: Value | None = None
    packed: Packed | None = None


@dataclass(frozen=True)
class Storing:
    """A value is about to be complete on disk; `done` will be said then, and holds if this process cannot say it any more."""

    done: Done


@dataclass(frozen=True)
class Broken:
    """Values cannot be written at all."""

    text: str


def serve_tasks(evaluation: Evaluation, job: str, place: FragmentPlace, end: socket.socket, dump: int) -> None:
    """Computes what comes from the other side of a socket until it closes; leaves in `dump` where it was when it is ended."""
    be_first_to_go()
    renew_chance()
    faulthandler.enable(dump, all_threads=False)
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGTERM, dump, all_threads=False, chain=True)
    _Worker(evaluation, job, place, Pipe(end), dump).serve()
    _wait_for_threads()


class _Worker:
    def __init__(self, evaluation: Evaluation, job: str, place: FragmentPlace, pipe: Pipe, dump: int) -> None:
        self._evaluation = evaluation
        self._pipe = pipe
        self._stored: list[Value] = []
        self._dump = dump
        self._batch = Batch(job, place, self._stored.append, evaluation.where, self._about_to)

    def serve(self) -> None:
        while (received := self._pipe.receive()) is not None:
            task, descriptors = received
            self._prepare(task, descriptors)
            self._compute(task)

    def _prepare(self, task: Task, descriptors: list[int]) -> None:
        self._evaluation.failures.update(task.failures)
        for item in task.first:
            if isinstance(item, Take):
                memory = descriptors.pop(0) if item.has_memory else None
                self._evaluation.results[item.name] = unpack(item.packed, memory)
            else:
                self._pipe.send(Begun(item, silent=True))
                self._evaluation.compute_again(item)

    def _compute(self, task: Task) -> None:
        os.ftruncate(self._dump, 0)  # a child of an earlier variable may have crashed
        os.lseek(self._dump, 0, os.SEEK_SET)
        began = time.time()
        with memory_limit(task.memory):
            outcome = self._evaluation.compute(task.name, lambda name: self._pipe.send(Begun(name, silent=False)))
        try:
            entry, stored = self._stored_or_entry(outcome, task, began)
        except StorageError as error:
            self._pipe.send(Broken(str(error)))
            return
        result = self._evaluation.results.get(task.name)
        packed, memory = (pack(result) if task.share and result is not None else None) or (None, None)
        has_value = task.name in self._evaluation.results
        done = Done(task.name, outcome.seconds, self._evaluation.failures.get(task.name), has_value, entry, stored, packed)
        self._pipe.send(done, [] if memory is None else [memory])
        if memory is not None:
            os.close(memory)

    def _about_to(self, value: Value) -> None:
        name = value.variable
        failure, has_value = self._evaluation.failures.get(name), name in self._evaluation.results
        self._pipe.send(Storing(Done(name, value.seconds, failure, has_value, stored=value)))

    def _stored_or_entry(self, outcome: Outcome, task: Task, began: float) -> tuple[Entry | None, Value | None]:
        """Small values are stored by the other side, several at a time; others here, where they are."""
        entry = entry_of(outcome, task.transient, self._evaluation.where(outcome.name))
        entry = replace(entry, origin=completed(task.made, task.how, began, outcome.seconds))
        if can_wait(entry):
            return entry, None
        self._batch.add(entry, outcome.seconds)
        self._batch.write()
        return None, self._stored.pop()


def _wait_for_threads() -> None:
    """Threads of users' code may finish what they do, but a run does not wait long for one that goes on."""
    sys.stdout.flush()
    end = time.monotonic() + THREAD_PATIENCE_SECONDS
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(max(0.0, end - time.monotonic()))
