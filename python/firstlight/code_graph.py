"""What statements of the user's modules reach, and one identity for all of it."""

from __future__ import annotations

import ast
import bisect
import copy
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .code_modules import Module, ModuleNames, Modules
from .code_names import EVERYTHING, Ref
from .code_tree import Tree, tree_of

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


@dataclass(eq=False)
class Node:
    """A statement of a module, or a variable of a group's class."""

    module: Module
    first_line: int
    last_line: int
    tree: Tree
    binds: tuple[str, ...] = ()
    # Only says what things are, and calls nothing that has effects.
    is_definition: bool = False
    places: dict[Ref, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = {ref: place for place, ref in enumerate(self.tree.refs)}

    @property
    def source(self) -> str:
        """How it is written."""
        return "\n".join(self.module.lines[self.first_line - 1 : self.last_line]) + "\n"


class CodeGraph:
    """All statements of a context file and the modules beside it."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._nodes: dict[str, list[Node]] = {}
        self._members: dict[str, list[Node]] = {}
        self._concerned: dict[Ref, list[Node]] = {}
        for module in modules.all():
            self._add(module)
        self._call_functions()
        for module in list(self._nodes):
            for node in self._nodes[module]:
                self._concern(node)
        self.effects = self.identity([node for node in self._all() if self._counts_for_all(node)])[0]

    def _all(self) -> Iterator[Node]:
        return (node for nodes in self._nodes.values() for node in nodes)

    # Making the nodes

    def _add(self, module: Module) -> None:
        names = ModuleNames(module, self._modules)
        self._members[module.path] = []
        nodes = self._nodes[module.path] = []
        keep = "__doc__" in module.text
        bound: dict[int, list[str]] = {}
        for name, places in module.names.items():
            for place in places:
                bound.setdefault(place, []).append(name)
        for index, statement in enumerate(module.statements):
            header = self._split(module, statement, names) if isinstance(statement, ast.ClassDef) else statement
            tree = tree_of(header, names, keep_docstrings=keep)
            mine = tuple(bound.get(index, ()))
            is_definition = isinstance(statement, _DEFINITIONS) or names.is_needless(mine)
            nodes.append(Node(module, _first_line(statement), statement.end_lineno or 0, tree, mine, is_definition))

    def _split(self, module: Module, statement: ast.ClassDef, names: ModuleNames) -> ast.ClassDef:
        """A variable of a group counts only for itself; what is left of the class counts for all of them."""
        own = [item for item in statement.body if isinstance(item, ast.FunctionDef) and _is_variable(item, names)]
        for item in own:
            tree = tree_of(item, names, within=statement)
            self._members[module.path].append(Node(module, _first_line(item), item.end_lineno or 0, tree))
        if not own:
            return statement
        header = copy.copy(statement)
        header.body = [item for item in statement.body if item not in own]
        return header

    def _concern(self, node: Node) -> None:
        """Notes which names a statement is about: those it binds, and those whose values it may change."""
        path = node.module.path
        for ref in dict.fromkeys((*((path, name) for name in node.binds), *sorted_refs(node.tree.changes | node.tree.changes_when_called))):
            nodes = self._concerned.setdefault(ref, [])
            if node not in nodes:
                nodes.append(node)

    def _call_functions(self) -> None:
        """What is called while a module is executed may change what its functions change."""
        if not any(node.tree.changes_when_called for node in self._all()):
            return
        binding: dict[Ref, list[Node]] = {}
        for node in self._all():
            for name in node.binds:
                binding.setdefault((node.module.path, name), []).append(node)
        for node in self._all():
            own = {(node.module.path, name) for name in node.binds}
            node.tree.changes |= _changed_by_calls(node.tree.direct - own, binding)

    def _counts_for_all(self, node: Node) -> bool:
        """Whether a statement may change what no name tells of."""
        if node.tree.has_effects:
            return True
        is_for_something = node.is_definition or node.tree.changes
        return bool(node.tree.calls and node.binds and not is_for_something and not self._is_read(node))

    def _is_read(self, node: Node) -> bool:
        refs = {(node.module.path, name) for name in node.binds}
        members = (member for nodes in self._members.values() for member in nodes)
        return any(other is not node and not refs.isdisjoint(other.places) for other in (*self._all(), *members))

    # Asking

    def at(self, path: str, line: int) -> list[Node]:
        """The statement at a line of a file: a variable of a group by itself, everything else whole."""
        return _around(line, self._members.get(path, [])) or _around(line, self._nodes.get(path, []))

    def identity(self, roots: Iterable[Ref | Node]) -> tuple[str, list[Node]]:
        """The identity of everything that is reached from some places, and what that is.

        Statements are numbered in the order in which they are met, so that neither names nor files nor lines count.
        """
        numbers: dict[Node, int] = {}
        met: list[Node] = []
        said: list[object] = []

        def number(node: Node) -> int:
            if node not in numbers:
                numbers[node] = len(met)
                met.append(node)
            return numbers[node]

        for root in roots:
            said.append([number(root), -3] if isinstance(root, Node) else self._edge(root, number))
        for node in met:  # grows on the way
            said.append(node.tree.digest)
            said.extend(self._edge(ref, number) for ref in node.tree.refs)
        return hashlib.sha256(json.dumps(said).encode()).hexdigest(), met

    def _edge(self, ref: Ref, number: Callable[[Node], int]) -> list[tuple[int, int]]:
        path, name = ref
        if ref == EVERYTHING:
            return [(number(node), -1) for node in self._all()]
        if name is None:
            self._need(path)
            return [(number(node), -1) for node in self._nodes.get(path, ())]
        if isinstance(name, int):
            return [(number(node), -2) for node in self.at(path, name)]
        self._need(path)
        return [(number(node), node.places.get(ref, -1)) for node in self._concerned.get(ref, ())]

    def _need(self, path: str) -> None:
        """A module that functions import when they are called was not executed yet."""
        module = None if path in self._nodes else self._modules.at(path)
        if module is not None:
            self._add(module)
            for node in self._nodes[path]:
                self._concern(node)


def sorted_refs(refs: Iterable[Ref]) -> list[Ref]:
    """Refs in an order that is the same in each process."""
    return sorted(refs, key=lambda ref: (ref[0], str(ref[1])))


def _around(line: int, nodes: Sequence[Node]) -> list[Node]:
    """The last of the nodes, which are in the order of their file, that begins before a line, if the line is in it."""
    place = bisect.bisect_right(nodes, line, key=lambda node: node.first_line) - 1
    return [nodes[place]] if place >= 0 and line <= nodes[place].last_line else []


def _changed_by_calls(called: Iterable[Ref], binding: dict[Ref, list[Node]]) -> set[Ref]:
    found: set[Ref] = set()
    waiting, known = list(called), set(called)
    while waiting:
        for node in binding.get(waiting.pop(), ()):
            found |= node.tree.changes_when_called
            waiting.extend(ref for ref in node.tree.refs if ref not in known)
            known.update(node.tree.refs)
    return found


def _is_variable(item: ast.FunctionDef, names: ModuleNames) -> bool:
    return any(names.is_declarator(chain) == "Variable" for decorator in item.decorator_list if (chain := _chain(decorator)))


def _chain(node: ast.expr) -> Sequence[str] | None:
    node = node.func if isinstance(node, ast.Call) else node
    found: list[str] = []
    while isinstance(node, ast.Attribute):
        found.append(node.attr)
        node = node.value
    return [node.id, *reversed(found)] if isinstance(node, ast.Name) else None


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", None)
    return decorators[0].lineno if decorators else statement.lineno
