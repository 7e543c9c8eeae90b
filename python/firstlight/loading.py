"""Executes a context file and says what is in it, or everything that is wrong with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError
from pathlib import Path
from types import TracebackType
from typing import Any

from .checks import check
from .declared import Declared, DeclaredGroup, Fault
from .expand import Declarations
from .pipeline import pipeline_scope
from .plan import Graph, Node, Promoted, dependencies, find_cycle, promote
from .source import Sources
from .variable import RunData, Variable, is_group
from .wire import GroupInfo, Problem, VariableInfo


class ContextFileErrors(Exception):
    """Everything that is wrong with the variables of a file; the list is in `problems`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class LoadedContext:
    """A context file after its execution; when `problems` holds an error, nothing of it runs."""

    path: str
    declared: Mapping[str, Declared]
    graph: Graph
    promoted: Mapping[str, Promoted]
    problems: tuple[Problem, ...]
    groups: tuple[DeclaredGroup, ...] = ()
    # The file that was executed, its text, and what its names stand for after that.
    file: str = ""
    text: str = ""
    namespace: Mapping[str, Any] = field(default_factory=dict)
    # The code of its variables and its version, as `code_identity.py` finds them.
    code: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    version: Mapping[str, Any] | None = None

    @property
    def runnable(self) -> bool:
        """Whether its variables may run."""
        return not any(problem.severity == "error" for problem in self.problems)


def load_context(path: str, shared: bool = False) -> LoadedContext:
    """Executes a context file in its own folder, which becomes the working directory and the first place of imports.

    Args:
        path: the file.
        shared: whether inputs that it does not have may be in a context of another language.
    """
    try:
        code = Path(path).read_bytes()
        os.chdir(os.path.dirname(path))
    except OSError as error:
        return _failed(Problem("error", f"The context file cannot be read: {error.strerror}.", path, None, None))
    sys.path.insert(0, os.path.dirname(path))
    return load_code(code, path, shared)


def load_code(code: bytes, path: str, shared: bool = False) -> LoadedContext:
    """Executes a context file's text; `path` is how tracebacks call it."""
    try:
        declarations, selected = _executed(code, path)
        context = selected or _examined(declarations, shared)
        return replace(context, file=path, text=_decoded(code), namespace=declarations.namespace)
    except BaseException as error:  # users' code: anything can come out, also SystemExit
        return _failed(_problem_of(error, path))


def load_strictly(code: bytes, path: str) -> LoadedContext:
    """As `load_code`, but raises what is wrong."""
    declarations, selected = _executed(code, path)
    return selected or _strictly(declarations)


def assemble_strictly(base: Iterable[Declared], variables: Iterable[Variable], groups: Iterable[Any]) -> LoadedContext:
    """Variables that came from a file, variables and groups put together by hand; raises what is wrong with them."""
    declarations = Declarations(Sources("<pipeline>", ""), {item.name: item for item in base})
    declarations.add_variables(variables)
    declarations.add_groups(groups, {})
    return _strictly(declarations)


def reassemble(declared: Mapping[str, Declared], path: str) -> LoadedContext:
    """Some of the variables of checked files; raises what is wrong with them together."""
    return _strictly(Declarations(Sources(path, ""), dict(declared)))


def _executed(code: bytes, path: str) -> tuple[Declarations, LoadedContext | None]:
    """What a file declares; or the variables of another that it has chosen instead."""
    namespace: dict[str, Any] = {}
    with pipeline_scope() as scope:
        exec(compile(code, path, "exec", dont_inherit=True), namespace)
    declarations = Declarations(Sources(path, _decoded(code)), namespace=namespace)
    if scope.pipeline is not None:
        if scope.pipeline.loaded is not None:
            return declarations, scope.pipeline.context
        variables, groups = scope.pipeline.added
        declarations.add_variables(variables)
        declarations.add_groups(groups, {} if scope.exclusive else namespace)
    if not scope.exclusive:
        declarations.add_variables(item for item in namespace.values() if isinstance(item, Variable))
        declarations.add_groups([value for value in namespace.values() if is_group(value)], namespace)
    return declarations, None


def _strictly(declarations: Declarations) -> LoadedContext:
    context = _examined(declarations)
    errors = [problem for problem in context.problems if problem.severity == "error"]
    if declarations.faults:
        raise declarations.faults[0].error
    if errors:
        raise _error_of(errors)
    return context


def _error_of(problems: Sequence[Problem]) -> Exception:
    text = problems[0].text
    if text.startswith("Missing dependency"):
        return KeyError(text)
    if "cyclical dependencies" in text:
        return CycleError(text)
    if text.endswith("is not a valid RunData"):
        return ValueError(text)
    return ContextFileErrors([problem.text for problem in problems])


def describe(context: LoadedContext) -> tuple[VariableInfo, ...]:
    """The variables of a loaded context as the wire says them."""
    if not context.runnable:
        return ()
    return tuple(_info(declared, context.promoted[name], context.code.get(name)) for name, declared in context.declared.items())


def _decoded(code: bytes) -> str:
    import io
    import tokenize

    encoding, _ = tokenize.detect_encoding(io.BytesIO(code).readline)
    return code.decode(encoding)


def _examined(declarations: Declarations, shared: bool = False) -> LoadedContext:
    declared, path = declarations.variables, declarations.sources.path
    nodes = {name: _node(item) for name, item in declared.items()}
    graph = dependencies(nodes)
    cycle = find_cycle(graph)
    promoted = {} if cycle else promote(nodes, graph)
    faults = tuple(_problem_of_fault(fault, path) for fault in declarations.faults)
    problems = (*faults, *check(declared, graph, promoted, cycle, path, shared))
    return LoadedContext(path, declared, graph, promoted, problems, tuple(declarations.groups.values()))


def _problem_of_fault(fault: Fault, path: str) -> Problem:
    file, line, column = fault.place or (path, None, None)
    return Problem("error", str(fault.error), file, line, column)


def _node(item: Declared) -> Node:
    return Node(item.name, item.inputs, data_of(item.variable), bool(item.variable.cluster))


def data_of(variable: Variable) -> str | None:
    """ "raw", "proc" or None as the decorator says; a value it may not have is a problem of its own and counts as None here."""
    data = variable.data.value if isinstance(variable.data, RunData) else variable.data
    return data if data in ("raw", "proc") else None


def _info(declared: Declared, promoted: Promoted, code: Mapping[str, Any] | None) -> VariableInfo:
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
        needs=declared.needs.on_wire() if declared.needs else None,
        file=declared.file,
        line=line,
        column=column,
        code=code,
    )


def describe_groups(context: LoadedContext) -> tuple[GroupInfo, ...]:
    """The groups of a loaded context as the wire says them."""
    return tuple(_group(item, context.path) for item in context.groups) if context.runnable else ()


def _group(item: DeclaredGroup, path: str) -> GroupInfo:
    file, line = item.place or (None, None)
    here = file == path
    return GroupInfo(item.instance.name, str(item.instance.title), line if here else None, 1 if here else None)


def _failed(problem: Problem) -> LoadedContext:
    return LoadedContext(problem.file, {}, {}, {}, (problem,))


def _problem_of(error: BaseException, path: str) -> Problem:
    if isinstance(error, SyntaxError) and error.lineno is not None:
        text = f"{type(error).__name__}: {error.msg}"
        return Problem("error", text, error.filename or path, error.lineno, max(error.offset or 1, 1))
    line, column = _place_of(error.__traceback__, path)
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
