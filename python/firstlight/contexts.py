"""The zygote's context processes: the present one, former ones that still have jobs, and what they said."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .context_handle import ContextHandle, Description
from .loop import Loop, Outlet
from .wire import Described, Fault, format_message


@dataclass(frozen=True)
class ContextEvents:
    """What others do when something happens to a context process."""

    # The present context can (or cannot) run jobs from now on.
    described: Callable[[], None]
    forked: Callable[[str, int], None]
    exited: Callable[[ContextHandle, int, int], None]
    # The process has ended, and these jobs with it.
    lost: Callable[[set[str]], None]


class Contexts:
    """Loads context files, each version in a process of its own, and answers for what is in them."""

    def __init__(self, loop: Loop, outlet: Outlet, load_seconds: float, events: ContextEvents) -> None:
        self._loop = loop
        self._outlet = outlet
        self._load_seconds = load_seconds
        self._events = events
        self._path: str | None = None
        self._shared = False
        self._present: ContextHandle | None = None
        self._former: list[ContextHandle] = []
        self._unanswered: list[str] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever asked to be loaded."""
        return self._path is None

    def load(self, id: str, context: str, shared: bool = False) -> None:
        """Answers with the description of a file, which is executed (again) if it or its helpers have changed."""
        path = os.path.abspath(context)
        self._unanswered.append(id)
        self._shared = shared
        if not (self._present and self._present.path == path and self._present.shared == shared and self._present.is_current()):
            self._retire()
            self._start(path)
        self._answer()

    def describe(self, id: str) -> None:
        """Answers with the description of the present context."""
        if self._path is None:
            self._outlet.emit(Fault(id, "No context is loaded yet; send `load` first."))
            return
        self._unanswered.append(id)
        self.ready()
        self._answer()

    def ready(self) -> ContextHandle | None:
        """The present context if it has been described; None while it is being loaded (again)."""
        if self._present is None and self._path is not None:
            self._start(self._path)
        return self._present if self._present and self._present.description else None

    def is_transient(self, name: str) -> bool:
        """Whether a variable's value is only for other variables."""
        return any(context.description.is_transient(name) for context in self._all() if context.description)

    def release(self, job: str) -> None:
        """A job is over; a former context without jobs ends."""
        for context in self._all():
            context.jobs.discard(job)
        self._end_former()

    def deadline(self) -> float | None:
        """When the present context has had its time to load, on the monotonic clock."""
        return self._present.deadline if self._present and self._present.description is None else None

    def keep_time(self, now: float) -> None:
        """Ends a context that does not come to the end of its file."""
        deadline = self.deadline()
        if self._present and deadline is not None and now >= deadline:
            self._present.end()
            self._ended(self._present, None)

    def end(self) -> None:
        """Ends all processes."""
        for context in self._all():
            context.end()

    def _all(self) -> list[ContextHandle]:
        return [*([self._present] if self._present else []), *self._former]

    def _start(self, path: str) -> None:
        self._path = path
        close = [*self._loop.descriptors(), self._outlet.descriptor]
        context = ContextHandle.start(path, time.monotonic() + self._load_seconds, close, self._shared)
        self._present = context
        self._loop.watch(context.channel, lambda: self._read(context))

    def _retire(self) -> None:
        """The present context takes no new jobs; it ends when those that it has are over."""
        if self._present is not None:
            self._former.append(self._present)
            self._present = None
        self._end_former()

    def _end_former(self) -> None:
        for context in [former for former in self._former if not former.jobs]:
            self._former.remove(context)
            context.end()

    def _read(self, context: ContextHandle) -> None:
        messages = context.channel.poll()
        if messages is None:
            context.end()
            self._ended(context, context.wait())
            return
        for message in messages:
            self._take(context, message)

    def _take(self, context: ContextHandle, message: Mapping[str, Any]) -> None:
        if "described" in message:
            context.take_description(message["described"])
            self._answer()
            self._events.described()
        elif "forked" in message:
            self._events.forked(message["forked"], message["pid"])
        else:
            self._events.exited(context, message["exited"], message["status"])

    def _ended(self, context: ContextHandle, status: int | None) -> None:
        self._loop.forget(context.channel)
        context.channel.close()
        if status is None:
            context.wait()
        if context in self._former:
            self._former.remove(context)
        if context is not self._present:
            pass
        elif context.description is None:
            context.description = Description.of_failed_load(context.path, status)
            self._answer()
            self._events.described()
        else:
            self._present = None  # the next job loads it again
        self._events.lost(set(context.jobs))

    def _answer(self) -> None:
        if self._present is None or self._present.description is None:
            return
        ids, self._unanswered = self._unanswered, []
        for id in ids:
            self._outlet.write(_described(id, self._present.path, self._present.description))


def _described(id: str, path: str, description: Description) -> bytes:
    frame = Described(id, "python", path, (), (), ())
    said = {"variables": description.variables, "groups": description.groups, "problems": description.problems}
    return format_message({"type": frame.type, "id": id, "language": frame.language, "file": path, **said, **description.made_by})
