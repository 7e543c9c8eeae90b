"""`needs`: what a variable needs to be computed, beside its inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])
_MARK = "__firstlight_needs__"


@dataclass(frozen=True)
class Needs:
    """What was said about a function; None is not said."""

    timeout: float | None = None
    memory: int | None = None
    cpus: int | None = None
    gpus: int | None = None
    partial: bool | None = None
    depends_on: tuple[str, ...] | None = None

    def on_wire(self) -> dict[str, Any]:
        """As the runner protocol says it."""
        said = {
            "timeoutSeconds": self.timeout,
            "memoryBytes": self.memory,
            "cpus": self.cpus,
            "gpus": self.gpus,
            "partial": self.partial,
            "dependsOn": None if self.depends_on is None else list(self.depends_on),
        }
        return {key: value for key, value in said.items() if value is not None}


def needs(
    *,
    timeout: float | None = None,
    memory: int | None = None,
    cpus: int | None = None,
    gpus: int | None = None,
    partial: bool | None = None,
    depends_on: str | Iterable[str] | None = None,
) -> Callable[[_Function], _Function]:
    """Says what a variable needs; goes below `@Variable`, and only marks the function.

    Args:
        timeout: it is stopped when it takes longer, in seconds.
        memory: in bytes.
        cpus: processors that it uses at the same time.
        gpus: graphics processors.
        partial: compute it also while the run is being recorded, from the part that is there.
        depends_on: files that it reads; when one changes, its values are stale. Relative to the context's folder.

    Raises:
        TypeError: something is not as it should be.

    Example:
        >>> @needs(timeout=60, depends_on="calibration.json")
        ... def fit(run): ...
    """
    wanted = Needs(
        timeout=_positive("timeout", timeout, int | float),
        memory=_positive("memory", memory, int),
        cpus=_positive("cpus", cpus, int),
        gpus=_positive("gpus", gpus, int, least=0),
        partial=_flag("partial", partial),
        depends_on=_paths(depends_on),
    )

    def mark(func: _Function) -> _Function:
        if not callable(func) or not hasattr(func, "__dict__") or not hasattr(func, "__code__"):
            raise TypeError("@needs belongs below @Variable, directly above the function.")
        func.__dict__[_MARK] = wanted
        return func

    return mark


def needs_of(func: object) -> Needs | None:
    """What was said about a function."""
    return getattr(func, _MARK, None)


def _positive(name: str, value: Any, kind: Any, least: int | None = None) -> Any:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, kind) or not math.isfinite(value):
        raise TypeError(f"needs({name}=…) must be a {'whole ' if kind is int else ''}number, not {value!r}.")
    if value <= 0 and value != least:
        raise TypeError(f"needs({name}=…) must be {'positive' if least is None else f'{least} or more'}, not {value!r}.")
    return value


def _flag(name: str, value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise TypeError(f"needs({name}=…) must be True or False, not {value!r}.")


def _paths(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    paths = (value,) if isinstance(value, str) else tuple(value)
    if all(isinstance(path, str) and path for path in paths):
        return paths
    raise TypeError(f"needs(depends_on=…) must be one file name or several, not {value!r}.")
