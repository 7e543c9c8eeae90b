"""The normalised syntax tree of a statement: what it does, without comments, formatting, docstrings and the names of locals.

Names that the statement gets from its module are numbered in the order in which they occur, and listed beside: who compares two
statements compares what these names mean, not how they are written. So a module may be imported under another name, and a function
may move to another file.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .code_effects import Effects
from .code_names import EVERYTHING, Meaning, Names, Ref
from .code_place import Place
from .code_scope import COMPREHENSIONS, Scope, class_scope, comprehension_scope, function_scope

_SEES_MODULE = frozenset(("globals", "eval", "exec", "vars", "locals", "dir", "compile"))
_SEES_EVERYTHING = ("importlib", "runpy", "pkgutil", "inspect", "gc", "sys.modules", "sys._getframe")
_PLACES = frozenset(("__file__", "__name__", "__package__", "__spec__", "__path__", "__loader__"))
_NO_MEANING = frozenset(("ctx", "type_comment", "kind", "type_ignores"))


@dataclass
class Tree:
    """A statement, normalised."""

    digest: str = ""
    # What it gets from modules, in the order in which it occurs; the numbers in the tree are places in this list.
    refs: list[Ref] = field(default_factory=list)
    # What it does or calls when it is executed, not only defines.
    direct: set[Ref] = field(default_factory=set)
    # What it may change when it is executed, and what functions in it may change when they are called.
    changes: set[Ref] = field(default_factory=set)
    changes_when_called: set[Ref] = field(default_factory=set)
    # It may change what no name of the user's tells of: settings of a package, files, the process.
    has_effects: bool = False
    calls: bool = False


def tree_of(node: ast.AST, names: Names, within: ast.ClassDef | None = None, keep_docstrings: bool = False) -> Tree:
    """Normalises a statement of a module, or of a class in it."""
    writer = _Writer(names, keep_docstrings, class_scope(within, None) if within else None)
    writer.visit(node)
    return writer.finish()


class _Writer:
    def __init__(self, names: Names, keep_docstrings: bool, scope: Scope | None) -> None:
        self.tree = Tree()
        self.out: list[str] = []
        self._names = names
        self._keep_docstrings = keep_docstrings
        self._place = Place(scope)
        self._effects = Effects(names, self._place)
        self._numbers: dict[Ref, int] = {}

    def finish(self) -> Tree:
        """What was written."""
        effects = self._effects
        self.tree.digest = hashlib.sha256("\0".join(self.out).encode(errors="surrogatepass")).hexdigest()
        self.tree.changes, self.tree.changes_when_called = effects.changes, effects.changes_when_called
        self.tree.has_effects = effects.has_effects
        return self.tree

    def ref(self, ref: Ref) -> int:
        """The number of something that modules have."""
        if ref not in self._numbers:
            self._numbers[ref] = len(self.tree.refs)
            self.tree.refs.append(ref)
        if self._place.is_now:
            self.tree.direct.add(ref)
        return self._numbers[ref]

    def visit(self, node: ast.AST) -> None:
        handler = _HANDLERS.get(type(node))
        if handler is None:
            self._generic(node)
        else:
            handler(self, node)

    def _generic(self, node: ast.AST, without: Iterable[str] = ()) -> None:
        out = self.out
        out.append(type(node).__name__)
        for name in node._fields:
            value = getattr(node, name, None)
            if value is None or value == [] or name in _NO_MEANING or name in without:
                continue
            out.append(name)
            if isinstance(value, list):
                self._list(value)
            elif isinstance(value, ast.AST):
                self.visit(value)
            else:
                out.append(repr(value))
        out.append(")")

    def _list(self, values: Iterable[Any]) -> None:
        for value in values:
            if isinstance(value, ast.AST):
                self.visit(value)
            else:
                self.out.append(repr(value))
        self.out.append("]")

    def _body(self, statements: Sequence[ast.stmt]) -> None:
        """The statements of a function or class, without its docstring."""
        first = statements[0] if statements else None
        is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
        self._list(statements[1:] if is_docstring and not self._keep_docstrings else statements)

    # Names

    def _name(self, node: ast.Name) -> None:
        text = self._place.local(node.id)
        if text is not None:
            self.out.append(text)
            if text.startswith("C "):  # before it has a value in the class, the module's is meant
                self._mean([node.id], hidden=True)
            return
        self._mean([node.id])
        if not isinstance(node.ctx, ast.Load) and not self._place.is_now:
            self._effects.stored(node)

    def _attribute(self, node: ast.Attribute) -> None:
        chain = self._place.chain(node)
        if chain is None:
            self.visit(node.value)
            self.out.extend((".", node.attr))
            return
        used = self._mean(chain)
        for name in chain[used:]:
            self.out.extend((".", name))

    def _mean(self, chain: Sequence[str], hidden: bool = False) -> int:
        """Writes what a chain of names means; how many names that were."""
        meaning = self._names.meaning(chain)
        if meaning.ref is not None:
            number = self.ref(meaning.ref)
            self.out.append(f"R {number}")
            if not self._place.is_now:
                for method in self._names.methods(chain[: meaning.used]):
                    self.ref(method)
            return meaning.used
        if not hidden:
            self.out.append(meaning.text)
        if meaning.kind == "builtin":
            self._builtin(chain[0])
        elif meaning.text[2:].startswith(_SEES_EVERYTHING):
            self.ref(EVERYTHING)
        return meaning.used

    def _builtin(self, name: str) -> None:
        if name in _SEES_MODULE:
            self.ref((self._names.path, None))
        elif name == "__import__":
            self.ref(EVERYTHING)
        elif name in _PLACES:
            self.out.append(self._names.relative)

    # What may change something

    def _attribute_or_change(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._effects.attribute_stored(node)
        self._attribute(node)

    def _subscript(self, node: ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._effects.stored(node.value)
        self._generic(node)

    def _call(self, node: ast.Call) -> None:
        self.tree.calls = self.tree.calls or self._place.is_now
        chain = self._place.chain(node.func)
        declarator = self._names.is_declarator(chain) if chain else None
        if declarator in ("Variable", "Group"):
            self.out.append(declarator)  # what it says is looked at when the file was executed
            return
        if declarator == "Made":
            self._make_group(node)
            return
        self._effects.called(node)
        self._generic(node)

    def _make_group(self, node: ast.Call) -> None:
        """Looks of a group do not count."""
        self.out.append("Call")
        self.visit(node.func)
        self._list(node.args)
        self._list(item for item in node.keywords if item.arg not in ("title", "tags", "sep"))

    def _expression(self, node: ast.Expr) -> None:
        self._effects.executed(node.value)
        self._generic(node)

    # Scopes

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.out.append(type(node).__name__)
        self.out.append((self._place.local(node.name) and f"N {node.name}") or node.name)
        if self._place.scope is None:
            self._mean([node.name])
        for decorator in node.decorator_list:
            self._decorator(decorator)
        self._signature(node)
        with self._place.inside(function_scope(node, self._place.scope), depth=1):
            self._body(node.body)

    def _decorator(self, node: ast.expr) -> None:
        chain = self._place.chain(node.func if isinstance(node, ast.Call) else node)
        declarator = self._names.is_declarator(chain) if chain else None
        if declarator in ("Variable", "Group"):
            self.out.append(declarator)
            return
        self._effects.decorated(node)
        self.visit(node)

    def _signature(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """Parameters, defaults and annotations belong to the scope around."""
        arguments = node.args
        for name in ("posonlyargs", "args", "vararg", "kwonlyargs", "kw_defaults", "kwarg", "defaults"):
            value = getattr(arguments, name)
            items = value if isinstance(value, list) else [value]
            self.out.append(name)
            for item in items:
                if item is None:
                    self.out.append("None")
                else:
                    self.visit(item)
        for name in ("returns", "type_params"):
            value = getattr(node, name, None)
            if value:
                self._list(value if isinstance(value, list) else [value])

    def _lambda(self, node: ast.Lambda) -> None:
        self.out.append("Lambda")
        self._signature(node)
        with self._place.inside(function_scope(node, self._place.scope), depth=1):
            self.visit(node.body)

    def _class(self, node: ast.ClassDef) -> None:
        self.out.extend(("ClassDef", node.name))
        if self._place.scope is None:
            self._mean([node.name])
        for decorator in node.decorator_list:
            self._decorator(decorator)
        self._list([*node.bases, *node.keywords, *getattr(node, "type_params", ())])
        with self._place.inside(class_scope(node, self._place.scope)):
            self._body(node.body)

    def _comprehension(self, node: Any) -> None:
        with self._place.inside(comprehension_scope(node, self._place.scope)):
            self.out.append(type(node).__name__)
            for generator in node.generators:
                self._generic(generator)
            for name in ("key", "value", "elt"):
                if hasattr(node, name):
                    self.visit(getattr(node, name))
            self.out.append(")")

    def _annotated(self, node: ast.AnnAssign) -> None:
        """What a function says of its own names is never looked at."""
        scope = self._place.scope
        is_local = not self._place.is_now and isinstance(node.target, ast.Name) and not (scope and scope.is_class)
        if not is_local:
            self._generic(node)
        elif node.value is not None:
            self.visit(ast.Assign([node.target], node.value))

    # Names in other places

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.out.append("import")
            self._imported(self._names.import_meaning(alias.name, 0, None), alias.asname or alias.name.split(".")[0])

    def _import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self.out.append("import")
            name = None if alias.name == "*" else alias.name
            self._imported(self._names.import_meaning(node.module, node.level, name), None if name is None else alias.asname or name)

    def _imported(self, meaning: Meaning, name: str | None) -> None:
        self.out.append(meaning.text if meaning.ref is None else f"R {self.ref(meaning.ref)}")
        if meaning.text[2:].startswith(_SEES_EVERYTHING):
            self.ref(EVERYTHING)
        if name is not None:
            self.visit(ast.Name(name, ast.Store()))

    def _declared(self, node: ast.Global | ast.Nonlocal) -> None:
        self.out.append(type(node).__name__)
        for name in node.names:
            self.visit(ast.Name(name, ast.Load()))

    def _handler(self, node: ast.ExceptHandler) -> None:
        self._bind(node.name)
        self._generic(node, without=("name",))

    def _pattern(self, node: ast.MatchAs | ast.MatchStar) -> None:
        self._bind(node.name)
        self._generic(node, without=("name",))

    def _mapping(self, node: ast.MatchMapping) -> None:
        self._bind(node.rest)
        self._generic(node, without=("rest",))

    def _bind(self, name: str | None) -> None:
        if name is not None:
            self.visit(ast.Name(name, ast.Store()))

    def _constant(self, node: ast.Constant) -> None:
        self.out.append(f"{type(node.value).__name__} {node.value!r}")


_HANDLERS: dict[type[ast.AST], Callable[[_Writer, Any], None]] = {
    ast.Name: _Writer._name,
    ast.Attribute: _Writer._attribute_or_change,
    ast.Subscript: _Writer._subscript,
    ast.Constant: _Writer._constant,
    ast.Call: _Writer._call,
    ast.Expr: _Writer._expression,
    ast.AnnAssign: _Writer._annotated,
    ast.FunctionDef: _Writer._function,
    ast.AsyncFunctionDef: _Writer._function,
    ast.Lambda: _Writer._lambda,
    ast.ClassDef: _Writer._class,
    **dict.fromkeys(COMPREHENSIONS, _Writer._comprehension),
    ast.Import: _Writer._import,
    ast.ImportFrom: _Writer._import_from,
    ast.Global: _Writer._declared,
    ast.Nonlocal: _Writer._declared,
    ast.ExceptHandler: _Writer._handler,
    ast.MatchAs: _Writer._pattern,
    ast.MatchStar: _Writer._pattern,
    ast.MatchMapping: _Writer._mapping,
}
