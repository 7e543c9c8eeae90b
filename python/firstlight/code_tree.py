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
from typing import Any, Protocol

from .code_scope import COMPREHENSIONS, Scope, class_scope, comprehension_scope, function_scope

# A name of a user's module (its path and the name), all of a module (None), a function by its line, or everything there is.
Ref = tuple[str, str | int | None]
EVERYTHING: Ref = ("", None)

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
_SEES_MODULE = frozenset(("globals", "eval", "exec", "vars", "locals", "dir", "compile"))
_SEES_EVERYTHING = ("importlib", "runpy", "pkgutil", "inspect", "gc", "sys.modules", "sys._getframe")
_PLACES = frozenset(("__file__", "__name__", "__package__", "__spec__", "__path__", "__loader__"))
_NO_MEANING = frozenset(("ctx", "type_comment", "kind", "type_ignores"))


@dataclass(frozen=True)
class Meaning:
    """What a chain of names (`helper.table.mean`) means in a module."""

    # `package`, `builtin`, `name` (of a user's module) or `module`.
    kind: str
    # Written into the tree for what is not a user's.
    text: str = ""
    ref: Ref | None = None
    # How many names of the chain it has used up.
    used: int = 1


class Names(Protocol):
    """What the module around a statement knows."""

    path: str
    relative: str

    def meaning(self, chain: Sequence[str]) -> Meaning:
        """What a chain of names means."""

    def import_meaning(self, module: str | None, level: int, name: str | None) -> Meaning:
        """What an imported module, or a name of it, means."""

    def is_declarator(self, chain: Sequence[str]) -> str | None:
        """`Variable`, `Group` or `Pipeline` if the chain is ours of that name, `Made` if it makes groups."""

    def is_fixed(self, chain: Sequence[str]) -> bool:
        """Whether the value behind it cannot change once it is made."""

    def is_container(self, chain: Sequence[str]) -> bool:
        """Whether the value behind it is a plain container, whose methods change nothing else."""

    def methods(self, chain: Sequence[str]) -> Sequence[Ref]:
        """The variables of the group, or the class of groups, behind it."""


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
    writer.tree.digest = hashlib.sha256("\0".join(writer.out).encode(errors="surrogatepass")).hexdigest()
    return writer.tree


