"""One context process as the zygote sees it: what it said, which jobs it has, whether its file has changed."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .channel import Channel, channel_pair
from .context_process import serve_context
from .processes import fork, how_it_ended, kill_group


@dataclass(frozen=True)
class Description:
    """What a context process said about its file, ready for the wire."""

    variables: Sequence[Mapping[str, Any]]
    groups: Sequence[Mapping[str, Any]]
    problems: Sequence[Mapping[str, Any]]
    # The version of the context and the environment, as far as they are known.
    made_by: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def of_failed_load(path: str, status: int | None) -> Description:
        """The description of a file whose execution ended the process (with a wait status) or never came to an end."""
        how = "did not come to an end and was stopped" if status is None else how_it_ended(status)
        text = f"While the file was loaded, the process {how}; look at the code that is not in functions."
        return Description([], [], [{"severity": "error", "text": text, "file": path, "line": None, "column": None}])

    def is_transient(self, name: str) -> bool:
        """Whether a variable's value is only for other variables."""
        return any(variable["name"] == name and variable["transient"] for variable in self.variables)

    def error(self) -> str | None:
        """Why nothing of the file can run, in one sentence; None if it can."""
        errors = [problem for problem in self.problems if problem["severity"] == "error"]
        if not errors:
            return None
        first = errors[0]
        place = first["file"] if first["line"] is None else f"{first['file']}:{first['line']}:{first['column']}"
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return f"{place}: {first['text']}{more}"


@dataclass(eq=False)
class ContextHandle:
    """A process that has executed (or is executing) one version of a context file."""

    path: str
    shared: bool
    signature: str
    channel: Channel
    pid: int
    # When loading counts as hanging, on the monotonic clock.
    deadline: float
    description: Description | None = None
    helpers: Mapping[str, Sequence[int]] = field(default_factory=dict)
    jobs: set[str] = field(default_factory=set)

    @staticmethod
    def start(path: str, deadline: float, close: Sequence[int], shared: bool) -> ContextHandle:
        """Forks a process that loads a context file; `close` are descriptors that it should not hold open.

        A `shared` one may need what a context of another language has.
        """
        ours, theirs = channel_pair()
        signature = signature_of(path)  # before it is read, so that an edit in between is noticed later
        pid = fork(lambda: serve_context(path, theirs, shared), close=(*close, ours.fileno()))
        theirs.close()
        return ContextHandle(path, shared, signature, ours, pid, deadline)

    def take_description(self, message: Mapping[str, Any]) -> None:
        """Keeps what the process said about its file."""
        self.description = Description(message["variables"], message["groups"], message["problems"], message["made_by"])
        self.helpers = message["helpers"]

    def is_current(self) -> bool:
        """Whether neither the file nor the user's modules beside it have changed since they were executed."""
        helpers = all(_state(file) == list(state) for file, state in self.helpers.items())
        return helpers and signature_of(self.path) == self.signature

    def fork_job(self, job: str, end: socket.socket) -> None:
        """Asks for a process for a job, which gets its end of the job's socket."""
        self.jobs.add(job)
        self.channel.send_descriptor(end.fileno(), {"fork": job})

    def end(self) -> None:
        """Ends the process and what its file has started."""
        kill_group(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Waits for the end of the process, which must be near; its wait status."""
        return os.waitpid(self.pid, 0)[1]


def signature_of(path: str) -> str:
    """The state of a file as text: its time, size and content; of a missing one too."""
    try:
        stat = os.stat(path)
        with open(path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
    except OSError as error:
        return f"missing {error.errno}"
    return f"{stat.st_mtime_ns} {stat.st_size} {digest}"


def _state(path: str) -> list[int] | None:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return [stat.st_mtime_ns, stat.st_size]
