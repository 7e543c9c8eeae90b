"""A runner in its own process for tests, as the engine starts it; every event is checked against the schema."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
WIRE = ROOT / "fixtures" / "wire"
SCHEMA = json.loads((WIRE / "runner.schema.json").read_text())
EVENT = Draft202012Validator(SCHEMA["event"])
# A machine may be busy, but a runner that says nothing for so long is broken.
PATIENCE_SECONDS = 60
REQUEST = Draft202012Validator(SCHEMA["request"])


class RunnerClient:
    """Speaks the protocol with a runner; ends it when the `with` block ends."""

    def __init__(self, log: Path, *options: str, executable: str = sys.executable, extra_path: str = "") -> None:
        reading, writing = os.pipe()
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [executable, "-m", "firstlight.runner", *options],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env={**os.environ, "PYTHONPATH": f"{ROOT / 'python'}{os.pathsep}{extra_path}", "AMORE_BROKER": "none"},
                preexec_fn=lambda: os.dup2(writing, 3),
                close_fds=False,
            )
        os.close(writing)
        self._events = reading
        self._rest = b""
        self._jobs = 0

    def __enter__(self) -> RunnerClient:
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=20)
        os.close(self._events)

    def send(self, **message: Any) -> None:
        REQUEST.validate(message)
        self.send_line(json.dumps(message))

    def send_line(self, line: str) -> None:
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def event(self) -> dict[str, Any] | None:
        """The next event that is no heartbeat, None after the last."""
        for line in self._lines():
            event = json.loads(line)
            EVENT.validate(event)
            if event["type"] != "heartbeat":
                return event
        return None

    def _lines(self) -> Iterator[bytes]:
        """Lines of events; an error, if there is none for too long."""
        while True:
            while b"\n" not in self._rest:
                assert select.select([self._events], [], [], PATIENCE_SECONDS)[0], f"the runner is silent: {self.log.read_text()}"
                piece = os.read(self._events, 1 << 16)
                if not piece:
                    return
                self._rest += piece
            line, self._rest = self._rest.split(b"\n", 1)
            yield line

    def until(self, kind: str) -> list[dict[str, Any]]:
        """Events up to and including the next one of a kind."""
        events = []
        while not events or events[-1]["type"] != kind:
            event = self.event()
            assert event is not None, f"the runner ended before it said {kind}: {self.log.read_text()}"
            events.append(event)
        return events

    def load(self, context: Path | str) -> dict[str, Any]:
        """Loads a context file; the `described` event."""
        self.send(type="load", id="load", context=str(context))
        return self.until("described")[-1]

    def load_text(self, folder: Path, text: str) -> dict[str, Any]:
        """Loads a context file with this text in a folder."""
        path = folder / "context.py"
        path.write_text(text)
        return self.load(path)

    def start(self, fragments: Path, **changes: Any) -> str:
        """Sends a `run` request (a mock run if nothing else is said); the job."""
        self._jobs += 1
        request = {
            "type": "run",
            "job": f"job-{self._jobs}",
            "proposal": 1234,
            "run": 1,
            "trigger": "all",
            "variables": None,
            "mock": True,
            "attempt": 0,
            "fragments": str(fragments),
            "dataRoot": None,
            "limits": {"seconds": None},
        }
        self.send(**{**request, **changes})
        return request["job"]

    def run(self, fragments: Path, **changes: Any) -> list[dict[str, Any]]:
        """Runs one job to its end; its events."""
        self.start(fragments, **changes)
        return self.until("finished")


def values(events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The `value` events by variable; each may be there only once."""
    found = [event for event in events if event["type"] == "value"]
    names = [event["variable"] for event in found]
    assert len(names) == len(set(names)), names
    return dict(zip(names, found, strict=True))


def states(events: list[dict[str, Any]]) -> dict[str, str]:
    """The states of a job's values without start_time."""
    return {name: value["state"] for name, value in values(events).items() if name != "start_time"}


def error(value: dict[str, Any]) -> tuple[str, str]:
    """A value's error: class and text."""
    return value["attributes"]["error_cls"], value["attributes"]["error"]
