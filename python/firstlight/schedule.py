"""Which variable is computed next, and what its process must be given before. Pure bookkeeping: nothing is run here."""

from __future__ import annotations

import itertools
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .crew import Member
from .failures import Failure
from .plan import Graph
from .shared import Packed
from .worker import Take, Task

# How many waiting variables are looked through for one that fits a process.
FAR_ENOUGH = 16


@dataclass(frozen=True)
class Shared:
    """A result that any process can have."""

    packed: Packed
    memory: int | None


@dataclass
class Schedule:
    """What is planned, done and known about the variables of a job."""

    graph: Graph
    order: Sequence[str]
    transient: frozenset[str]
    parallel: bool
    waiting: list[str] = field(default_factory=list)
    needed_by: dict[str, list[str]] = field(default_factory=dict)
    # Variables that are over: True if others get a value.
    over: dict[str, bool] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    shared: dict[str, Shared] = field(default_factory=dict)

    def next_for(self, has: Collection[str]) -> str | None:
        """The first waiting variable whose inputs are over; in parallel rather one whose inputs a process has already."""
        ready = (name for name in self.waiting if all(other in self.over for other in self.graph[name]))
        first = next(ready, None)
        if first is None or not self.parallel or not has or self._is_at_home(first, has):
            return first
        return next((name for name in itertools.islice(ready, FAR_ENOUGH) if self._is_at_home(name, has)), first)

    def _is_at_home(self, name: str, has: Collection[str]) -> bool:
        inputs = [other for other in self.graph[name] if self.over[other]]
        return bool(inputs) and all(other in has for other in inputs)

    def task(self, name: str, member: Member, memory: int | None = None) -> tuple[Task, list[int]]:
        """The task of computing a variable in a process with at most so many bytes of memory, and the descriptors that go with it."""
        self.waiting.remove(name)
        first: dict[str, Take | str] = {}
        self._fetch(self.graph[name], member, first)
        failures = {other: self.failures[other] for other in self._all_inputs(name, first) if other in self.failures}
        taken = [self.shared[item.name].memory for item in first.values() if isinstance(item, Take)]
        wanted = self.parallel and self._is_awaited(name)
        task = Task(name, tuple(first.values()), failures, name in self.transient, wanted, memory)
        return task, [descriptor for descriptor in taken if descriptor is not None]

    def _all_inputs(self, name: str, first: Iterable[str]) -> set[str]:
        return {*self.graph[name], *(other for item in first for other in self.graph.get(item, ()))}

    def _fetch(self, names: Iterable[str], member: Member, first: dict[str, Take | str]) -> None:
        for name in names:
            if name in member.has or name in first or not self.over.get(name) or name not in self.graph:
                continue
            if name in self.shared:
                shared = self.shared[name]
                first[name] = Take(name, shared.packed, shared.memory is not None)
            else:
                self._fetch(self.graph[name], member, first)
                first[name] = name
            member.has.add(name)

    def settle(self, name: str, failure: Failure | None, has_value: bool) -> None:
        """A variable is over."""
        self.over[name] = has_value
        if failure is not None:
            self.failures[name] = failure

    def recall_failed(self, name: str, failure: Failure, task: str) -> None:
        """A variable that was computed again has ended its process; those that need it see a failure, the task is open again."""
        self.settle(name, failure, has_value=False)
        self.waiting.insert(0, task)

    def _is_awaited(self, name: str) -> bool:
        return any(other not in self.over for other in self.needed_by.get(name, ()))

    def release(self) -> None:
        """Lets go of results that nobody waits for any more."""
        for name in [name for name in self.shared if not self._is_awaited(name)]:
            memory = self.shared.pop(name).memory
            if memory is not None:
                os.close(memory)


def schedule_of(
    graph: Graph, order: Sequence[str], known: Mapping[str, tuple[bool, Failure | None]], transient: frozenset[str], parallel: bool
) -> Schedule:
    """The schedule of variables in an order, some of which are over already: whether they have a value, and their failure."""
    schedule = Schedule(graph, order, transient, parallel, [name for name in order if name not in known])
    for name in order:
        for other in graph[name]:
            schedule.needed_by.setdefault(other, []).append(name)
    for name, (has_value, failure) in known.items():
        schedule.settle(name, failure, has_value)
    return schedule
