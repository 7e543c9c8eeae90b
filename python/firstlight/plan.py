"""Decides which variables run for a trigger, with which inputs, and in which order. Pure: names in, names out."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from .wire import Input

START_TIME = "start_time"


@dataclass(frozen=True)
class Node:
    """What planning needs to know about a variable; `data` is None when the file does not say."""

    name: str
    inputs: tuple[Input, ...]
    data: str | None
    cluster: bool


@dataclass(frozen=True)
class Promoted:
    """What a variable needs, its dependencies included."""

    data: str
    cluster: bool


Graph = Mapping[str, tuple[str, ...]]


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """The names that a `var#` name or glob means, in their order."""
    return [name for name in names if name == pattern or fnmatch.fnmatchcase(name, pattern)]


def is_glob(pattern: str) -> bool:
    """Tells whether a `var#` name contains wildcards."""
    return any(character in pattern for character in "*?[")


def dependencies(nodes: Mapping[str, Node]) -> dict[str, tuple[str, ...]]:
    """The direct dependencies of each variable by name; names that match nothing are left out."""
    return {name: _direct(node, nodes) for name, node in nodes.items()}


def _direct(node: Node, names: Iterable[str]) -> tuple[str, ...]:
    patterns = [item.name for item in node.inputs if item.kind == "var"]
    return tuple(dict.fromkeys(name for pattern in patterns for name in matching(pattern, names)))


def find_cycle(graph: Graph) -> list[str] | None:
    """The names around one cycle (first = last), or None without a cycle."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        return cycle
    return None


def in_order(graph: Graph) -> list[str]:
    """All names so that dependencies come first: level by level, within a level mostly as defined."""
    return list(TopologicalSorter(graph).static_order())


def promote(nodes: Mapping[str, Node], graph: Graph) -> dict[str, Promoted]:
    """What each variable needs: proc or cluster if it says so, or (for data: if it says nothing) if a dependency does."""
    promoted: dict[str, Promoted] = {}
    for name in in_order(graph):
        below = [promoted[dependency] for dependency in graph[name]]
        inherited = "proc" if any(item.data == "proc" for item in below) else "raw"
        cluster = nodes[name].cluster or any(item.cluster for item in below)
        promoted[name] = Promoted(nodes[name].data or inherited, cluster)
    return promoted


def with_dependencies(graph: Graph, names: Collection[str]) -> set[str]:
    """The names and everything they need, directly or not."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(graph[name])
    return found


def select(graph: Graph, promoted: Mapping[str, Promoted], trigger: str, wanted: Collection[str] | None) -> list[str]:
    """The variables to run, in order: those that the trigger and the wanted names select, and all that they need."""
    chosen = [
        name for name, needs in promoted.items() if (trigger == "all" or needs.data == trigger) and (wanted is None or name in wanted)
    ]
    selected = with_dependencies(graph, chosen)
    return [name for name in in_order(graph) if name in selected]
