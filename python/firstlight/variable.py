"""What a context file is written with: `Variable`, `Skip`, and the names that go with them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Any


class RunData(Enum):
    """Which data a variable needs."""

    RAW = "raw"
    PROC = "proc"
    ALL = "all"


class Skip(Exception):
    """Raise this in a variable to say that it has no value for this run, and why."""


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

    def __get__(self, instance: object | None, owner: type | None = None) -> Any:
        """In a group, an instance's variable has the group's name before its own."""
        if instance is None or not is_group(instance):
            return self
        return GroupBoundVariable(instance, self)

    def __repr__(self) -> str:
        return f"<Variable {self.name}>"


class GroupBoundVariable:
    """A variable as an instance of a group has it; give it to other groups as a link."""

    def __init__(self, group: Any, variable: Variable) -> None:
        self.group = group
        self.variable = variable

    @property
    def name(self) -> str:
        """The variable's name in the table; the group must have its name by then."""
        return f"{self.group.name}.{self.variable.name}"

    def __repr__(self) -> str:
        return f"<Variable {self.name}>"


GROUP_MARK = "__firstlight_group__"


def is_group(value: object) -> bool:
    """Tells whether a value is an instance of a class decorated with `@Group`, or of one derived from it."""
    return not isinstance(value, type) and hasattr(type(value), GROUP_MARK)
