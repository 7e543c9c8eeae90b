"""What a variable's parameters ask for, read from their annotations."""

from __future__ import annotations
import __future__

import ast
import inspect
import sys
from collections.abc import Callable
from typing import Any

from .wire import Input

_KINDS = {"var": "var", "meta": "meta", "mymdc": "mymdc", "param": "param", "input": "param", "self": "self"}
_PLAIN = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def inputs_of(func: Callable[..., Any], given: int = 1) -> tuple[Input, ...]:
    """The inputs of a variable's function, in the order of its parameters; the first (`given`) are left out: the run, in groups also self.

    Only strings like `"var#name"` are inputs. Types are for readers and editors, and are ignored. A string with another
    word before `#` has the kind `unknown` and its whole text as name.
    """
    parameters = list(_signature(func).parameters.values())[given:]
    texts = [(parameter, _text(parameter.annotation, func)) for parameter in parameters if parameter.kind in _PLAIN]
    return tuple(_input(parameter, text) for parameter, text in texts if text is not None and "#" in text)


def _signature(func: Callable[..., Any]) -> inspect.Signature:
    if sys.version_info >= (3, 14):
        import annotationlib  # annotations are evaluated lazily, and a type that does not exist is no reason to fail

        return inspect.signature(func, annotation_format=annotationlib.Format.FORWARDREF)
    return inspect.signature(func)


def _text(annotation: Any, func: Callable[..., Any]) -> str | None:
    if not isinstance(annotation, str):
        return None
    return _literal(annotation) if _is_quoted_source(func) else annotation


def _is_quoted_source(func: Callable[..., Any]) -> bool:
    """With `from __future__ import annotations`, annotations arrive as source text: `'var#a'` with its quotes."""
    code = getattr(inspect.unwrap(func), "__code__", None)
    return bool(code and code.co_flags & __future__.annotations.compiler_flag)


def _literal(source: str) -> str | None:
    try:
        value = ast.literal_eval(source)
    except (ValueError, SyntaxError):
        return None  # a type
    return value if isinstance(value, str) else None


def _input(parameter: inspect.Parameter, text: str) -> Input:
    word, _, name = text.partition("#")
    kind = _KINDS.get(word, "unknown")
    optional = parameter.default is not inspect.Parameter.empty
    return Input(parameter.name, kind, text if kind == "unknown" else name, optional)
