"""Where in a statement one is while one goes through it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from .code_scope import Scope


class Place:
    """The names around, how many functions are around, and the local names that were met so far."""

    def __init__(self, scope: Scope | None) -> None:
        self.scope = scope
        self.depth = 0
        self._locals = 0

    @property
    def is_now(self) -> bool:
        """What is here happens when the statement is executed, not when a function in it is called."""
        return self.depth == 0

    @contextmanager
    def inside(self, scope: Scope, depth: int = 0) -> Iterator[None]:
        """In another scope, with so many more functions around."""
        around, self.scope = self.scope, scope
        self.depth += depth
        yield
        self.depth -= depth
        self.scope = around

    def local(self, name: str) -> str | None:
        """How a local name is written; they are numbered in the order in which they are met."""
        scope = self.scope.find(name) if self.scope else None
        if scope is None:
            return None
        text = scope.names[name]
        if text is None:
            self._locals += 1
            text = scope.names[name] = f"L {self._locals}"
        return text

    def chain(self, node: ast.AST) -> list[str] | None:
        """The names of `a.b.c`, if `a` is not a local name."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or self.local(node.id) is not None:
            return None
        return [node.id, *reversed(names)]
