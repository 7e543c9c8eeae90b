"""Which names of a function are its own: those that are renamed in a normalised syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# What can see local names as texts.
_SEERS = frozenset(("locals", "vars", "dir", "eval", "exec", "globals"))


@dataclass
class Scope:
    """The names of a function, comprehension or class, and the scope around it."""

    parent: Scope | None
    # Its names and how each is written; None where that is not decided yet.
    names: dict[str, str | None] = field(default_factory=dict)
    is_class: bool = False
    outside: frozenset[str] = frozenset()

    def find(self, name: str) -> Scope | None:
        """The scope that a name belongs to; None is the module."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            if name in scope.outside:
                return None
            if name in scope.names and (first or not scope.is_class):
                return scope
            scope, first = scope.parent, False
        return None


def function_scope(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, parent: Scope | None) -> Scope:
    """The scope of a function: its parameters keep their names (callers use them), the others may be renamed."""
    arguments = node.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    parameters += [item for item in (arguments.vararg, arguments.kwarg) if item]
    found = _Names()
    found.look(node.body if isinstance(node.body, list) else [node.body])
    names: dict[str, str | None] = dict.fromkeys(found.bound - found.outside - found.shared)
    if found.is_seen:
        names = {name: f"S {name}" for name in names}
    names.update({item.arg: f"A {item.arg}" for item in parameters})
    return Scope(parent, names, outside=frozenset(found.outside))


def comprehension_scope(node: ast.AST, parent: Scope | None) -> Scope:
    """The scope of a comprehension: the names after `for`."""
    found = _Names()
    for generator in node.generators:  # type: ignore[attr-defined]
        found.look([generator.target])
    return Scope(parent, dict.fromkeys(found.bound))


def class_scope(node: ast.ClassDef, parent: Scope | None) -> Scope:
    """The scope of a class: its names are attributes, and keep their names."""
    found = _Names()
    found.look(node.body)
    return Scope(parent, {name: f"C {name}" for name in found.bound - found.outside}, is_class=True, outside=frozenset(found.outside))


def bound_names(statement: ast.stmt) -> set[str]:
    """The names that a statement of a module gives values to."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    found = _Names()
    found.look([statement])
    return found.bound


class _Names:
    """Collects the names that statements bind in their own scope."""

    def __init__(self) -> None:
        self.bound: set[str] = set()
        # Declared `global`, and `nonlocal`.
        self.outside: set[str] = set()
        self.shared: set[str] = set()
        self.is_seen = False

    def look(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self._node(node)

    def _node(self, node: ast.AST) -> None:
        handler = _HANDLERS.get(type(node))
        if handler is None:
            self.look(ast.iter_child_nodes(node))
        else:
            handler(self, node)

    def _name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.bound.add(node.id)
        elif node.id in _SEERS:
            self.is_seen = True

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.bound.add(node.name)
        self.look(node.decorator_list)
        self._inner(node)

    def _inner(self, node: ast.AST) -> None:
        """Another scope: its names are its own, but what is declared or looked at there may concern this one."""
        inner = _Names()
        inner.look(ast.iter_child_nodes(node))
        self.is_seen = self.is_seen or inner.is_seen
        if isinstance(node, COMPREHENSIONS):
            self.bound.update(_walrus(node))

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.bound.update((alias.asname or alias.name.split(".")[0]) for alias in node.names if alias.name != "*")

    def _handler(self, node: ast.ExceptHandler) -> None:
        self._named(node.name, node)

    def _pattern(self, node: ast.MatchAs | ast.MatchStar) -> None:
        self._named(node.name, node)

    def _mapping(self, node: ast.MatchMapping) -> None:
        self._named(node.rest, node)

    def _named(self, name: str | None, node: ast.AST) -> None:
        if name:
            self.bound.add(name)
        self.look(ast.iter_child_nodes(node))

    def _global(self, node: ast.Global) -> None:
        self.outside.update(node.names)

    def _nonlocal(self, node: ast.Nonlocal) -> None:
        self.shared.update(node.names)


def _walrus(node: ast.AST) -> set[str]:
    """`:=` in a comprehension binds a name around it."""
    return {item.target.id for item in ast.walk(node) if isinstance(item, ast.NamedExpr) and isinstance(item.target, ast.Name)}


_HANDLERS: dict[type[ast.AST], Callable[[_Names, ast.AST], None]] = {
    ast.Name: _Names._name,
    ast.FunctionDef: _Names._definition,
    ast.AsyncFunctionDef: _Names._definition,
    ast.ClassDef: _Names._definition,
    ast.Lambda: _Names._inner,
    **dict.fromkeys(COMPREHENSIONS, _Names._inner),
    ast.Import: _Names._import,
    ast.ImportFrom: _Names._import,
    ast.ExceptHandler: _Names._handler,
    ast.MatchAs: _Names._pattern,
    ast.MatchStar: _Names._pattern,
    ast.MatchMapping: _Names._mapping,
    ast.Global: _Names._global,
    ast.Nonlocal: _Names._nonlocal,
}  # type: ignore[dict-item]
