"""Executes the variables of one run, one after the other, and announces each value when its fragment is on disk."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .arguments import Arguments, MissingInputs, MissingParameters
from .cell import Cell, is_figure
from .failures import CANCELLED, SKIP, Failure, failure_of, missing_dependencies
from .figures import close_figure
from .fragment import FragmentPlace, StoredCell, write_cell, write_failure, write_none
from .loading import Declared
from .log import log
from .plan import START_TIME, Graph, with_dependencies
from .summaries import WIRE_TEXT_LENGTH, kind_of, max_difference, summary_of, wire_summary
from .variable import Skip
from .wire import Event, Progress, Run, Value, wire_number

_NO_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOENT, errno.ESTALE)


class StorageError(Exception):
    """The folder for fragments cannot be written; the text is one sentence for people."""


@dataclass(frozen=True)
class Announced:
    """What has been said about a variable by an earlier process of this job."""

    state: str
    failure: Failure | None


@dataclass(frozen=True)
class Effects:
    """What execution does to the world outside."""

    emit: Callable[[Event], None]
    # A variable is computed again only because others need it: nothing is announced.
    recomputing: Callable[[str], None]
    # Variables that someone has cancelled in the meantime, with the reason.
    cancelled: Callable[[], Mapping[str, str]]


@dataclass
class Execution:
    """The execution of one run: what has been computed, and what could not be."""

    request: Run
    declared: Mapping[str, Declared]
    graph: Graph
    run_data: Any
    effects: Effects
    announced: Mapping[str, Announced]
    results: dict[str, Any] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)

    def start(self, start_time: float) -> None:
        """Takes the run's start time, which is a value like others, and announces it."""
        self.results[START_TIME] = start_time
        if START_TIME not in self.announced:
            self._store(START_TIME, Cell(start_time), 0.0)

    def execute(self, names: Sequence[str]) -> None:
        """Computes these variables in this order.

        Raises:
            StorageError: values cannot be written at all.
        """
        open_names = [name for name in names if name not in self.announced]
        needed = with_dependencies(self.graph, open_names)
        for name in names:
            if name not in self.announced:
                self._compute(name)
            elif name in needed:
                self._recall(name, self.announced[name])

    def _recall(self, name: str, announced: Announced) -> None:
        if announced.failure is not None:
            self.failures[name] = announced.failure
        elif announced.state == "ok":
            self.effects.recomputing(name)
            try:
                self._keep(name, self._evaluate(self.declared[name]))
            except BaseException as error:  # users' code: anything can come out
                self.failures[name] = failure_of(error)

    def _compute(self, name: str) -> None:
        reason = self.effects.cancelled().get(name)
        if reason is not None:
            self._fail(name, Failure(CANCELLED, reason), 0.0)
            return
        began = time.perf_counter()
        try:
            cell = self._evaluate(self.declared[name], announce=True)
        except MissingInputs as missing:
            log("WARNING", f"Skipping {name} because of missing dependencies: {', '.join(missing.names)}")
            self._fail(name, self._because_of(missing.names), 0.0)
        except MissingParameters as missing:
            log("WARNING", f"Skipping {name} because of missing parameter values: {', '.join(missing.names)}")
            # Dependants see a variable without data, not a failure of it.
            self._announce_failure(name, Failure(SKIP, f"Missing parameter values: {', '.join(missing.names)}"), 0.0)
        except Skip as error:
            log("ERROR", f"Skipped {name}: {error}")
            self._fail(name, failure_of(error), time.perf_counter() - began)
        except BaseException as error:  # users' code: anything can come out, also SystemExit
            log("ERROR", f"Could not get data for {name}", error)
            self._fail(name, failure_of(error), time.perf_counter() - began)
        else:
            seconds = time.perf_counter() - began
            log("INFO", f"Computed {name} in {seconds:.03f} s")
            self._keep(name, cell)
            self._store(name, cell, seconds)

    def _because_of(self, names: Sequence[str]) -> Failure:
        return missing_dependencies(names, [(name, self.failures[name]) for name in names if name in self.failures])

    def _evaluate(self, declared: Declared, announce: bool = False) -> Any:
        """A variable's result: a cell, or of a transient variable whatever it returned."""
        arguments = Arguments(self.request, self.run_data, self.results, self.graph).of(declared)
        if announce:
            self.effects.emit(Progress(self.request.job, declared.name))
        variable = declared.variable
        assert variable.func is not None
        result = variable.func(self.run_data, **arguments)
        if variable.transient:
            return result
        cell = result if isinstance(result, Cell) else Cell(result)
        cell.summary = variable.summary if cell.summary is None else cell.summary
        cell.units = variable.units if cell.units is None else cell.units
        return cell

    def _keep(self, name: str, result: Any) -> None:
        data = result.data if isinstance(result, Cell) else result
        if data is not None:
            self.results[name] = data

    def _store(self, name: str, cell: Any, seconds: float) -> None:
        if self._is_transient(name):
            self._announce(name, "ok", seconds)
        elif cell.data is None and cell.summary_value is None and cell.preview is None:
            self._announce(name, "none", seconds, fragment=self._written(lambda: write_none(self._place, name)))
        else:
            self._store_cell(name, cell, seconds)

    def _store_cell(self, name: str, cell: Cell, seconds: float) -> None:
        try:
            summary = summary_of(cell, name)
            stored = StoredCell(cell, summary, max_difference(cell.data))
            fragment = write_cell(self._place, name, stored)
        except Exception as error:  # this value cannot be stored; the others can
            if isinstance(error, OSError) and error.errno in _NO_DISK:
                raise storage_error(self.request.fragments, error) from error
            log("ERROR", f"Could not save the value of {name}", error)
            self._announce_failure(name, failure_of(error), seconds)
            return
        finally:
            _close_figures(cell)
        self._announce(name, "ok", seconds, fragment=fragment, stored=stored)

    def _fail(self, name: str, failure: Failure, seconds: float) -> None:
        self.failures[name] = failure
        self._announce_failure(name, failure, seconds)

    def _announce_failure(self, name: str, failure: Failure, seconds: float) -> None:
        transient = self._is_transient(name)
        fragment = None if transient else self._written(lambda: write_failure(self._place, name, failure))
        self._announce(name, failure.state, seconds, fragment=fragment, failure=failure)

    def _announce(
        self,
        name: str,
        state: str,
        seconds: float,
        fragment: str | None = None,
        stored: StoredCell | None = None,
        failure: Failure | None = None,
    ) -> None:
        spread = stored.max_diff if stored else None
        self.effects.emit(
            Value(
                job=self.request.job,
                proposal=self.request.proposal,
                run=self.request.run,
                variable=name,
                state=state,
                summary=wire_summary(stored.summary) if stored else None,
                maxDiff=None if spread is None else wire_number(spread),
                attributes=failure_attributes(failure) if failure else cell_attributes(stored),
                kind=kind_of(stored.cell.data) if stored else None,
                seconds=seconds,
                fragment=fragment,
            )
        )

    def _is_transient(self, name: str) -> bool:
        return name in self.declared and bool(self.declared[name].variable.transient)

    @property
    def _place(self) -> FragmentPlace:
        return FragmentPlace(self.request.fragments, self.request.proposal, self.request.run)

    def _written(self, write: Callable[[], str]) -> str:
        try:
            return write()
        except OSError as error:
            raise storage_error(self.request.fragments, error) from error


def failure_attributes(failure: Failure) -> dict[str, Any]:
    """A failure as the wire's attributes."""
    return {"error": failure.message[:WIRE_TEXT_LENGTH], "error_cls": failure.error_class}


def cell_attributes(stored: StoredCell | None) -> dict[str, Any] | None:
    """A cell's looks as the wire's attributes, None when it has none."""
    if stored is None:
        return None
    cell = stored.cell
    looks = {
        "units": cell.units,
        "bold": None if cell.bold is None else bool(cell.bold),
        "background": None if cell.background is None else np.asarray(cell.background).tolist(),
    }
    return {key: value for key, value in looks.items() if value is not None} or None


def storage_error(folder: str, error: OSError) -> StorageError:
    """The sentence about a folder that cannot be written."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    return StorageError(f"A value could not be written to {folder}: {reason}; make room or check the folder, then process the run again.")


def _close_figures(cell: Cell) -> None:
    for value in (cell.data, cell.preview):
        if is_figure(value):
            close_figure(value)
