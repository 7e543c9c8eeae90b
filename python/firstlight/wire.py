"""The runner protocol in Python: requests come in as JSON lines, events go out as JSON lines.

The schema is `packages/core/src/wire/runner.ts`; `fixtures/wire/` holds examples that the tests of both languages read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar


class WireError(ValueError):
    """A request line that is not what the protocol says; `id` is the request's id or job if it could be read."""

    def __init__(self, sentence: str, id: str | None = None) -> None:
        super().__init__(sentence)
        self.id = id


@dataclass(frozen=True)
class Load:
    """Load (or load again) a context file; answered by `described`."""

    id: str
    context: str
    # The folder has a context in another language, too: inputs that are not in this file are no problem of it.
    shared: bool = False


@dataclass(frozen=True)
class Describe:
    """Describe the loaded context; answered by `described`."""

    id: str


@dataclass(frozen=True)
class Limits:
    """What one variable may use."""

    seconds: float | None


@dataclass(frozen=True)
class Run:
    """Execute variables for one run; answered by `started`, one `value` for each variable, `finished`."""

    job: str
    proposal: int
    run: int
    trigger: str
    variables: tuple[str, ...] | None
    mock: bool
    attempt: int
    fragments: str
    data_root: str | None
    limits: Limits
    parameters: Mapping[str, Any] = field(default_factory=dict)
    # Processors that may be used at once; None: as the runner likes.
    parallel: int | None = None
    # What has become of other variables in this job already, as `foreign.py` reads it.
    foreign: tuple[Mapping[str, Any], ...] = ()
    # Identities of what the values are made of, as `origin.py` reads them.
    origin: Mapping[str, Any] | None = None
    # Only `variables` leave values; what they need is computed, and nothing is said or stored of it.
    only: bool = False


@dataclass(frozen=True)
class Cancel:
    """Stop one variable of a job, or the whole job when `variable` is None."""

    job: str
    variable: str | None
    reason: str


@dataclass(frozen=True)
class Exit:
    """End the runner."""


Request = Load | Describe | Run | Cancel | Exit


@dataclass(frozen=True)
class Input:
    """What one parameter of a variable's function is filled with."""

    parameter: str
    kind: str
    name: str
    optional: bool


@dataclass(frozen=True)
class Problem:
    """Something wrong in a context file; line and column are 1-based, None without a place."""

    severity: str
    text: str
    file: str
    line: int | None
    column: int | None


@dataclass(frozen=True)
class VariableInfo:
    """A variable as its context file declares it, after raw/proc and cluster promotion."""

    name: str
    title: str
    description: str | None
    tags: tuple[str, ...]
    summary: str | None
    data: str
    cluster: bool
    transient: bool
    units: str | None
    inputs: tuple[Input, ...]
    line: int | None
    column: int | None
    needs: Mapping[str, Any] | None = None
    file: str | None = None
    code: Mapping[str, Any] | None = None

    def on_wire(self) -> dict[str, Any]:
        """As a message; what is not said is left out."""
        message = asdict(self)
        return {key: value for key, value in message.items() if value is not None or key not in ("needs", "file", "code")}


@dataclass(frozen=True)
class GroupInfo:
    """A group of variables that share a name and a title."""

    name: str
    title: str
    line: int | None
    column: int | None


@dataclass(frozen=True)
class Described:
    """The answer to `load` and `describe`."""

    type: ClassVar[str] = "described"
    id: str
    language: str
    file: str
    variables: tuple[VariableInfo, ...]
    groups: tuple[Any, ...]
    problems: tuple[Problem, ...]
    context: Mapping[str, Any] | None = None
    environment: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Started:
    """A job's process runs and will announce these variables."""

    type: ClassVar[str] = "started"
    job: str
    pid: int
    variables: tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """A variable's function begins."""

    type: ClassVar[str] = "progress"
    job: str
    variable: str


@dataclass(frozen=True)
class Value:
    """A value is ready, and its fragment (if it leaves one) complete on disk."""

    type: ClassVar[str] = "value"
    job: str
    proposal: int
    run: int
    variable: str
    state: str
    summary: Any
    maxDiff: Any
    attributes: Mapping[str, Any] | None
    kind: str | None
    seconds: float
    fragment: str | None
    identity: str | None = None


@dataclass(frozen=True)
class Heartbeat:
    """The runner is alive; `at` is seconds since the epoch."""

    type: ClassVar[str] = "heartbeat"
    at: float


@dataclass(frozen=True)
class Finished:
    """A job is over; nothing more is said about it."""

    type: ClassVar[str] = "finished"
    job: str
    outcome: str
    message: str | None
    seconds: float


@dataclass(frozen=True)
class Fault:
    """The runner could not do what was asked."""

    type: ClassVar[str] = "fault"
    id: str | None
    message: str


