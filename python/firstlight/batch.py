"""Stores and announces values; those that are ready within a few milliseconds share a fragment."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .cell import Cell
from .evaluate import Outcome
from .failures import failure_of
from .fragment import Entry, FragmentPlace, is_complete, write_fragment
from .log import log
from .store import close_figures, is_about_the_disk, storage_error, stored_entry, value_event
from .wire import Value

# Long enough for dozens of trivial values, too short for people.
SHARE_SECONDS = 0.005
# What nobody waits for goes with the first value; so long it may take to come.
UNHURRIED_SECONDS = 0.1
# Larger values are not worth to be sent through a socket.
SMALL_BYTES = 16_384
MOST_WAITING = 100


@dataclass(frozen=True)
class _Waiting:
    entry: Entry
    seconds: float


class Batch:
    """The values of a job on their way to the disk."""

    def __init__(
        self,
        job: str,
        place: FragmentPlace,
        announce: Callable[[Value], None],
        where: Callable[[str], str | None] = lambda name: None,
        about_to: Callable[[Value], None] = lambda value: None,
    ) -> None:
        self._job = job
        self._place = place
        self._announce = announce
        self._where = where
        # Told what will be announced when a fragment is complete, just before it is.
        self._about_to = about_to
        self._waiting: list[_Waiting] = []
        # When the next fragment is to be written, on the monotonic clock; None when nothing waits.
        self.due: float | None = None

    def add(self, entry: Entry, seconds: float, within: float = SHARE_SECONDS) -> None:
        """Takes what is to be stored about a variable; it is announced by `write`, when it is on disk, which is due within some seconds."""
        self._waiting.append(_Waiting(entry, seconds))
        due = time.monotonic() + within
        self.due = due if self.due is None else min(self.due, due)
        if len(self._waiting) >= MOST_WAITING:
            self.due = 0.0

    def write(self) -> None:
        """Writes and announces what waits.

        Raises:
            StorageError: values cannot be written at all.
        """
        items, self._waiting, self.due = self._waiting, [], None
        if items:
            self._write(items)

    def is_written(self, value: Value) -> bool:
        """Whether the fragment of a value is complete that a process was about to complete when it ended."""
        return value.fragment is not None and is_complete(self._place, value.fragment)

    def _write(self, items: list[_Waiting]) -> None:
        values: list[Value] = []

        def about_to(name: str | None) -> None:
            values.extend(self._value(item, name) for item in items)
            for value in values:
                self._about_to(value)

        try:
            lasting = [item.entry for item in items if not item.entry.transient]
            if lasting:
                write_fragment(self._place, lasting, about_to=about_to)
            else:
                about_to(None)
        except Exception as error:  # a value that cannot be stored costs no other
            if is_about_the_disk(error):
                raise storage_error(self._place.folder, error) from error  # type: ignore[arg-type]
            self._write_alone(items, error)
        else:
            for value in values:
                self._announce(value)
        finally:
            for item in items:
                close_figures(item.entry)

    def _value(self, item: _Waiting, fragment: str | None) -> Value:
        return value_event(self._job, self._place, item.entry, item.seconds, None if item.entry.transient else fragment)

    def _write_alone(self, items: list[_Waiting], error: Exception) -> None:
        if len(items) > 1:
            for item in items:
                self._write([item])
            return
        [item] = items
        name = item.entry.name
        log("ERROR", f"Could not save the value of {name}", error)
        failed = Entry(name, failure=failure_of(error, self._where(name)), origin=item.entry.origin)
        self._write([replace(item, entry=failed)])


def entry_of(outcome: Outcome, transient: bool, where: str | None = None) -> Entry:
    """What is stored about an outcome; a value of which no summary can be made is a failure of the function that stands `where`."""
    if outcome.failure is not None or transient:
        data = outcome.result.data if isinstance(outcome.result, Cell) else outcome.result
        return Entry(outcome.name, failure=outcome.failure, transient=transient, empty=data is None)
    try:
        return stored_entry(outcome.name, outcome.result)
    except Exception as error:
        log("ERROR", f"Could not save the value of {outcome.name}", error)
        return Entry(outcome.name, failure=failure_of(error, where))


def can_wait(entry: Entry) -> bool:
    """Whether an entry is small and plain, so that others may join it."""
    if entry.stored is None:
        return True
    cell = entry.stored.cell
    plain = type(cell.summary) in (str, type(None)) and type(cell.bold) in (bool, type(None)) and cell.preview is None
    return plain and _is_small(cell.data) and _is_small(entry.stored.summary)


def _is_small(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return type(value) is np.ndarray and value.nbytes <= SMALL_BYTES
    return value is None or (isinstance(value, str) and len(value) <= SMALL_BYTES)
