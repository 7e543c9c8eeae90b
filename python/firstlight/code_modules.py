"""The user's modules beside a context file: their statements, and what their names mean."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from .code_names import Meaning, Ref
from .code_scope import bound_names
from .group import Group, variables_of
from .pipeline import Pipeline
from .source import parsed, read_source
from .variable import GROUP_MARK, GroupBoundVariable, Variable, is_group

_UNKNOWN = object()
_PLAIN = (int, float, complex, str, bytes, type(None), range)
_FIXED = (*_PLAIN, type, FunctionType, BuiltinFunctionType, ModuleType, Variable, GroupBoundVariable, Pipeline)
_CONTAINERS = (list, dict, set, bytearray)


@dataclass
class Module:
    """A file with code of the user."""

    path: str
    relative: str
    text: str
    # As Python calls it; "" for the context file.
    name: str
    is_package: bool
    namespace: Mapping[str, Any]
    statements: list[ast.stmt] = field(default_factory=list)
    # The statements that bind a name.
    names: dict[str, list[int]] = field(default_factory=dict)
    # What names mean that one import binds: module, level, name in it.
    imports: dict[str, tuple[str | None, int, str | None]] = field(default_factory=dict)
    # `from … import *`.
    stars: list[tuple[str | None, int]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = self.text.splitlines()
        self.statements = [statement for statement in parsed(self.text).body if not _is_for_programs(statement)]
        for index, statement in enumerate(self.statements):
            for name in bound_names(statement):
                self.names.setdefault(name, []).append(index)
        if "global" in self.text:
            self._declared_global()
        for statement in self.statements:
            self._take_import(statement)

    def _declared_global(self) -> None:
        for statement in self.statements:
            for node in ast.walk(statement):
                for name in node.names if isinstance(node, ast.Global) else ():
                    self.names.setdefault(name, [])

    def _take_import(self, statement: ast.stmt) -> None:
        for alias in statement.names if isinstance(statement, ast.Import | ast.ImportFrom) else ():
            module, level = (statement.module, statement.level) if isinstance(statement, ast.ImportFrom) else (alias.name, 0)
            if alias.name == "*":
                self.stars.append((module, level))
                continue
            bound = alias.asname or (alias.name if isinstance(statement, ast.ImportFrom) else alias.name.split(".")[0])
            if len(self.names[bound]) > 1:
                continue
            if isinstance(statement, ast.ImportFrom):
                self.imports[bound] = (module, level, alias.name)
            else:
                self.imports[bound] = (alias.name if alias.asname else bound, 0, None)


class Modules:
    """The modules of a context, found by the names under which they are imported."""

    def __init__(self, path: str, text: str, namespace: Mapping[str, Any]) -> None:
        self.folder = os.path.dirname(path)
        self.context = path
        self._installed: dict[str, bool] = {}
        self._known: dict[str, Module | None] = {}
        self._known[path] = Module(path, os.path.basename(path), text, "", False, namespace)
        self._executed = {file: module for module in list(sys.modules.values()) if self.is_users(file := getattr(module, "__file__", None))}

    def is_users(self, file: object) -> bool:
        """Whether a file lies beside the context, and is no installed package there."""
        if not isinstance(file, str) or not file.endswith(".py") or not file.startswith(self.folder + os.sep):
            return False
        return not self._is_installed(os.path.dirname(file))

    def _is_installed(self, directory: str) -> bool:
        """Whether a directory is one that packages are installed in, or is below such a one: pip leaves a word of each beside it."""
        if directory == self.folder:
            return False
        if directory not in self._installed:
            here = os.path.basename(directory) == "site-packages" or any(name.endswith(".dist-info") for name in _entries(directory))
            self._installed[directory] = here or self._is_installed(os.path.dirname(directory))
        return self._installed[directory]

    def all(self) -> list[Module]:
        """The context file first, then what it and its helpers have imported."""
        first = self._known[self.context]
        others = [module for file in sorted(self._executed) if (module := self.at(file)) is not None and module is not first]
        return [*([first] if first else []), *others]

    def at(self, path: str) -> Module | None:
        """The module in a file; None for a file that is not the user's or cannot be read."""
        if path not in self._known:
            self._known[path] = self._read(path) if self.is_users(path) else None
        return self._known[path]

    def _read(self, path: str) -> Module | None:
        executed = self._executed.get(path)
        relative = os.path.relpath(path, self.folder)
        is_package = os.path.basename(path) == "__init__.py"
        stem = os.path.dirname(relative) if is_package else relative.removesuffix(".py")
        name = executed.__name__ if executed else stem.replace(os.sep, ".")
        try:
            return Module(path, relative, read_source(path), name, is_package, vars(executed) if executed else {})
        except (OSError, SyntaxError, ValueError):
            return None

    def imported(self, name: str) -> Module | None:
        """The user's module of a full name; None when that is a package."""
        executed = sys.modules.get(name)
        file = getattr(executed, "__file__", None)
        if executed is not None:
            return self.at(file) if isinstance(file, str) else None
        stem = os.path.join(self.folder, *name.split("."))
        places = (f"{stem}.py", os.path.join(stem, "__init__.py"))
        return next((module for place in places if os.path.exists(place) and (module := self.at(place))), None)


