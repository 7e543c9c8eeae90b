"""Where things stand in a context file: lines and columns of functions, their annotations and decorator arguments."""

from __future__ import annotations

import ast
import functools
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass, field

Place = tuple[int, int]


@dataclass(frozen=True)
class FunctionPlace:
    """A function's place and the places of what belongs to it; lines and columns are 1-based."""

    place: Place
    annotations: Mapping[str, Place] = field(default_factory=dict)
    arguments: Mapping[str, Place] = field(default_factory=dict)


class Sources:
    """The places of functions in a context file and the user's modules beside it."""

    def __init__(self, path: str, code: str) -> None:
        self.path = path
        self._known: dict[str, dict[tuple[str, int], FunctionPlace]] = {}
        self._code = code

    def of(self, func: object) -> tuple[str, FunctionPlace] | None:
        """File and place of a function; None when it is not in a file that can be read."""
        code = getattr(func, "__code__", None)
        if code is None:
            return None
        place = self._functions(code.co_filename).get((code.co_name, code.co_firstlineno))
        return (code.co_filename, place) if place else None

    def _functions(self, path: str) -> dict[tuple[str, int], FunctionPlace]:
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def _read(self, path: str) -> dict[tuple[str, int], FunctionPlace]:
        if path == self.path:
            return functions(self._code)
        try:
            return functions(read_source(path))
        except (OSError, SyntaxError, UnicodeDecodeError):
            return {}


@functools.lru_cache(maxsize=64)
def parsed(code: str) -> ast.Module:
    """The syntax tree of a file's text; who gets it leaves it as it is."""
    return ast.parse(code)


def read_source(path: str) -> str:
    """The text of a file with Python code, in the encoding that it declares."""
    with tokenize.open(path) as file:
        return file.read()


def functions(code: str) -> dict[tuple[str, int], FunctionPlace]:
    """The functions of a file by name and first line (that of the first decorator, as in a code object)."""
    lines = code.splitlines()
    found = {}
    for node in ast.walk(parsed(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
            found[node.name, first] = _function(node, lines)
        elif isinstance(node, ast.Lambda):
            found["<lambda>", node.lineno] = FunctionPlace(_place(node, lines))
    return found


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> FunctionPlace:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    keywords = [keyword for call in node.decorator_list if isinstance(call, ast.Call) for keyword in call.keywords]
    return FunctionPlace(
        place=_place(node, lines),
        annotations={item.arg: _place(item.annotation, lines) for item in arguments if item.annotation},
        arguments={keyword.arg: _place(keyword.value, lines) for keyword in keywords if keyword.arg},
    )


def _place(node: ast.stmt | ast.expr, lines: list[str]) -> Place:
    # The parser counts bytes, people count characters.
    before = lines[node.lineno - 1].encode()[: node.col_offset] if node.lineno <= len(lines) else b""
    return node.lineno, len(before.decode(errors="replace")) + 1
