"""Finds the instances of groups in a file, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .group import GroupError
from .variable import is_group


def groups_of(namespace: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The instances of groups bound to top-level names, with these names."""
    return [(name, value) for name, value in namespace.items() if not name.startswith("__") and is_group(value)]


def reachable(roots: Iterable[Any]) -> list[Any]:
    """These instances and all that they hold, each once, from the last to the first."""
    found: dict[int, Any] = {}
    waiting = list(roots)
    while waiting:
        instance = waiting.pop()
        if id(instance) not in found:
            found[id(instance)] = instance
            waiting.extend(held for _, held in _held(instance))
    return list(found.values())


def candidate_names(bound: Iterable[tuple[str, Any]]) -> dict[int, list[str]]:
    """What each instance could be called, by `id`: the Python names, or dotted paths, nearest to the top of the file."""
    found: dict[int, list[str]] = {}
    level = [(instance.name or name, instance) for name, instance in bound]
    while level:
        deeper: dict[int, Any] = {}
        for path, instance in level:
            if id(instance) not in found or id(instance) in deeper:
                deeper[id(instance)] = instance
                names = found.setdefault(id(instance), [])
                names.extend([path] if path not in names else [])
        level = [item for instance in deeper.values() for item in _below(found[id(instance)][0], instance)]
    return found


def name_instance(instance: Any, candidates: Mapping[int, list[str]]) -> None:
    """Gives an instance the name that its file gives it; does nothing if it has one.

    Raises:
        GroupError: it has no name, several, or an invalid one.
    """
    kind = type(instance).__name__
    if instance.name is None:
        names = candidates.get(id(instance), [])
        if not names:
            raise GroupError(f"Group instance of '{kind}' has no name. Provide name=... or assign it to a variable in the context file.")
        if len(names) > 1:
            raise GroupError(f"Group instance of '{kind}' is assigned to multiple names {names} without an explicit name.")
        instance.name = names[0]
    if not isinstance(instance.name, str) or not instance.name:
        raise GroupError(f"Group instance of '{kind}' has invalid name {instance.name!r}. Provide a non-empty string name.")
    if instance.title is None:
        instance.title = instance.name.replace(".", instance.sep)


def _held(instance: Any) -> Iterator[tuple[str, Any]]:
    return ((attribute, value) for attribute, value in vars(instance).items() if is_group(value))


def _below(path: str, instance: Any) -> Iterator[tuple[str, Any]]:
    return ((held.name or f"{path}.{attribute}", held) for attribute, held in _held(instance))
