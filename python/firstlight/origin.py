"""The origin of values: what each was made of and how, as the runner leaves it beside the value (`packages/core/src/wire/origin.ts`)."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .environment import environment
from .loading import LoadedContext
from .plan import START_TIME, is_glob, matching
from .wire import Input, Run

# A value's ingredients: identity, code, data, dependsOn, inputs, transient.
Made = Mapping[str, Any]
START_TIME_CODE = "start_time"


def identity_of(code: str, data: str | None, depends_on: Mapping[str, str], inputs: list[dict[str, Any]]) -> str:
    """The identity of a value that is made of these, the same in each language."""
    files = sorted(_json([path, identity]) for path, identity in depends_on.items())
    needed = sorted(_json([item["parameter"], item["kind"], item["name"], item["identity"], item["state"]]) for item in inputs)
    text = f"[{_json(code)},{_json(data)},[{','.join(files)}],[{','.join(needed)}]]"
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _json(said: Any) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


@dataclass
class Origins:
    """What the values of one job are made of, as far as the job has come."""

    context: LoadedContext
    request: Run
    # What became of variables: identity and state.
    known: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    # Of those that are not stored: what they are made of.
    _steps: dict[str, Made] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in self.request.foreign:
            state = item.get("state") or ("failed" if item["error"] else "ok" if item["fragment"] else "none")
            self.known[item["name"]] = (item.get("identity"), state)
        if START_TIME not in self.known and START_TIME not in self.context.declared:
            self.known[START_TIME] = (self.of_start_time()["identity"], "ok")

    def of(self, name: str) -> Made | None:
        """What a variable is (or would be) made of, once its inputs are known; None if the code is not."""
        if name not in self.context.code:
            return self.of_start_time() if name == START_TIME else None
        declared = self.context.declared[name]
        inputs = [entry for item in declared.inputs for entry in self._entries(item)]
        paths = (declared.needs and declared.needs.depends_on) or ()
        given = self._given("dependsOn")
        depends_on = {path: given[path] for path in paths if path in given}
        code = self.context.code[name]["identity"]
        made = _made(code, self._data(self.context.promoted[name].data), depends_on, inputs)
        return {**made, **self._transient(inputs)}

    def of_start_time(self) -> Made:
        """A run's start time depends on nothing but its files."""
        return _made(START_TIME_CODE, self._data("raw"), {}, [])

    def settle(self, name: str, made: Made | None, state: str) -> None:
        """A variable is over."""
        self.known[name] = (made["identity"] if made else None, "failed" if state == "cancelled" else state)
        if made is not None and name in self.context.declared and self.context.declared[name].variable.transient:
            self._steps[name] = made

    def _entries(self, item: Input) -> list[dict[str, Any]]:
        if item.kind == "var":
            names = matching(item.name, self._variables()) if is_glob(item.name) else [item.name]
            return [_entry(item, name, *self.known.get(name, (None, "missing"))) for name in names]
        if item.kind == "param":
            is_given = item.name in self.request.parameters
            identity = self._given("parameters").get(item.name) if is_given else None
            return [_entry(item, item.name, identity, "given" if is_given else "default" if item.optional else "missing")]
        return [_entry(item, item.name, None, "ok")] if item.kind in ("meta", "mymdc") else []

    def _variables(self) -> dict[str, None]:
        return dict.fromkeys((*self.known, *self.context.declared))

    def _given(self, what: str) -> Mapping[str, str]:
        return (self.request.origin or {}).get(what) or {}

    def _data(self, data: str) -> str | None:
        files = (self.request.origin or {}).get("data") or {}
        raw, proc = files.get("raw"), files.get("proc")
        return raw if data == "raw" or proc is None else f"{raw or ''}+{proc}"

    def _transient(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for item in inputs:
            step = self._steps.get(item["name"]) if item["kind"] == "var" else None
            if step is not None:
                found.update(step.get("transient", {}))
                found[item["name"]] = {key: value for key, value in step.items() if key != "transient"}
        return {"transient": found} if found else {}

    def how(self) -> dict[str, Any]:
        """What is the same for all values of the job."""
        request = self.request
        return {
            "context": self.context.version["identity"] if self.context.version else "",
            "environment": environment()["identity"],
            "job": request.job,
            "trigger": request.trigger,
            "attempt": request.attempt,
            "language": "python",
            "host": platform.node(),
            "user": (request.origin or {}).get("user"),
        }


def _made(code: str, data: str | None, depends_on: Mapping[str, str], inputs: list[dict[str, Any]]) -> dict[str, Any]:
    identity = identity_of(code, data, depends_on, inputs)
    files = {"dependsOn": dict(depends_on)} if depends_on else {}
    return {"identity": identity, "code": code, "data": data, **files, "inputs": inputs}


def _entry(item: Input, name: str, identity: str | None, state: str) -> dict[str, Any]:
    return {"parameter": item.parameter, "kind": item.kind, "name": name, "identity": identity, "state": state}


def completed(made: Made | None, how: Mapping[str, Any], began: float, seconds: float) -> Mapping[str, Any] | None:
    """The origin of a value that this process has made; None if nobody knows what of."""
    if made is None:
        return None
    return {**made, **how, "pid": os.getpid(), "startedAt": began, "seconds": seconds, "memoryBytes": _memory()}


def _memory() -> int:
    """The most memory that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024
