"""A variable as a file declares it, with everything that checks and execution want to know."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from .needs import Needs
from .source import FunctionPlace
from .variable import Variable
from .wire import Input


@dataclass(frozen=True)
class Declared:
    """A variable of the file, of a group's instance with the instance's names and links."""

    name: str
    variable: Variable
    inputs: tuple[Input, ...]
    # Where its function stands; None when nobody knows.
    place: FunctionPlace | None = None
    # The file of `place` if that is not the context file.
    file: str | None = None
    needs: Needs | None = None

    def is_same(self, other: Declared) -> bool:
        """Whether both are one function (of one instance of a group)."""
        return self.variable is other.variable or _origin(self) == _origin(other)


@dataclass(frozen=True)
class Fault:
    """An exception that a declaration deserves, and the place that it is about: file, line, column."""

    error: Exception
    place: tuple[str, int, int] | None


@dataclass(frozen=True)
class DeclaredGroup:
    """An instance of a group after it got its name."""

    instance: Any

    @property
    def place(self) -> tuple[str, int] | None:
        """File and line of the code that made it."""
        from .group import PLACE

        place: tuple[str, int] | None = vars(self.instance).get(PLACE)
        return place


def _origin(declared: Declared) -> tuple[object, ...]:
    func = declared.variable.func
    return (func.func, *(id(item) for item in func.args)) if isinstance(func, functools.partial) else (func,)
