"""The process of one job: forked with the context loaded, it opens the run, executes its variables and ends."""

from __future__ import annotations

import functools
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .arguments import Arguments, RunFacts
from .batch import UNHURRIED_SECONDS, Batch, entry_of
from .catalogue import Catalogue
from .cell import Cell
from .channel import Channel
from .coordinate import Coordinator, Surroundings
from .evaluate import Evaluation, Outcome
from .failures import Failure
from .foreign import Given, given_to, without_given
from .fragment import FragmentPlace
from .limits import default_memory
from .loading import LoadedContext
from .log import log
from .opening import OpenError, has_proc, mock_run, open_run, proposal_path, set_data_root, start_time
from .origin import Origins, completed
from .places import Places
from .plan import START_TIME, select
from .processes import end_process
from .schedule import schedule_of
from .store import StorageError
from .wire import Event, Finished, Limits, Run, Started
from .worker import serve_tasks


def run_job(context: LoadedContext, end: socket.socket) -> None:
    """Takes one job from the other side of a socket, has it executed and ends the process."""
    channel = Channel(end)
    job = next(channel.receive())
    request = Run(**{**job["request"], "limits": Limits(**job["request"]["limits"])})
    if request.variables is not None:
        request = Run(**{**vars(request), "variables": tuple(request.variables)})
    os.umask(0)  # what users' code leaves in the folder belongs to the whole group
    set_data_root(request.data_root)
    given = given_to(request)
    _Job(without_given(context, given.names), request, channel, job["announced"], given).run()
    end_process(0)


class _Job:
    def __init__(self, context: LoadedContext, request: Run, channel: Channel, announced: Mapping[str, Any], given: Given) -> None:
        self._context = context
        self._request = request
        self._channel = channel
        self._announced = announced
        self._given = given

    def run(self) -> None:
        try:
            message = self._execute()
        except (OpenError, StorageError) as error:
            log("ERROR", str(error))
            self._emit(Finished(self._request.job, "failed", str(error), 0.0))
        else:
            self._emit(Finished(self._request.job, "done", message, 0.0))

    def _execute(self) -> str | None:
        request = self._request
        log(
            "INFO",
            f"proposal={request.proposal}, run={request.run}, run_data={request.trigger}, attempt={request.attempt}",
        )
        unknown = [name for name in request.variables or () if name not in (*self._context.declared, START_TIME)]
        if unknown and len(unknown) == len(request.variables or ()):
            raise OpenError(f"{_no_variables(unknown)}; nothing was computed.")
        names, left_out = self._selected()
        log(
            "INFO",
            f"Using {len(names)} variables (of {len(self._context.declared)}) from context file: {sorted(names)}",
        )
        run_data = self._open()
        first = start_time(run_data)
        announced = [name for name in names if name not in self._silent(names)]
        self._emit(Started(request.job, os.getpid(), (START_TIME, *announced) if self._leaves_start_time() else announced))
        self._compute(names, run_data, first)
        notes = [*([_no_variables(unknown)] if unknown else []), *([left_out] if left_out else [])]
        return "; ".join(notes) + "." if notes else None

    def _compute(self, names: list[str], run_data: Any, first: float) -> None:
        request, declared, graph = self._request, self._context.declared, self._context.graph
        place = FragmentPlace(request.fragments, request.proposal, request.run)
        evaluation = _evaluation(self._context, request, run_data, self._given)
        evaluation.results.setdefault(START_TIME, first)
        batch = Batch(request.job, place, self._emit, evaluation.where)
        origins = self._origins()
        if START_TIME not in self._announced and self._leaves_start_time():
            origin = completed(origins.of_start_time(), origins.how(), time.time(), 0.0)
            batch.add(replace(entry_of(Outcome(START_TIME, Cell(first), 0.0), False), origin=origin), 0.0, UNHURRIED_SECONDS)
        transient = frozenset(name for name in names if declared[name].variable.transient)
        parallel = request.parallel or 1
        schedule = schedule_of(graph, names, _known(self._announced), transient, parallel > 1)
        work = functools.partial(serve_tasks, evaluation, request.job, place)
        around = Surroundings(
            request.job, self._channel, self._emit, work, self._limit, self._memory(), self._where, origins, self._silent(names)
        )
        Coordinator(schedule, batch, around, parallel).run()

    def _leaves_start_time(self) -> bool:
        request = self._request
        return START_TIME not in self._given.names and (not request.only or START_TIME in (request.variables or ()))

    def _silent(self, names: Sequence[str]) -> frozenset[str]:
        """What is computed only because others need it."""
        return frozenset(names).difference(self._request.variables or ()) if self._request.only else frozenset()

    def _origins(self) -> Origins:
        """What values are made of, also those that an earlier process of this job has announced."""
        origins = Origins(self._context, self._request)
        for name, item in self._announced.items():
            origins.settle(name, origins.of(name), item["state"])
        return origins

    def _limit(self, name: str) -> float | None:
        """How long a variable may take; what it said itself counts more than what the request says."""
        needs = self._context.declared[name].needs
        return self._request.limits.seconds if needs is None or needs.timeout is None else needs.timeout

    def _memory(self) -> Callable[[str], int]:
        """How much memory a variable may use: what it says it needs, or most of what there is."""
        usual = default_memory()
        needs = {name: item.needs.memory for name, item in self._context.declared.items() if item.needs and item.needs.memory}
        return lambda name: needs.get(name, usual)

    def _where(self, name: str, dump: str) -> str | None:
        declared = self._context.declared.get(name)
        return Places(self._context.path).of_dump(dump, declared) if declared else None

    def _selected(self) -> tuple[list[str], str | None]:
        """The variables to run, and what is left out because the run has no calibrated data."""
        request, promoted = self._request, self._context.promoted
        names = select(self._context.graph, promoted, request.trigger, request.variables)
        if request.mock or not any(promoted[name].data == "proc" for name in names) or has_proc(request.proposal, request.run):
            return names, None
        log("WARNING", "Proc data is unavailable, only raw variables will be executed.")
        raw = [name for name in names if promoted[name].data != "proc"]
        left_out = sorted(set(names) - set(raw))
        return raw, f"Run {request.run} has no calibrated data, left out: {', '.join(left_out)}"

    def _open(self) -> Any:
        if self._request.mock:
            log("INFO", "Using mock run for testing")
            return mock_run()
        return open_run(self._request.proposal, self._request.run)

    def _emit(self, event: Event) -> None:
        self._channel.send({"type": event.type, **vars(event)})


def _evaluation(context: LoadedContext, request: Run, run_data: Any, given: Given) -> Evaluation:
    results = dict(given.results)
    catalogue = Catalogue(request.proposal, request.run, lambda: str(proposal_path(run_data)))
    facts = RunFacts(request.proposal, request.run, request.parameters)
    arguments = Arguments(facts, run_data, results, {**dict.fromkeys(given.names, ()), **context.graph}, catalogue)
    return Evaluation(context.declared, arguments, run_data, results, dict(given.failures), Places(context.path))


def _known(announced: Mapping[str, Any]) -> dict[str, tuple[bool, Failure | None]]:
    """What an earlier process of this job has said: whether there is a value, and the failure."""
    return {name: (item["state"] == "ok", Failure(**item["failure"]) if item["failure"] else None) for name, item in announced.items()}


def _no_variables(names: Sequence[str]) -> str:
    return f"The context has no variable named {', '.join(names)}"
