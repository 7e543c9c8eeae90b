"""Versions of a value: what it was before, and how it came about."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .database import attributes_of, decode, has_column, load_cell
from .errors import UnknownKey
from .model import RunKey

_MARKS = {"image": "<thumbnail>", "trendline": "<sparkline>", "array": "<ndarray>"}


@dataclass(frozen=True)
class Version:
    """One version of a value.

    Attributes:
        version: 1 for the first.
        is_current: whether it is the one in the table.
        state: as of a value: `ok`, `none`, `skipped` or `failed`.
        summary: as in `table()`: pictures and arrays are markers.
        stored_at: when it was stored.
        attributes: what was kept beside it: `units`, `error` …
        provenance: who made it: `context.py`, `manual-input`, a label of `submit`.
        author: who typed it, if a person did.
        source: the code of its variable, if it was computed and that is known.
        job, host, user, seconds: how it was computed, if that is known.
        has_data: whether `read(version=…)` can give its data; that of old versions is kept for a while.
        kind: what the data is: `float64 (3, 4)`, `DataArray`; None when there is none, or nobody looked.
    """

    version: int
    is_current: bool
    state: str
    summary: Any
    stored_at: datetime | None
    attributes: Mapping[str, Any] = field(repr=False)
    provenance: str
    author: str | None
    source: str | None = field(default=None, repr=False)
    job: str | None = field(default=None, repr=False)
    host: str | None = field(default=None, repr=False)
    user: str | None = None
    seconds: float | None = None
    has_data: bool = False
    kind: str | None = None


def version_in(line: Mapping[str, Any]) -> Version:
    """A version as a server's `history` tells it."""
    origin, code = line["origin"] or {}, line["code"] or {}
    return Version(
        line["version"],
        line["isCurrent"],
        line["state"],
        _told(line["summary"]),
        _time(line["timestamp"]),
        line["attributes"] or {},
        line["provenance"],
        line["author"],
        code.get("source"),
        origin.get("job"),
        origin.get("host"),
        origin.get("user"),
        origin.get("seconds"),
        line["hasData"],
        line["kind"],
    )


def _told(summary: Any) -> Any:
    if not isinstance(summary, dict):
        return summary
    if "re" in summary:
        return complex(float(summary["re"]), float(summary["im"]))
    return int(summary["int"]) if "int" in summary else next((mark for key, mark in _MARKS.items() if key in summary), None)


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)


_VERSIONS = """
SELECT version, state, timestamp, value, summary_type, summary_kind, attributes, provenance, author, is_whole OR kept IS NOT NULL, kind,
  source, job, host, user, seconds
FROM fl_history LEFT JOIN fl_codes ON fl_codes.id = fl_history.code LEFT JOIN fl_computations ON fl_computations.id = fl_history.computation
WHERE proposal = ? AND run = ? AND fl_history.name = ? ORDER BY version DESC
"""


def load_history(connection: sqlite3.Connection, run: RunKey, name: str) -> list[Version]:
    """All versions, the newest first. What another program wrote, or was there before there was a history, is one too."""
    rows = connection.execute(_VERSIONS, (*run, name)).fetchall() if has_column(connection, "fl_history", "version") else []
    current = load_cell(connection, run, name)
    newest_time = rows[0][2] if rows else None
    is_known = current.state == "missing" or current.timestamp == newest_time
    unseen = Version(
        rows[0][0] + 1 if rows else 1,
        True,
        current.state,
        _mark(current.summary),
        _time(current.timestamp),
        current.attributes,
        current.provenance or "",
        None,
        has_data=current.state == "ok",
    )
    versions = [_version(row, index == 0 and is_known and current.state != "missing") for index, row in enumerate(rows)]
    return versions if is_known else [unseen, *versions]


def _version(row: tuple[Any, ...], is_current: bool) -> Version:
    number, state, timestamp, value, summary_type, summary_kind, attributes, provenance, author, is_left, kind, *computation = row
    summary = None if state != "ok" else bool(value) if summary_kind == "bool" else _mark(decode(value, summary_type))
    has_data = state == "ok" and bool(is_current or is_left)
    said = attributes_of(attributes)
    return Version(number, is_current, state, summary, _time(timestamp), said, provenance or "", author, *computation, has_data, kind)


def _mark(summary: Any) -> Any:
    if isinstance(summary, bytes):
        return _MARKS["image"]
    if hasattr(summary, "shape"):
        return _MARKS["trendline" if summary.shape[:1] == (2,) and summary.ndim == 2 else "array"]
    return summary


def version_among(history: Sequence[Version], run: RunKey, name: str, version: int) -> Version:
    """The version with a number. Raises UnknownKey, which says what there is."""
    found = next((one for one in history if one.version == version), None)
    if found is not None:
        return found
    newest = history[0].version if history else 0
    known = "it never had a value" if newest == 0 else "it has only version 1" if newest == 1 else f"it has versions 1 to {newest}"
    raise UnknownKey("no-version", f'There is no version {version} of "{name}" for run {run.run} of proposal {run.proposal}; {known}.')


def no_data(version: Version, run: RunKey, name: str) -> UnknownKey:
    """Why a version has no data (any more)."""
    what = f'ersion {version.version} of "{name}" for run {run.run}'
    if version.state != "ok":
        why = f"V{what} has no data: it was {version.state}."
    elif version.has_data:
        why = f"V{what} has no data: only its summary was stored."
    else:
        why = f"The data of v{what}{f' ({version.kind})' if version.kind else ''} is not kept any more."
    return UnknownKey("no-value", f"{why} Its summary and origin are in `firstlight history {run.run} {name}`.")