class ModuleNames:
    """What names mean in one module."""

    def __init__(self, module: Module, modules: Modules) -> None:
        self.path = module.path
        self.relative = module.relative
        self._module = module
        self._modules = modules

    def meaning(self, chain: Sequence[str]) -> Meaning:
        """What a chain of names means."""
        found = self._follow(self._name(self._module, chain[0]), chain)
        return found or Meaning("builtin", f"B {chain[0]}")

    def import_meaning(self, module: str | None, level: int, name: str | None) -> Meaning:
        """What an imported module, or a name of it, means."""
        return self._imported(self._module, module, level, name)

    def _follow(self, meaning: Meaning | None, chain: Sequence[str]) -> Meaning | None:
        used = 1
        while meaning is not None and meaning.kind == "module" and meaning.ref and used < len(chain):
            module = self._modules.at(meaning.ref[0])
            inner = self._exported(module, chain[used]) if module else None
            if inner is None:
                break
            meaning, used = inner, used + 1
        if meaning is None:
            return None
        if meaning.kind == "package":
            return Meaning("package", ".".join((meaning.text, *chain[used:])), None, len(chain))
        return Meaning(meaning.kind, meaning.text, meaning.ref, used)

    def _name(self, module: Module, name: str, asked: tuple[str, ...] = ()) -> Meaning | None:
        """What a name of a module means; None if it has no such name."""
        if name in module.imports:
            return self._imported(module, *module.imports[name], asked)
        if name in module.names:
            return Meaning("name", ref=(module.path, name))
        for star, level in module.stars:
            source = self._modules.imported(_absolute(module, star, level))
            if source is not None and (found := self._exported(source, name, asked)):
                return found
        return None

    def _exported(self, module: Module, name: str, asked: tuple[str, ...] = ()) -> Meaning | None:
        if module.path in asked:
            return None
        found = self._name(module, name, (*asked, module.path))
        if found is not None or not module.is_package:
            return found
        inner = self._modules.imported(f"{module.name}.{name}")
        return Meaning("module", ref=(inner.path, None)) if inner else None

    def _imported(self, module: Module, source: str | None, level: int, name: str | None, asked: tuple[str, ...] = ()) -> Meaning:
        absolute = _absolute(module, source, level)
        found = self._modules.imported(absolute)
        if found is None:
            return Meaning("package", f"P {absolute}" + (f".{name}" if name else ""))
        if name is not None and (inner := self._exported(found, name, asked)):
            return inner
        return Meaning("module", ref=(found.path, None))

    # What was there when the file had been executed

    def _value(self, chain: Sequence[str]) -> Any:
        value = self._module.namespace.get(chain[0], _UNKNOWN)
        for name in chain[1:]:
            value = vars(value).get(name, _UNKNOWN) if isinstance(value, ModuleType) else _UNKNOWN
        return value

    def is_declarator(self, chain: Sequence[str]) -> str | None:
        """`Variable`, `Group` or `Pipeline` if the chain is ours of that name, `Made` if it makes groups."""
        value = self._value(chain)
        if value is _UNKNOWN and len(chain) > 1:
            base = self._value(chain[:-1])
            value = getattr(base, chain[-1], _UNKNOWN) if isinstance(base, ModuleType) else _UNKNOWN
        ours = {id(Variable): "Variable", id(Group): "Group", id(Pipeline): "Pipeline"}
        if id(value) in ours:
            return ours[id(value)]
        return "Made" if isinstance(value, type) and hasattr(value, GROUP_MARK) else None

    def is_fixed(self, chain: Sequence[str]) -> bool:
        """Whether the value behind it cannot change once it is made."""
        return _is_fixed(self._value(chain))

    def is_container(self, chain: Sequence[str]) -> bool:
        """Whether the value behind it is a plain container, whose methods change nothing else."""
        value = self._value(chain)
        return type(value) in _CONTAINERS or isinstance(value, Pipeline) or is_group(value)

    def methods(self, chain: Sequence[str]) -> Sequence[Ref]:
        """The variables of the group, or the class of groups, behind it."""
        value = self._value(chain)
        if value is _UNKNOWN or not (is_group(value) or (isinstance(value, type) and hasattr(value, GROUP_MARK))):
            return ()
        codes = [getattr(item.func, "__code__", None) for item in variables_of(value if isinstance(value, type) else type(value))]
        return [(code.co_filename, code.co_firstlineno) for code in codes if code is not None]

    def is_needless(self, names: Sequence[str]) -> bool:
        """Whether all these are variables, groups and the like, which are looked at otherwise."""
        values = [self._value([name]) for name in names]
        return all(isinstance(value, type | FunctionType | Variable | GroupBoundVariable | Pipeline) or is_group(value) for value in values)


def _entries(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []  # inside an archive, or gone


def _absolute(module: Module, name: str | None, level: int) -> str:
    if level == 0:
        return name or ""
    parts = module.name.split(".")
    base = parts[: len(parts) - level + (1 if module.is_package else 0)]
    return ".".join((*base, *([name] if name else [])))


def _is_fixed(value: Any) -> bool:
    if isinstance(value, tuple | frozenset):
        return all(_is_fixed(item) for item in value)
    return isinstance(value, _FIXED) or is_group(value)


def _is_for_programs(statement: ast.stmt) -> bool:
    """`if __name__ == "__main__":` is not executed here."""
    match statement:
        case ast.If(test=ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]), orelse=[]):
            return True
    return False
