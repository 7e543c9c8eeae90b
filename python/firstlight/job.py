"""One job as the zygote sees it: what was planned and announced, what runs now, and what a dead process has cost."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .channel import Channel
from .failures import Failure
from .wire import Run

# A process that dies again and again, without any code of users in it, will not do better the next time.
MOST_DEATHS = 3


@dataclass
class Job:
    """The state of one job; its methods only change this state, the zygote acts."""

    request: Run
    began: float = field(default_factory=time.monotonic)
    channel: Channel | None = None
    pid: int | None = None
    plan: tuple[str, ...] | None = None
    announced: dict[str, dict[str, Any]] = field(default_factory=dict)
    # The processes of its variables.
    members: set[int] = field(default_factory=set)
    # Variables whose functions have begun, and about which nothing was said since.
    running: set[str] = field(default_factory=set)
    cancelled: str | None = None
    deaths: int = 0
    finished: Mapping[str, Any] | None = None
    kill_at: float | None = None

    @property
    def id(self) -> str:
        """The job's name on the wire."""
        return self.request.job

    def gets_process(self, channel: Channel) -> None:
        """A process of its own is about to start."""
        self.channel, self.pid, self.kill_at = channel, None, None

    def hears(self, message: Mapping[str, Any]) -> None:
        """Takes what the process announces."""
        if message["type"] == "started":
            self.plan = tuple(message["variables"])
        elif message["type"] == "progress":
            self.running.add(message["variable"])
        elif message["type"] == "value":
            self.running.discard(message["variable"])
            attributes = message["attributes"] or {}
            failure = Failure(attributes["error_cls"], attributes["error"]) if "error_cls" in attributes else None
            self.remember(message["variable"], message["state"], failure)

    def remember(self, name: str, state: str, failure: Failure | None) -> None:
        """Keeps what the next process of this job must know about a variable."""
        self.announced[name] = {"state": state, "failure": asdict(failure) if failure else None}

    def remaining(self) -> list[str]:
        """Planned variables about which nothing was said yet, in order."""
        return [name for name in self.plan or () if name not in self.announced]

    def first_message(self) -> dict[str, Any]:
        """What a process of this job is told."""
        return {"request": asdict(self.request), "announced": self.announced}

    def seconds(self) -> float:
        """How long the job has taken until now."""
        return time.monotonic() - self.began
