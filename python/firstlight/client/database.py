"""The folder's database, read without ever changing it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .errors import FirstlightError, NoExperiment
from .model import Cell, RunKey, Variable, undeclared
from .stored import plain_summary

_LOCK_WAIT_SECONDS = 30
_OLDEST_VERSION = 1


class Database:
    """A DAMNIT database of format version 1 to 4. It is opened for each question: others may replace it, and we may be forked."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """A connection that can only read. Raises NoExperiment."""
        with closing(self._open()) as connection:
            yield connection

    def _open(self) -> sqlite3.Connection:
        if not self.path.exists():
            raise NoExperiment("no-folder", f"There is no database {self.path}; `firstlight init` makes an experiment folder.")
        connection = _connect(self.path, "ro")
        try:
            connection.execute("PRAGMA schema_version")
        except sqlite3.OperationalError:
            # A killed writer left something half-done; SQLite undoes it through a connection that may write.
            connection.close()
            with closing(_connect(self.path, "rw")) as writable:
                writable.execute("PRAGMA schema_version")
            connection = _connect(self.path, "ro")
        return connection

    def check(self) -> None:
        """Raises FirstlightError when the format is one that cannot be read."""
        with self.connect() as connection:
            version = 0
            if has_column(connection, "metameta", "key"):
                version = int(settings(connection).get("data_format_version") or 0)
        if version < _OLDEST_VERSION:
            raise FirstlightError(
                "old-format", f"{self.path} has DAMNIT's oldest format; `firstlight migrate {self.path.parent}` brings it up to date."
            )


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode={mode}", uri=True, timeout=_LOCK_WAIT_SECONDS)


def has_column(connection: sqlite3.Connection, table: str, column: str) -> bool:
    """Whether a table exists and has a column; older formats lack some."""
    return any(row[1] == column for row in connection.execute(f"PRAGMA table_info({table})"))


def settings(connection: sqlite3.Connection) -> dict[str, Any]:
    """What the folder says about itself."""
    return dict(connection.execute("SELECT key, value FROM metameta"))


def load_runs(connection: sqlite3.Connection) -> dict[RunKey, float | None]:
    """All runs in order, with their start times in seconds since 1970."""
    rows = connection.execute("SELECT proposal, run, start_time FROM run_info ORDER BY proposal, run")
    return {RunKey(proposal, run): start for proposal, run, start in rows}


def load_declared(connection: sqlite3.Connection) -> dict[str, Variable]:
    """The variables that a context or a person has declared, in their order."""
    tags: dict[str, list[str]] = {}
    if has_column(connection, "variable_tags", "tag_id"):
        for name, tag in connection.execute(
            "SELECT variable_name, tags.name FROM variable_tags JOIN tags ON tags.id = tag_id ORDER BY tags.id"
        ):
            tags.setdefault(name, []).append(tag)
    own = has_column(connection, "fl_variables", "units")
    join = "LEFT JOIN fl_variables ON fl_variables.name = variables.name" if own else ""
    rows = connection.execute(
        f"SELECT variables.name, title, type, {'units' if own else 'NULL'}, description FROM variables {join} ORDER BY variables.rowid"
    )
    return {
        name: Variable(name, title if title is not None else name, kind, units, description, tuple(tags.get(name, ())))
        for name, title, kind, units, description in rows
    }


def load_variables(connection: sqlite3.Connection) -> dict[str, Variable]:
    """All variables: those that are declared, then others that have values. Looks at every row."""
    known = load_declared(connection)
    for (name,) in connection.execute("SELECT name FROM run_variables GROUP BY name ORDER BY min(rowid)"):
        known.setdefault(name, undeclared(name))
    return known


def load_cell(connection: sqlite3.Connection, run: RunKey, name: str) -> Cell:
    """What the table knows of a variable for a run."""
    attributes = "attributes" if has_column(connection, "run_variables", "attributes") else "NULL"
    row = connection.execute(
        f"SELECT value, summary_type, summary_method, timestamp, provenance, {attributes} FROM run_variables "
        "WHERE proposal = ? AND run = ? AND name = ? ORDER BY version DESC LIMIT 1",
        (*run, name),
    ).fetchone()
    if row is None:
        return Cell()
    value, kind, method, timestamp, provenance, text = row
    said = attributes_of(text)
    summary = decode(value, kind)
    if isinstance(value, int) and timestamp is not None and _is_boolean(connection, run, name, timestamp):
        summary = bool(value)
    return Cell(_state(value, method, said), said, timestamp, provenance, summary)


def _state(value: Any, method: str | None, attributes: Mapping[str, Any]) -> str:
    if value is not None:
        return "ok"
    if "error" in attributes or "error_cls" in attributes:
        return "skipped" if attributes.get("error_cls") == "Skip" else "failed"
    return "none" if method is None else "ok"  # NaN is stored as NULL with a method, perhaps an empty one


def _is_boolean(connection: sqlite3.Connection, run: RunKey, name: str, timestamp: float) -> bool:
    if not has_column(connection, "fl_summary_kinds", "kind"):
        return False
    query = "SELECT 1 FROM fl_summary_kinds WHERE proposal = ? AND run = ? AND name = ? AND timestamp = ? AND kind = 'bool'"
    return connection.execute(query, (*run, name, timestamp)).fetchone() is not None


def attributes_of(text: Any) -> dict[str, Any]:
    """The attributes of a row; what is not JSON of an object counts as none."""
    try:
        said = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def decode(value: Any, kind: str | None) -> Any:
    """A stored summary as a number, text, complex number, array, or the bytes of a PNG."""
    if not isinstance(value, bytes):
        return value
    if kind == "complex":
        return _complex(value)
    return plain_summary(_npy(value)) if value.startswith(b"\x93NUMPY") else value


def _complex(value: bytes) -> complex:
    import struct

    return complex(*struct.unpack("<dd", value))


def _npy(value: bytes) -> Any:
    import io

    import numpy as np

    return np.load(io.BytesIO(value), allow_pickle=False)


def load_names(connection: sqlite3.Connection, run: RunKey) -> list[str]:
    """The variables that have a row for a run."""
    return [name for (name,) in connection.execute("SELECT DISTINCT name FROM run_variables WHERE proposal = ? AND run = ?", run)]


def load_booleans(connection: sqlite3.Connection) -> set[tuple[int, int, str]]:
    """The cells whose integer stands for a boolean."""
    if not has_column(connection, "fl_summary_kinds", "kind"):
        return set()
    rows: Sequence[tuple[int, int, str]] = connection.execute(
        "SELECT kinds.proposal, kinds.run, kinds.name FROM fl_summary_kinds AS kinds JOIN run_variables AS cells "
        "ON cells.proposal = kinds.proposal AND cells.run = kinds.run AND cells.name = kinds.name AND cells.timestamp = kinds.timestamp "
        "WHERE kind = 'bool'"
    ).fetchall()
    return set(rows)
