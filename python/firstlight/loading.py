"""Executes a context file and says what is in it, or everything that is wrong with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from .checks import NOT_YET, check
from .inputs import inputs_of
from .plan import Graph, Node, Promoted, dependencies, find_cycle, promote
from .source import FunctionPlace, functions
from .variable import NotYetError, RunData, Variable
from .wire import Input, Problem, VariableInfo


@dataclass(frozen=True)
class Declared:
    """A variable of the file: the user's object, its inputs, and where it stands (None if in another file)."""

    name: str
    variable: Variable
    inputs: tuple[Input, ...]
    place: FunctionPlace | None


@dataclass(frozen=True)
class LoadedContext:
    """A context file after its execution; when `problems` holds an error, nothing of it runs."""

    path: str
    declared: Mapping[str, Declared]
    graph: Graph
    promoted: Mapping[str, Promoted]
    problems: tuple[Problem, ...]

    @property
    def runnable(self) -> bool:
        """Whether its variables may run."""
        return not any(problem.severity == "error" for problem in self.problems)


def load_context(path: str) -> LoadedContext:
    """Executes a context file in its own folder, which becomes the working directory and the first place of imports."""
    try:
        code = Path(path).read_bytes()
        os.chdir(os.path.dirname(path))
    except OSError as error:
        return _failed(Problem("error", f"The context file cannot be read: {error.strerror}.", path, None, None))
    sys.path.insert(0, os.path.dirname(path))
    return load_code(code, path)


def load_code(code: bytes, path: str) -> LoadedContext:
    """Executes a context file's text; `path` is how tracebacks call it."""
    namespace: dict[str, Any] = {}
    try:
        exec(compile(code, path, "exec", dont_inherit=True), namespace)
        declared = _declared(namespace, _decoded(code), path)
    except BaseException as error:  # users' code: anything can come out, also SystemExit
        return _failed(_problem_of(error, path))
    return _examined(declared, path)


def describe(context: LoadedContext) -> tuple[VariableInfo, ...]:
    """The variables of a loaded context as the wire says them."""
    if not context.runnable:
        return ()
    return tuple(_info(declared, context.promoted[name]) for name, declared in context.declared.items())


def _decoded(code: bytes) -> str:
    import io
    import tokenize

    encoding, _ = tokenize.detect_encoding(io.BytesIO(code).readline)
    return code.decode(encoding)


def _declared(namespace: Mapping[str, Any], code: str, path: str) -> dict[str, Declared]:
    places = functions(code)
    # Two names bound to one object are one variable; of two variables with one name the last is meant.
    variables = {item.name: item for item in namespace.values() if isinstance(item, Variable) and item.func is not None}
    return {name: _declare(name, variable, places, path) for name, variable in variables.items() if name is not None}


def _declare(name: str, variable: Variable, places: Mapping[tuple[str, int], FunctionPlace], path: str) -> Declared:
    code = getattr(variable.func, "__code__", None)
    local = code is not None and code.co_filename == path
    place = places.get((code.co_name, code.co_firstlineno)) if code is not None and local else None
    return Declared(name, variable, inputs_of(variable.func) if variable.func else (), place)


def _examined(declared: Mapping[str, Declared], path: str) -> LoadedContext:
    nodes = {name: _node(item) for name, item in declared.items()}
    graph = dependencies(nodes)
    cycle = find_cycle(graph)
    promoted = {} if cycle else promote(nodes, graph)
    problems = check(declared, graph, promoted, cycle, path)
    return LoadedContext(path, declared, graph, promoted, problems)


def _node(item: Declared) -> Node:
    return Node(item.name, item.inputs, data_of(item.variable), bool(item.variable.cluster))


def data_of(variable: Variable) -> str | None:
    """ "raw", "proc" or None as the decorator says; a value it may not have is a problem of its own and counts as None here."""
    data = variable.data.value if isinstance(variable.data, RunData) else variable.data
    return data if data in ("raw", "proc") else None


def _info(declared: Declared, promoted: Promoted) -> VariableInfo:
    variable = declared.variable
    line, column = declared.place.place if declared.place else (None, None)
    return VariableInfo(
        name=declared.name,
        title=str(variable.title),
        description=None if variable.description is None else str(variable.description),
        tags=tuple(variable.tags or ()),
        summary=variable.summary if isinstance(variable.summary, str) else None,
        data=promoted.data,
        cluster=promoted.cluster,
        transient=bool(variable.transient),
        units=variable.units,
        inputs=tuple(item for item in declared.inputs if item.kind in ("var", "meta", "mymdc", "param")),
        line=line,
        column=column,
    )


def _failed(problem: Problem) -> LoadedContext:
    return LoadedContext(problem.file, {}, {}, {}, (problem,))


def _problem_of(error: BaseException, path: str) -> Problem:
    if isinstance(error, SyntaxError) and error.lineno is not None:
        text = f"{type(error).__name__}: {error.msg}"
        return Problem("error", text, error.filename or path, error.lineno, max(error.offset or 1, 1))
    line, column = _place_of(error.__traceback__, path)
    if isinstance(error, NotYetError):
        where = f" (line {line})" if line else ""
        text = f"This file uses {error}{where}, {NOT_YET}."
        return Problem("error", text, path, line, column)
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, SystemExit):
        text = f"The file ends the process while it is loaded ({text}); remove the call of exit()."
    return Problem("error", text, path, line, column)


def _place_of(traceback: TracebackType | None, path: str) -> tuple[int | None, int | None]:
    """The innermost line of the user's file that a traceback passes through."""
    place: tuple[int | None, int | None] = (None, None)
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path:
            place = (traceback.tb_lineno, _column_of(traceback))
        traceback = traceback.tb_next
    return place


def _column_of(traceback: TracebackType) -> int:
    positions = getattr(traceback.tb_frame.f_code, "co_positions", None)
    if positions is None:  # Python 3.10
        return 1
    column = list(positions())[traceback.tb_lasti // 2][2]
    return 1 if column is None else column + 1
