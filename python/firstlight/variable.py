"""What a context file is written with: `Variable`, `Skip`, and the names that go with them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Any, NoReturn


class RunData(Enum):
    """Which data a variable needs."""

    RAW = "raw"
    PROC = "proc"
    ALL = "all"


class Skip(Exception):
    """Raise this in a variable to say that it has no value for this run, and why."""


class GroupError(Exception):
    """A group of variables is not declared as it must be."""


class NotYetError(Exception):
    """A context file uses a part of the language that this version does not run yet."""


class Variable:
    """Declares a function as a variable of the table; usable bare or called.

    Args:
        title: the column's title; default the function's name.
        description: default the function's docstring.
        summary: name of a numpy function that makes the summary from the data.
        data: "raw" or "proc"; default raw, or proc if it depends on a proc variable.
        cluster: run it in the dedicated-node job.
        tags: a string or several.
        transient: only for other variables: never saved, and may be any Python object.
        units: the unit of the data.

    Example:
        >>> @Variable(title="Trains")
        ... def trains(run):
        ...     return len(run.train_ids)
        >>> trains.name
        'trains'
    """

    def __init__(
        self,
        title: str | Callable[..., Any] | None = None,
        description: str | None = None,
        summary: str | None = None,
        data: str | None = None,
        cluster: bool = False,
        tags: str | Iterable[str] | None = None,
        transient: bool = False,
        units: str | None = None,
    ) -> None:
        self.name: str | None = None
        self.func: Callable[..., Any] | None = None
        self.title = None if callable(title) else title
        self.description = description
        self.summary = summary
        self.data = data
        self.cluster = cluster
        self.tags = (tags,) if isinstance(tags, str) else tuple(tags) if isinstance(tags, Iterator) else tags
        self.transient = transient
        self.units = units
        if callable(title):
            self(title)

    def __call__(self, func: Callable[..., Any]) -> Variable:
        """Takes the function; the name of the variable is the function's."""
        self.func = func
        self.name = func.__name__
        self.title = self.title or self.name
        self.description = self.description or inspect.getdoc(func)
        return self

    def __repr__(self) -> str:
        return f"<Variable {self.name}>"


def Group(*_args: Any, **_options: Any) -> NoReturn:
    """Groups of variables come with a later version; using one says so."""
    raise NotYetError("@Group")


class Pipeline:
    """Pipelines come with a later version; using one says so."""

    def __init__(self, *_args: Any, **_options: Any) -> None:
        raise NotYetError("Pipeline")

    @classmethod
    def default(cls) -> NoReturn:
        raise NotYetError("Pipeline.default()")

    @classmethod
    def set_default(cls, _pipeline: Any) -> NoReturn:
        raise NotYetError("Pipeline.set_default()")
