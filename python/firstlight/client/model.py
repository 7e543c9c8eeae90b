"""What an experiment is made of, wherever it is read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from .history import Version


class RunKey(NamedTuple):
    """Names a run."""

    proposal: int
    run: int

    def __str__(self) -> str:
        return f"p{self.proposal}, r{self.run}"


@dataclass(frozen=True)
class Variable:
    """A column of the table.

    Attributes:
        name: the name of the function that computes it.
        title: what stands above its column.
        type: None for a computed variable; else what a person may type: `boolean`, `integer`, `number`, `string`.
        units: the unit that its context declares, if any.
        description: what it is, in words.
        tags: words to find it by.
    """

    name: str
    title: str
    type: str | None = None
    units: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()


def undeclared(name: str) -> Variable:
    """A variable that only has values."""
    return Variable(name, "Comment", "string") if name == "comment" else Variable(name, name)


@dataclass(frozen=True)
class Cell:
    """What the table knows of a variable for a run.

    Attributes:
        state: `ok`, `none` (there is nothing), `skipped`, `failed` or `missing` (never computed).
        attributes: what is kept beside a value: `units`, `bold`, `background`, `error`, `error_cls` …
        timestamp: when it was stored, in seconds since 1970, if that is known.
        provenance: who made it: `context.py`, `manual-input`, a label of `submit`; if that is known.
    """

    state: str = "missing"
    attributes: Mapping[str, Any] = field(default_factory=dict)
    timestamp: float | None = None
    provenance: str | None = None
    summary: Any = None


class Missing:
    """Stands in a table where there is no value at all."""

    def __repr__(self) -> str:
        return "missing"

    def __float__(self) -> float:
        return float("nan")  # so that numpy makes a column of numbers in one go


MISSING = Missing()


@dataclass(frozen=True)
class TableColumns:
    """The table as columns.

    Attributes:
        runs: its rows.
        start_times: in seconds since 1970, None when it is not known; one for each row.
        columns: by variable: a number, text, boolean, complex number, marker like `<thumbnail>`, None or `MISSING` for each row.
    """

    runs: Sequence[RunKey]
    start_times: Sequence[float | None]
    columns: Mapping[str, Sequence[Any]]


class Source(Protocol):
    """Where an experiment is read from: its folder, or a server."""

    where: str

    def proposals(self) -> list[int]:
        """The proposals whose runs belong here, the folder's own first."""

    def runs(self) -> list[RunKey]:
        """All runs, ordered."""

    def matching(self, run: int) -> list[RunKey]:
        """The runs of a number, of any proposal."""

    def start_time(self, run: RunKey) -> float | None:
        """When a run began, in seconds since 1970."""

    def variables(self) -> dict[str, Variable]:
        """All variables by name, in their order."""

    def declared(self) -> dict[str, Variable]:
        """The same, perhaps without those that only have values, but at once."""

    def names(self, run: RunKey) -> list[str]:
        """The variables about which anything is known for a run."""

    def cell(self, run: RunKey, name: str) -> Cell:
        """What the table knows."""

    def summary(self, run: RunKey, name: str) -> Any:
        """The small value as it is stored."""

    def stored(self, run: RunKey, name: str, part: str, version: int | None = None) -> AbstractContextManager[Path]:
        """A file that holds a variable's `data` or `preview`, the newest or a version's. Raises UnknownKey when there is none."""

    def table(self, names: Sequence[str] | None) -> TableColumns:
        """All runs, and these variables or all."""

    def history(self, run: RunKey, name: str) -> list[Version]:
        """Every version of a value, newest first."""

    def submit(self, run: RunKey, write: Callable[[Path], str]) -> None:
        """Takes the fragment that `write` writes into a folder, giving its file name."""

    def process(self, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Asks for work and follows it."""

    def changes(self, since: int | None) -> Iterator[dict[str, Any]]:
        """Follows what changes in the table."""
