"""Why a variable has no value, and the tree that tells its dependants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .variable import Skip

DEPENDENCY_ERROR = "DependencyError"
SKIP = "Skip"
CANCELLED = "Cancelled"
TIME_LIMIT = "TimeLimit"
CRASHED = "Crashed"
MEMORY_LIMIT = "MemoryLimit"
PROCESS_LIMIT = "ProcessLimit"


@dataclass(frozen=True)
class Failure:
    """What is recorded about a variable that failed or was skipped: the exception's class name and its text."""

    error_class: str
    message: str
    # The exception was a `Skip` of the user's own class, which is as harmless as a `Skip`.
    is_skip: bool = False
    # Where in the user's files: `context.py:12`.
    where: str | None = None

    @property
    def state(self) -> str:
        """The state of the cell."""
        return "skipped" if self.error_class == SKIP else "failed"


def failure_of(error: BaseException, where: str | None = None) -> Failure:
    """The record of an exception that users' code raised, somewhere in their files."""
    if isinstance(error, SystemExit):
        return Failure("SystemExit", f"exit({'' if error.code is None else repr(error.code)}) was called", where=where)
    return Failure(type(error).__name__, _text_of(error), isinstance(error, Skip), where)


def missing_dependencies(missing: Sequence[str], failures: Sequence[tuple[str, Failure]]) -> Failure:
    """The record of a variable whose required inputs are missing.

    Args:
        missing: names of all missing inputs.
        failures: those of them that failed or were skipped, in order.

    Example:
        >>> print(missing_dependencies(["a"], [("a", Failure("ValueError", "too cold"))]).message)
        Skipped due to missing dependency:
        └ (a) failed: ValueError: too cold
    """
    if not failures:
        return Failure(SKIP, "Dependencies returned no data:" + "".join(f"\n- '{name}'" for name in missing))
    harmless = all(failure.is_skip or failure.error_class in (SKIP, CANCELLED) for _, failure in failures)
    return Failure(SKIP if harmless else DEPENDENCY_ERROR, _tree(failures))


def _tree(failures: Sequence[tuple[str, Failure]]) -> str:
    lines = ["Skipped due to missing dependency:"]
    for index, (name, failure) in enumerate(failures):
        last = index == len(failures) - 1
        first, *rest = _branch(name, failure)
        lines.append(("└ " if last else "├ ") + first)
        lines.extend(("   " if last else "│  ") + line for line in rest)
    return "\n".join(lines)


def _branch(name: str, failure: Failure) -> list[str]:
    first, *rest = failure.message.split("\n")
    if failure.error_class == DEPENDENCY_ERROR:
        return [f"({name}) skipped", *rest]  # its own text is a tree already
    return [f"({name}) failed: {failure.error_class}" + (f": {first}" if failure.message else ""), *rest]


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as broken:  # users' code: an exception class of theirs
        return f"(the exception cannot say what it is: {type(broken).__name__})"
