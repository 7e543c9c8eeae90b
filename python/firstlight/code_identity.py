"""The code identity of each variable of a context: equal as long as nothing that decides its value was edited.

What counts is said in `docs/adr/0012-code-identity.md`.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import CodeType
from typing import Any

from .code_graph import CodeGraph, Node
from .code_modules import Modules
from .code_names import EVERYTHING, Ref
from .declared import Declared
from .group import PLACE, variables_of
from .loading import LoadedContext
from .log import log
from .variable import GROUP_MARK, GroupBoundVariable, is_group

Code = dict[str, Any]
LONGEST_KEPT = 1_000_000
_LOOKS = ("name", "title", "tags", "sep", PLACE)


def identify(context: LoadedContext) -> tuple[dict[str, Code], dict[str, Any]]:
    """The code of each variable by name, and the version of the context, as the wire says them."""
    modules = Modules(context.file, context.text, context.namespace)
    version = _version(modules)
    try:
        identities = _Identities(context, modules)
        return {name: identities.of(item) for name, item in context.declared.items()}, version
    except Exception as error:  # then each edit of the files counts for all, which is safe
        log("WARNING", "The code of the context cannot be told apart; each edit counts for all its variables.", error)
        return {name: {"identity": _digest([version["identity"], name]), "source": ""} for name in context.declared}, version


def identified(context: LoadedContext) -> LoadedContext:
    """A loaded context with the code of its variables."""
    if not context.runnable:
        return context
    code, version = identify(context)
    return replace(context, code=code, version=version)


def _version(modules: Modules) -> dict[str, Any]:
    files = [(module.relative, module.text) for module in modules.all()]
    return {"identity": _digest(files), "files": [{"path": path, "text": _kept(text)} for path, text in files]}


def _kept(text: str) -> str:
    """A text as it is told and kept; of what nobody has written by hand only its hash."""
    return text if len(text) <= LONGEST_KEPT else f"({len(text)} characters with the SHA-256 {_digest(text)})"


class _Identities:
    def __init__(self, context: LoadedContext, modules: Modules) -> None:
        self._context = context
        self._modules = modules
        self._graph = CodeGraph(modules)
        self._names: dict[int, list[str]] = {}
        own = modules.all()[0]
        for name, value in context.namespace.items():
            if name in own.imports:
                continue  # it has its name from where it was made
            self._names.setdefault(id(value), []).append(name)

    def of(self, declared: Declared) -> Code:
        func = declared.variable.func
        instance = func.args[0] if isinstance(func, functools.partial) else None
        roots = [*self._function(func), *self._bound(declared.variable), *(self._instance(instance) if instance is not None else ())]
        identity, met = self._graph.identity(roots or [EVERYTHING])
        said = [self._facts(declared), identity, self._graph.effects, _fields(instance), _digest_of_function(func) if not roots else None]
        files = sorted({node.module.relative for node in met} - {os.path.basename(self._context.file)})
        return {"identity": _digest(said), "source": self._source(func, met), **({"files": files} if files else {})}

    def _facts(self, declared: Declared) -> list[Any]:
        variable, promoted = declared.variable, self._context.promoted[declared.name]
        inputs = [[item.parameter, item.kind, item.name, item.optional] for item in declared.inputs]
        return [_text(variable.summary), promoted.data, promoted.cluster, bool(variable.transient), variable.units, inputs]

    def _function(self, func: Any) -> list[Ref | Node]:
        code = getattr(func.func if isinstance(func, functools.partial) else func, "__code__", None)
        return [] if code is None else [*self._graph.at(code.co_filename, code.co_firstlineno)]

    def _bound(self, value: Any) -> list[Ref | Node]:
        """The names of the file that stand for something."""
        return [(self._context.file, name) for name in self._names.get(id(value), ())]

    def _instance(self, instance: Any) -> Iterable[Ref | Node]:
        yield from self._bound(instance)
        file, line = vars(instance).get(PLACE) or ("", 0)
        yield from self._graph.at(file, line)
        for base in type(instance).__mro__:
            for module in self._modules.all():
                yield from [(module.path, name) for name, value in module.namespace.items() if value is base and name in module.names]
            # A class inside a function has no name in its module; the function has it whole.
            if GROUP_MARK in vars(base) and base is type(instance):
                yield from (node for item in variables_of(base) for node in self._function(item.func) if "<locals>" in base.__qualname__)

    def _source(self, func: Any, met: list[Node]) -> str:
        nodes = self._function(func) or met
        return nodes[0].source if nodes and isinstance(nodes[0], Node) else ""


def _fields(instance: Any) -> list[list[Any]]:
    """What an instance of a group was made with, as far as it can be told."""
    if instance is None:
        return []
    return [[name, _field(value)] for name, value in sorted(vars(instance).items()) if name not in _LOOKS]


def _field(value: Any) -> Any:
    if is_group(value) or isinstance(value, GroupBoundVariable):
        return value.name
    if isinstance(value, int | float | complex | str | bytes | None):
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, tuple | list):
        return [_field(item) for item in value]
    if isinstance(value, Mapping):
        return [[_field(key), _field(item)] for key, item in value.items()]
    return type(value).__qualname__


def _digest_of_function(func: Any) -> Any:
    """A function of which no source is known."""
    code = getattr(func.func if isinstance(func, functools.partial) else func, "__code__", None)
    return type(func).__qualname__ if code is None else _of_code(code)


def _of_code(code: CodeType) -> list[Any]:
    constants = [_of_code(item) if isinstance(item, CodeType) else repr(item) for item in code.co_consts]
    return [code.co_code.hex(), constants, list(code.co_names), list(code.co_varnames[: code.co_argcount])]


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else repr(type(value))


def _digest(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")).hexdigest()
