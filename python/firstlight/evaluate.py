"""Computes variables, one at a time: what a variable returned, or why it has no value."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .arguments import Arguments, MissingInputs, MissingParameters
from .cell import Cell
from .declared import Declared
from .failures import SKIP, Failure, failure_of, missing_dependencies
from .log import log
from .places import Places
from .variable import Skip


@dataclass(frozen=True)
class Outcome:
    """What came of a variable: a cell (of a transient variable whatever it returned), or a failure."""

    name: str
    result: Any
    seconds: float
    failure: Failure | None = None
    error: BaseException | None = None


@dataclass
class Evaluation:
    """The variables of one run as they are computed: results for others, and what could not be computed."""

    declared: Mapping[str, Declared]
    arguments: Arguments
    run_data: Any
    results: dict[str, Any] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    # The files whose lines are told.
    places: Places | None = None

    def compute(self, name: str, begin: Callable[[str], None] = lambda name: None) -> Outcome:
        """Computes one variable from the results that are there, logs what came of it, and keeps that for others.

        Args:
            name: the variable.
            begin: called with its name when its inputs are there and its function begins.
        """
        began = time.perf_counter()
        try:
            result = self._evaluate(self.declared[name], begin)
        except MissingInputs as missing:
            log("WARNING", f"Skipping {name} because of missing dependencies: {', '.join(missing.names)}")
            return self._failed(name, self._because_of(missing.names), 0.0, missing)
        except MissingParameters as missing:
            log("WARNING", f"Skipping {name} because of missing parameter values: {', '.join(missing.names)}")
            # Dependants see a variable without data, not a failure of it.
            return Outcome(name, None, 0.0, Failure(SKIP, f"Missing parameter values: {', '.join(missing.names)}"))
        except Skip as error:
            log("ERROR", f"Skipped {name}: {error}")
            return self._failed(name, failure_of(error), time.perf_counter() - began, error)
        except BaseException as error:  # users' code: anything can come out, also SystemExit
            log("ERROR", f"Could not get data for {name}", error)
            return self._failed(name, failure_of(error, self._place_of(error, name)), time.perf_counter() - began, error)
        seconds = time.perf_counter() - began
        log("INFO", f"Computed {name} in {seconds:.03f} s")
        self.keep(name, result)
        return Outcome(name, result, seconds)

    def compute_again(self, name: str) -> None:
        """Computes a variable only because others need it, and says nothing about it."""
        try:
            self.keep(name, self._evaluate(self.declared[name], lambda name: None))
        except BaseException as error:  # users' code: anything can come out
            self.failures[name] = failure_of(error, self._place_of(error, name))

    def keep(self, name: str, result: Any) -> None:
        """Lets others have a result."""
        data = result.data if isinstance(result, Cell) else result
        if data is not None:
            self.results[name] = data

    def where(self, name: str) -> str | None:
        """Where a variable's function stands."""
        declared = self.declared.get(name)
        return self.places.of_function(declared) if self.places and declared else None

    def _place_of(self, error: BaseException, name: str) -> str | None:
        return self.places.of_error(error, self.declared[name]) if self.places else None

    def _failed(self, name: str, failure: Failure, seconds: float, error: BaseException) -> Outcome:
        self.failures[name] = failure
        return Outcome(name, None, seconds, failure, error)

    def _because_of(self, names: Sequence[str]) -> Failure:
        return missing_dependencies(names, [(name, self.failures[name]) for name in names if name in self.failures])

    def _evaluate(self, declared: Declared, begin: Callable[[str], None]) -> Any:
        arguments = self.arguments.of(declared)
        begin(declared.name)
        variable = declared.variable
        assert variable.func is not None
        result = variable.func(self.run_data, **arguments)
        if variable.transient:
            return result
        cell = result if isinstance(result, Cell) else Cell(result)
        cell.summary = variable.summary if cell.summary is None else cell.summary
        cell.units = variable.units if cell.units is None else cell.units
        return cell
