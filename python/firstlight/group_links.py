"""What `self#…` means in an instance of a group."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .group import GroupError
from .variable import GroupBoundVariable, Variable, is_group

MISSING = ".__missing__."
_WILD = re.compile(r"[*?\[\]]")


def resolve(instance: Any, path: str) -> str:
    """The name (or glob) of the variable at a dotted path from an instance.

    Behind a link that is None there is a name that no variable has, so that a required argument is missing when it runs.

    Raises:
        GroupError, AttributeError: there is no variable at this path.
    """
    place = _walk(instance, path.split("."))
    return place if isinstance(place, str) else _variable_at(place)


@dataclass(frozen=True)
class _Place:
    group: Any
    attribute: str


def _walk(instance: Any, parts: list[str]) -> _Place | str:
    group = instance
    for index, part in enumerate(parts[:-1]):
        value = getattr(group, part)
        if value is None:
            return _missing(group, parts[index:])
        if not is_group(value):
            kind = type(value).__name__
            raise AttributeError(
                f"Attribute '{part}' on group '{group.name}' is of type '{kind}', but a Group is required in a self# path."
            )
        group = value
    return _Place(group, parts[-1])


def _variable_at(place: _Place) -> str:
    group, attribute = place.group, place.attribute
    if not hasattr(group, attribute):
        if _WILD.search(attribute):
            return f"{group.name}.{attribute}"
        raise GroupError(
            f"Attribute '{attribute}' on group '{group.name}' does not exist, but is referenced as a dependency in annotation."
        )
    value = getattr(group, attribute)
    if value is None:
        return _missing(group, [attribute])
    if isinstance(value, Variable | GroupBoundVariable):
        return str(value.name)
    kind = type(value).__name__
    raise GroupError(
        f"Attribute '{attribute}' on group '{group.name}' is of type '{kind}', but a Variable is required for a self# dependency."
    )


def _missing(group: Any, rest: list[str]) -> str:
    return f"{group.name}{MISSING}{_WILD.sub('_', '.'.join(rest))}"


def is_missing_link(name: str) -> bool:
    """Tells whether a name stands for a variable behind a link that is None."""
    return MISSING in name
