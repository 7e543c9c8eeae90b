"""What a statement may change beside its own value: things that others use, too."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from .code_names import Names, Ref
from .code_place import Place

_MUTATORS = frozenset(
    {
        *("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update", "setdefault", "popitem", "add", "discard"),
        *("fill", "put", "resize", "setflags", "itemset", "appendleft", "extendleft", "popleft", "rotate", "subtract"),
        *("__setitem__", "__delitem__"),
    }
)
# Builtins that leave what they are given as it is.
_HARMLESS = frozenset(
    {
        *("len", "sum", "min", "max", "sorted", "tuple", "list", "dict", "set", "frozenset", "range", "zip", "enumerate", "abs", "round"),
        *("float", "int", "str", "repr", "isinstance", "issubclass", "bool", "any", "all", "hasattr", "getattr", "type", "print"),
        *("id", "hash", "divmod"),
    }
)


class Effects:
    """Collects what a statement may change; it is told of every call, assignment and expression in it."""

    def __init__(self, names: Names, place: Place) -> None:
        # What it may change when it is executed, and what functions in it may change when they are called.
        self.changes: set[Ref] = set()
        self.changes_when_called: set[Ref] = set()
        # It may change what no name of the user's tells of: settings of a package, files, the process.
        self.has_effects = False
        self._names = names
        self._place = place

    def stored(self, node: ast.AST) -> None:
        """Something is stored in the thing that a chain begins with."""
        while isinstance(node, ast.Subscript | ast.Starred):
            node = node.value
        chain = self._place.chain(node)
        while chain is None and isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
            node = node.func if isinstance(node, ast.Call) else node.value
            chain = self._place.chain(node)
        if chain is None:
            return
        meaning = self._names.meaning(chain)
        if meaning.ref is not None:
            (self.changes if self._place.is_now else self.changes_when_called).add(meaning.ref)
        if self._place.is_now and (meaning.ref is None or meaning.ref[1] is None):
            self.has_effects = True

    def attribute_stored(self, node: ast.Attribute) -> None:
        """`helper.name = …` gives a name of a module another value, if `helper` is one of the user's."""
        chain = self._place.chain(node)
        meaning = self._names.meaning(chain) if chain else None
        self.stored(node if meaning and meaning.used > 1 and meaning.ref is not None else node.value)

    def called(self, node: ast.Call) -> None:
        """A call may change the thing whose method it is, and what it is given."""
        if isinstance(node.func, ast.Attribute):
            chain = self._place.chain(node.func.value)
            if self._is_changeable(chain) and (self._place.is_now or node.func.attr in _MUTATORS):
                self.stored(node.func.value)
        is_harmless = isinstance(node.func, ast.Name) and node.func.id in _HARMLESS
        if self._place.is_now and not is_harmless:
            for item in (*node.args, *(keyword.value for keyword in node.keywords)):
                if self._is_changeable(self._place.chain(item.value if isinstance(item, ast.Starred) else item)):
                    self.stored(item)

    def decorated(self, decorator: ast.expr) -> None:
        """`@registry.add` changes the registry."""
        if isinstance(decorator, ast.Attribute):
            chain = self._place.chain(decorator.value)
            if chain is not None and not self._names.is_fixed(chain):
                self.stored(decorator.value)

    def executed(self, expression: ast.expr) -> None:
        """An expression that is a statement does nothing else than have effects."""
        if self._place.is_now and not isinstance(expression, ast.Constant):
            self.has_effects = self.has_effects or not self._is_only_for_container(expression)

    def _is_changeable(self, chain: Sequence[str] | None) -> bool:
        return chain is not None and self._names.meaning(chain).kind == "name" and not self._names.is_fixed(chain)

    def _is_only_for_container(self, node: ast.expr) -> bool:
        """`TABLE.append(1)` concerns only who uses the table; a name alone does nothing."""
        if not isinstance(node, ast.Call):
            return not any(isinstance(item, ast.Call | ast.Await) for item in ast.walk(node))
        chain = self._place.chain(node.func.value) if isinstance(node.func, ast.Attribute) else None
        return (chain is not None and self._names.is_container(chain)) or self._is_about_pipeline(node)

    def _is_about_pipeline(self, node: ast.expr) -> bool:
        """`Pipeline.default().add(…)` says which variables there are, not what they give."""
        while isinstance(node, ast.Call | ast.Attribute):
            chain = self._place.chain(node)
            if chain is not None and self._names.is_declarator(chain[:1]) == "Pipeline":
                return True
            node = node.func if isinstance(node, ast.Call) else node.value
        return False
