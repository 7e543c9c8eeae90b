"""Lets context files import what they need from `damnit_ctx` and `damnit.context`, with or without the damnit package.

If that package is installed, everything else of it (`damnit.submit`, `damnit.api`, …) stays what it is, and its own code
gets its own classes: it puts modules of the same names on the path, which must not be mixed with ours.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from . import context as ours
from .cell import Cell

_NAMES = ("damnit_ctx", "damnit.context")
# Asked for by people; other names with underscores are asked for by machinery that looks at all modules.
_ASKED_FOR = ("__all__", "__version__")


def install_drop_in() -> None:
    """Registers our modules under DAMNIT's names, in this process only."""
    installed = _find()
    official = _Official(installed)
    package = _Package(installed)
    sys.modules["damnit"] = package
    for name in _NAMES:
        sys.modules[name] = _Names(name, official)
    package.__dict__["context"] = sys.modules["damnit.context"]


def _find() -> ModuleSpec | None:
    """The installed damnit package, without importing it."""
    return None if "damnit" in sys.modules else importlib.util.find_spec("damnit")


class _Official:
    """The installed package's own modules of the names that we have taken; loaded when they are needed."""

    def __init__(self, installed: ModuleSpec | None) -> None:
        places = (installed and installed.submodule_search_locations) or []
        self._folders = tuple(place + os.sep for place in places)
        self._modules: dict[str, ModuleType] = {}

    def owns(self, file: object) -> bool:
        """Whether a file is part of the installed package."""
        return isinstance(file, str) and bool(self._folders) and file.startswith(self._folders)

    def module(self, name: str) -> ModuleType | None:
        """The installed module of this name, None when the package is not installed."""
        if not self._folders:
            return None
        if not self._modules:
            self._load()
        return self._modules[name]

    def _load(self) -> None:
        taken = {name: sys.modules.pop(name) for name in _NAMES}
        try:
            importlib.import_module("damnit.context")
            self._modules = {name: sys.modules[name] for name in _NAMES}
        finally:
            sys.modules.update(taken)
            sys.modules["damnit"].__dict__["context"] = taken["damnit.context"]


class _Names(ModuleType):
    """A module that gives our names to users, and the installed package's to that package's own code."""

    def __init__(self, name: str, official: _Official) -> None:
        super().__init__(name)
        self.__dict__["_official"] = official

    def __getattr__(self, name: str) -> Any:
        official: _Official = self.__dict__["_official"]
        asking = sys._getframe(1).f_globals.get("__file__")
        if not official.owns(asking):
            if hasattr(ours, name) and not _is_machinery(name):
                return getattr(ours, name)
            if _is_machinery(name):
                raise AttributeError(name)
        module = official.module(self.__name__)
        if module is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(module, name)


class _Package(ModuleType):
    """The `damnit` package: `damnit.context` is ours, all else comes from the installed package, loaded when asked for."""

    def __init__(self, installed: ModuleSpec | None) -> None:
        super().__init__("damnit")
        self.__path__ = list((installed and installed.submodule_search_locations) or [])
        self.__dict__["_installed"] = installed

    def __getattr__(self, name: str) -> Any:
        installed: ModuleSpec | None = self.__dict__["_installed"]
        if installed is None or installed.loader is None or _is_machinery(name):
            raise AttributeError(f"module 'damnit' has no attribute {name!r}")
        self.__dict__["_installed"] = None
        self.__spec__ = installed
        installed.loader.exec_module(self)
        if "submit" in self.__dict__:
            self.__dict__["submit"] = _accepting_our_cells(self.__dict__["submit"])
        return getattr(self, name)


def _is_machinery(name: str) -> bool:
    return name.startswith("__") and name not in _ASKED_FOR


def _accepting_our_cells(submit: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(submit)
    def wrapped(proposal: Any, run: Any, variables: Any, *args: Any, **options: Any) -> Any:
        return submit(proposal, run, {name: _official_cell(value) for name, value in variables.items()}, *args, **options)

    return wrapped


def _official_cell(value: Any) -> Any:
    if not isinstance(value, Cell):
        return value
    official: _Official = sys.modules["damnit.context"].__dict__["_official"]
    module = official.module("damnit.context")
    assert module is not None
    looks = {"summary": value.summary, "summary_value": value.summary_value, "bold": value.bold}
    background = None if value.background is None else value.background.tolist()
    return module.Cell(value.data, **looks, background=background, preview=value.preview, units=value.units)
