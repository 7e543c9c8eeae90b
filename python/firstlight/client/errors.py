"""What can go wrong for who reads an experiment; each class is also the built-in one that a program would catch."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

_MOST_MATCHES = 3


class FirstlightError(Exception):
    """Something that did not work, in one sentence.

    Attributes:
        code: names the kind of trouble, the same as in the other programs of Firstlight: `no-such-run`, `folder-owned` …
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would print it in quotes


class UnknownKey(FirstlightError, KeyError):
    """There is no such run, variable or value."""


class NoExperiment(FirstlightError, FileNotFoundError):
    """There is no experiment at this place."""


class BadRequest(FirstlightError, ValueError):
    """What was asked for makes no sense."""


class NotAllowed(FirstlightError, PermissionError):
    """The folder or its server does not let us."""


class NoServer(FirstlightError, ConnectionError):
    """The server cannot be reached, or did not finish its answer."""


_CLASSES: tuple[tuple[str, type[FirstlightError]], ...] = (
    ("no-folder", NoExperiment),
    ("no-such-experiment", NoExperiment),
    ("no-permission", NotAllowed),
    ("foreign-", NotAllowed),
    ("read-only", NotAllowed),
    ("no-", UnknownKey),
    ("bad-", BadRequest),
    ("too-large", BadRequest),
)


def error_of(code: str, sentence: str) -> FirstlightError:
    """The error for a code, as a server's answer has it."""
    for pattern, made in _CLASSES:
        if code == pattern or (pattern.endswith("-") and code.startswith(pattern)):
            return made(code, sentence)
    return FirstlightError(code, sentence)


def no_such_variable(asked: Any, where: str, known: Iterable[str]) -> UnknownKey:
    """Says that a variable is not there, and which ones it may have been meant to be."""
    near = get_close_matches(str(asked), sorted(set(known)), n=_MOST_MATCHES)
    hint = f"; did you mean {_listed(near)}?" if near else "; `experiment.variables` lists all that are known."
    return UnknownKey("no-such-variable", f'There is no variable "{asked}" in {where}{hint}')


def _listed(names: list[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