class _Writer:
    def __init__(self, names: Names, keep_docstrings: bool, scope: Scope | None) -> None:
        self.tree = Tree()
        self.out: list[str] = []
        self._names = names
        self._keep_docstrings = keep_docstrings
        self._scope = scope
        self._places: dict[Ref, int] = {}
        self._locals = 0
        # How many functions are around this place.
        self._depth = 0

    def ref(self, ref: Ref) -> int:
        """The number of something that modules have."""
        if ref not in self._places:
            self._places[ref] = len(self.tree.refs)
            self.tree.refs.append(ref)
        if self._depth == 0:
            self.tree.direct.add(ref)
        return self._places[ref]

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

    def _chain(self, node: ast.AST) -> list[str] | None:
        """The names of `a.b.c`, if `a` is not a local name."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or self._local(node.id) is not None:
            return None
        return [node.id, *reversed(names)]

    def _local(self, name: str) -> str | None:
        scope = self._scope.find(name) if self._scope else None
        if scope is None:
            return None
        text = scope.names[name]
        if text is None:
            self._locals += 1
            text = scope.names[name] = f"L {self._locals}"
        return text

    def _name(self, node: ast.Name) -> None:
        text = self._local(node.id)
        if text is not None:
            self.out.append(text)
            if text.startswith("C "):  # before it has a value in the class, the module's is meant
                self._mean([node.id], hidden=True)
            return
        self._mean([node.id])
        if not isinstance(node.ctx, ast.Load) and self._depth > 0:
            self._change(node)

    def _attribute(self, node: ast.Attribute) -> None:
        chain = self._chain(node)
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
            if self._depth > 0:
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

    # What is changed

    def _change(self, node: ast.AST) -> None:
        """Something is stored in the thing that a chain begins with."""
        while isinstance(node, ast.Subscript | ast.Starred):
            node = node.value
        chain = self._chain(node)
        while chain is None and isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
            node = node.func if isinstance(node, ast.Call) else node.value
            chain = self._chain(node)
        if chain is None:
            return
        meaning = self._names.meaning(chain)
        if meaning.ref is not None:
            (self.tree.changes if self._depth == 0 else self.tree.changes_when_called).add(meaning.ref)
        if self._depth == 0 and (meaning.ref is None or meaning.ref[1] is None):
            self.tree.has_effects = True

    def _stored(self, node: ast.Attribute | ast.Subscript) -> bool:
        return not isinstance(node.ctx, ast.Load)

    def _attribute_or_change(self, node: ast.Attribute) -> None:
        if self._stored(node):
            self._change(node.value if self._names_module(node) is None else node)
        self._attribute(node)

    def _names_module(self, node: ast.Attribute) -> Ref | None:
        """What `helper.name = …` gives a new value to, if `helper` is a module of the user's."""
        chain = self._chain(node)
        meaning = self._names.meaning(chain) if chain else None
        return meaning.ref if meaning and meaning.used > 1 else None

    def _subscript(self, node: ast.Subscript) -> None:
        if self._stored(node):
            self._change(node.value)
        self._generic(node)

    def _call(self, node: ast.Call) -> None:
        self.tree.calls = self.tree.calls or self._depth == 0
        chain = self._chain(node.func)
        declarator = self._names.is_declarator(chain) if chain else None
        if declarator in ("Variable", "Group"):
            self.out.append(declarator)  # what it says is looked at when the file was executed
            return
        if declarator == "Made":
            self._make_group(node)
            return
        self._changes_of(node)
        self._generic(node)

    def _make_group(self, node: ast.Call) -> None:
        """Looks of a group do not count."""
        self.out.append("Call")
        self.visit(node.func)
        self._list(node.args)
        self._list(item for item in node.keywords if item.arg not in ("title", "tags", "sep"))

    def _changes_of(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute):
            chain = self._chain(node.func.value)
            is_known = chain is not None and self._names.meaning(chain).kind == "name"
            if is_known and not self._is_fixed(chain) and (self._depth == 0 or node.func.attr in _MUTATORS):
                self._change(node.func.value)
        is_harmless = isinstance(node.func, ast.Name) and node.func.id in _HARMLESS
        if self._depth == 0 and not is_harmless:
            for item in (*node.args, *(keyword.value for keyword in node.keywords)):
                chain = self._chain(item.value if isinstance(item, ast.Starred) else item)
                if chain is not None and self._names.meaning(chain).kind == "name" and not self._is_fixed(chain):
                    self._change(item)

    def _is_fixed(self, chain: Sequence[str] | None) -> bool:
        return chain is None or self._names.is_fixed(chain)

    def _expression(self, node: ast.Expr) -> None:
        if self._depth == 0 and not isinstance(node.value, ast.Constant):
            self.tree.has_effects = self.tree.has_effects or not self._is_only_for_container(node.value)
        self._generic(node)

    def _is_only_for_container(self, node: ast.expr) -> bool:
        """`TABLE.append(1)` concerns only who uses the table; a name alone does nothing."""
        if not isinstance(node, ast.Call):
            return not any(isinstance(item, ast.Call | ast.Await) for item in ast.walk(node))
        chain = self._chain(node.func.value) if isinstance(node.func, ast.Attribute) else None
        return (chain is not None and self._names.is_container(chain)) or self._is_about_pipeline(node)

    def _is_about_pipeline(self, node: ast.expr) -> bool:
        """`Pipeline.default().add(…)` says which variables there are, not what they give."""
        while isinstance(node, ast.Call | ast.Attribute):
            chain = self._chain(node)
            if chain is not None and self._names.is_declarator(chain[:1]) == "Pipeline":
                return True
            node = node.func if isinstance(node, ast.Call) else node.value
        return False

    # Scopes

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.out.append(type(node).__name__)
        self.out.append((self._local(node.name) and f"N {node.name}") or node.name)
        if self._scope is None and self._depth == 0:
            self._mean([node.name])
        for decorator in node.decorator_list:
            self._decorator(decorator)
        self._signature(node)
        self._inside(function_scope(node, self._scope), lambda: self._body(node.body))

    def _decorator(self, node: ast.expr) -> None:
        chain = self._chain(node.func if isinstance(node, ast.Call) else node)
        declarator = self._names.is_declarator(chain) if chain else None
        if declarator in ("Variable", "Group"):
            self.out.append(declarator)
            return
        if isinstance(node, ast.Attribute) and not self._is_fixed(self._chain(node.value)):
            self._change(node.value)  # `@registry.add`
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
        self._inside(function_scope(node, self._scope), lambda: self.visit(node.body))

    def _inside(self, scope: Scope, write: Callable[[], object]) -> None:
        around, self._scope = self._scope, scope
        self._depth += 1
        write()
        self._depth -= 1
        self._scope = around

    def _class(self, node: ast.ClassDef) -> None:
        self.out.extend(("ClassDef", node.name))
        if self._scope is None and self._depth == 0:
            self._mean([node.name])
        for decorator in node.decorator_list:
            self._decorator(decorator)
        self._list([*node.bases, *node.keywords, *getattr(node, "type_params", ())])
        around, self._scope = self._scope, class_scope(node, self._scope)
        self._body(node.body)
        self._scope = around

    def _comprehension(self, node: Any) -> None:
        around, self._scope = self._scope, comprehension_scope(node, self._scope)
        self.out.append(type(node).__name__)
        for generator in node.generators:
            self._generic(generator)
        for name in ("key", "value", "elt"):
            if hasattr(node, name):
                self.visit(getattr(node, name))
        self.out.append(")")
        self._scope = around

    def _annotated(self, node: ast.AnnAssign) -> None:
        """What a function says of its own names is never looked at."""
        is_local = self._depth > 0 and isinstance(node.target, ast.Name) and not (self._scope and self._scope.is_class)
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
