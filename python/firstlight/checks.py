"""Everything that can be wrong with the variables of a context file, found all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from .group_links import is_missing_link
from .plan import START_TIME, Graph, Promoted, matching, with_dependencies
from .variable import RunData
from .wire import Input, Problem

if TYPE_CHECKING:
    from .loading import Declared

TAGS_RULE = "must be a non-empty string or an iterable of strings"
MYMDC_FIELDS = ("sample_name", "run_type", "techniques")


def check(
    declared: Mapping[str, Declared],
    graph: Graph,
    promoted: Mapping[str, Promoted],
    cycle: list[str] | None,
    path: str,
    shared: bool = False,
) -> tuple[Problem, ...]:
    """All problems of a file's variables, each with its place in the file.

    Args:
        declared: the variables by name.
        graph: their direct dependencies.
        promoted: what they need; empty when there is a cycle.
        cycle: the names around a cycle, if there is one.
        path: the context file.
        shared: whether inputs that are not here may be in a context of another language.
    """
    finder = _Checks(declared, graph, promoted, path, shared)
    return tuple(finder.all(cycle))


class _Checks:
    def __init__(self, declared: Mapping[str, Declared], graph: Graph, promoted: Mapping[str, Promoted], path: str, shared: bool) -> None:
        self._declared = declared
        self._graph = graph
        self._promoted = promoted
        self._path = path
        self._shared = shared

    def all(self, cycle: list[str] | None) -> Iterator[Problem]:
        for item in self._declared.values():
            yield from self._inputs(item)
            yield from self._declaration(item)
        if cycle:
            text = f"These Variables have cyclical dependencies, which is not allowed: {cycle}"
            yield self._error(self._declared[cycle[0]], text)
        else:
            yield from self._raw_needing_proc()
        yield from self._duplicate_titles()

    def _inputs(self, item: Declared) -> Iterator[Problem]:
        for wanted in item.inputs:
            place = item.place.annotations.get(wanted.parameter) if item.place else None
            problem = self._input(item, wanted)
            if problem:
                severity, text = problem
                yield self._problem(item, severity, text, place)

    def _input(self, item: Declared, wanted: Input) -> tuple[str, str] | None:
        if wanted.kind == "var" and not matching(wanted.name, self._declared) and not is_missing_link(wanted.name):
            return None if self._shared else self._missing(item, wanted)
        if wanted.kind == "self":
            text = f"\"self#{wanted.name}\" is for variables in groups, so '{item.name}' will fail."
            return "warning", text
        if wanted.kind == "mymdc" and wanted.name not in MYMDC_FIELDS:
            text = f"Argument '{wanted.parameter}' of variable '{item.name}' has an invalid MyMdC dependency: '{wanted.name}'"
            return "error", text
        return None

    def _missing(self, item: Declared, wanted: Input) -> tuple[str, str]:
        return "error", f"Missing dependency: '{wanted.name}' for '{item.name}'" + self._hint(wanted.name)

    def _hint(self, name: str) -> str:
        return "; start_time can only be had through a glob" if name == START_TIME else ""

    def _declaration(self, item: Declared) -> Iterator[Problem]:
        variable = item.variable
        if not all(part.isidentifier() for part in item.name.split(".")):
            yield self._error(item, f"The variable name '{item.name}' is not a valid Python identifier or dotted name")
        if not (variable.data in (None, "raw", "proc", "all") or isinstance(variable.data, RunData)):
            yield self._error(item, f"{variable.data!r} is not a valid RunData", "data")
        if not _are_tags(variable.tags):
            yield self._error(item, f"tags={variable.tags!r} for variable {item.name} ({TAGS_RULE})", "tags")
        if variable.units is not None and not _is_text(variable.units):
            yield self._error(item, f"units={variable.units!r} for variable {item.name} (must be a non-empty string)", "units")

    def _raw_needing_proc(self) -> Iterator[Problem]:
        for name, item in self._declared.items():
            if item.variable.data not in ("raw", RunData.RAW):
                continue
            proc = sorted(other for other in with_dependencies(self._graph, [name]) if self._promoted[other].data == "proc")
            if proc:
                names = ", ".join(proc)
                text = (
                    f"Variable {name} is triggered by migration of raw data (data='raw'), "
                    f"but depends on these Variables that require proc data: {names}\n"
                    f"Remove data='raw' for {name} or change it to data='proc'"
                )
                yield self._error(item, text, "data")

    def _duplicate_titles(self) -> Iterator[Problem]:
        by_title: dict[str, list[Declared]] = {}
        for item in self._declared.values():
            by_title.setdefault(str(item.variable.title), []).append(item)
        for title, items in by_title.items():
            if len(items) > 1:
                names = ", ".join(item.name for item in items)
                yield self._error(items[-1], f"These Variables have duplicate titles between them: {names} ('{title}')", "title")

    def _error(self, item: Declared, text: str, argument: str | None = None) -> Problem:
        place = item.place.arguments.get(argument) if item.place and argument else None
        return self._problem(item, "error", text, place)

    def _problem(self, item: Declared, severity: str, text: str, place: tuple[int, int] | None) -> Problem:
        line, column = place or (item.place.place if item.place else (None, None))
        return Problem(severity, text, item.file or self._path, line, column)


def _are_tags(tags: object) -> bool:
    if tags is None:
        return True
    return isinstance(tags, Iterable) and not isinstance(tags, str) and all(_is_text(tag) for tag in tags)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