# Members of events that are not said rather than null.
_LEFT_OUT = ("context", "environment", "identity")

Event = Described | Started | Progress | Value | Heartbeat | Finished | Fault


def parse_request(line: str | bytes) -> Request:
    """Reads one request line.

    Raises:
        WireError: what is wrong with the line, in one sentence.
    """
    try:
        message = json.loads(line)
    except ValueError as error:
        raise WireError(f"A request is not JSON: {error}.") from error
    if not isinstance(message, dict):
        raise WireError("A request is not a JSON object.")
    return _Fields(message).request()


def format_event(event: Event) -> bytes:
    """One event as a JSON line, newline included."""
    message = {"type": event.type, **asdict(event)}
    if isinstance(event, Described):
        message["variables"] = [variable.on_wire() for variable in event.variables]
    return format_message(message)


def format_message(message: Mapping[str, Any]) -> bytes:
    """Any message as a JSON line, newline included; NaN must already be a string (`wire_number`)."""
    message = {name: value for name, value in message.items() if value is not None or name not in _LEFT_OUT}
    return json.dumps(message, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def wire_number(value: float) -> float | str:
    """A number as JSON can say it: NaN and the infinities become strings."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


class _Fields:
    """The fields of one request, each checked when it is asked for."""

    def __init__(self, message: dict[str, Any]) -> None:
        self._message = message
        id = message.get("id", message.get("job"))
        self._id = id if isinstance(id, str) else None

    def request(self) -> Request:
        match self._get("type", str):
            case "load":
                return Load(self._get("id", str), self._get("context", str), self._get("shared", bool, None) or False)
            case "describe":
                return Describe(self._get("id", str))
            case "run":
                return self._run()
            case "cancel":
                return Cancel(self._get("job", str), self._get("variable", str, None), self._get("reason", str))
            case "exit":
                return Exit()
            case other:
                raise WireError(f'The request type "{other}" is not known; it may be newer than this runner.', self._id)

    def _run(self) -> Run:
        return Run(
            job=self._get("job", str),
            proposal=self._positive("proposal"),
            run=self._get("run", int),
            trigger=self._one_of("trigger", ("raw", "proc", "all")),
            variables=self._names("variables"),
            mock=self._get("mock", bool),
            attempt=self._get("attempt", int),
            fragments=self._get("fragments", str),
            data_root=self._get("dataRoot", str, None),
            limits=Limits(_seconds(self._get("limits", dict), self._id)),
            parameters=self._get("parameters", dict, None) or {},
            parallel=self._positive("parallel") if "parallel" in self._message else None,
            foreign=tuple(self._foreign(item) for item in self._get("foreign", list, None) or ()),
            origin=self._origin(),
            only=self._get("only", bool, None) or False,
        )

    def _get(self, name: str, *kinds: type | None) -> Any:
        value = self._message.get(name)
        if value is None and None in kinds:
            return None
        wanted = tuple(kind for kind in kinds if kind is not None)
        if isinstance(value, wanted) and not (isinstance(value, bool) and bool not in wanted):
            return value
        raise WireError(f'The request\'s "{name}" must be {wanted[0].__name__}, not {value!r}.', self._id)

    def _positive(self, name: str) -> int:
        value: int = self._get(name, int)
        if value > 0:
            return value
        raise WireError(f'The request\'s "{name}" must be positive, not {value}.', self._id)

    def _origin(self) -> Mapping[str, Any] | None:
        match self._message.get("origin"):
            case None:
                return None
            case (
                {
                    "data": {"raw": str() | None, "proc": str() | None},
                    "dependsOn": dict(),
                    "parameters": dict(),
                    "user": str() | None,
                } as origin
            ):
                return origin
        raise WireError('The request\'s "origin" is not as the protocol has it.', self._id)

    def _foreign(self, item: Any) -> Mapping[str, Any]:
        match item:
            case {"name": str(), "fragment": str() | None, "error": None | {"errorClass": str(), "message": str()}}:
                return item
        raise WireError(f'An item of the request\'s "foreign" is not as the protocol has it: {item!r}.', self._id)

    def _one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value: str = self._get(name, str)
        if value in allowed:
            return value
        raise WireError(f'The request\'s "{name}" must be one of {", ".join(allowed)}, not {value!r}.', self._id)

    def _names(self, name: str) -> tuple[str, ...] | None:
        names = self._get(name, list, None)
        if names is None:
            return None
        if all(isinstance(item, str) for item in names):
            return tuple(names)
        raise WireError(f'The request\'s "{name}" must be a list of names or null.', self._id)


def _seconds(limits: dict[str, Any], id: str | None) -> float | None:
    seconds = limits.get("seconds")
    if seconds is None:
        return None
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds > 0:
        return float(seconds)
    raise WireError(f'The request\'s "limits.seconds" must be a positive number or null, not {seconds!r}.', id)
