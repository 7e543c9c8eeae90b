"""The process of one job: forked with the context loaded, it opens the run, executes its variables and ends."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from .channel import Channel
from .execute import Announced, Effects, Execution, StorageError
from .failures import Failure
from .loading import LoadedContext
from .log import log
from .opening import OpenError, has_proc, mock_run, open_run, set_data_root, start_time
from .plan import START_TIME, select
from .processes import end_process
from .wire import Event, Finished, Limits, Run, Started


def run_job(context: LoadedContext, end: socket.socket) -> None:
    """Takes one job from the other side of a socket, executes it and ends the process."""
    channel = Channel(end)
    messages = channel.receive()
    job = next(messages)
    request = Run(**{**job["request"], "limits": Limits(**job["request"]["limits"])})
    if request.variables is not None:
        request = Run(**{**vars(request), "variables": tuple(request.variables)})
    os.umask(0)  # what users' code leaves in the folder belongs to the whole group
    set_data_root(request.data_root)
    _Job(context, request, channel, _announced(job["announced"])).run()
    _wait_for_threads()
    end_process(0)


class _Job:
    def __init__(self, context: LoadedContext, request: Run, channel: Channel, announced: Mapping[str, Announced]) -> None:
        self._context = context
        self._request = request
        self._channel = channel
        self._announced = announced
        self._cancelled: dict[str, str] = {}

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
        self._emit(Started(request.job, os.getpid(), (START_TIME, *names)))
        execution = Execution(
            request=request,
            declared=self._context.declared,
            graph=self._context.graph,
            run_data=run_data,
            effects=Effects(self._emit, self._recomputing, self._cancelled_now),
            announced=self._announced,
        )
        execution.start(first)
        execution.execute(names)
        notes = [*([_no_variables(unknown)] if unknown else []), *([left_out] if left_out else [])]
        return "; ".join(notes) + "." if notes else None

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
        self._channel.send({"type": event.type, **asdict(event)})

    def _recomputing(self, name: str) -> None:
        self._channel.send({"type": "recomputing", "variable": name})

    def _cancelled_now(self) -> Mapping[str, str]:
        for note in self._channel.pending():
            self._cancelled[note["cancel"]] = note["reason"]
        return self._cancelled


def _announced(messages: Mapping[str, Any]) -> dict[str, Announced]:
    return {name: Announced(item["state"], Failure(**item["failure"]) if item["failure"] else None) for name, item in messages.items()}


def _no_variables(names: Sequence[str]) -> str:
    return f"The context has no variable named {', '.join(names)}"


def _wait_for_threads() -> None:
    """As at the end of any Python program: threads of users' code may finish their work."""
    sys.stdout.flush()
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
