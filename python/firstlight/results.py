"""The results of a pipeline that is computed from Python."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .arguments import Arguments, RunFacts
from .catalogue import Catalogue
from .cell import Cell
from .evaluate import Evaluation, Outcome
from .failures import DEPENDENCY_ERROR, SKIP, Failure
from .fragment import Entry, FragmentPlace, write_fragment
from .loading import LoadedContext
from .opening import open_run, proposal_path, start_time
from .plan import START_TIME, in_order
from .store import stored_entry
from .variable import Skip


class DependencyError(Exception):
    """A variable could not be computed since others that it needs have failed."""


@dataclass(frozen=True)
class Results:
    """What came of a pipeline's variables: cells and exceptions by name; transient variables are left out."""

    cells: Mapping[str, Cell]
    errors: Mapping[str, BaseException]

    def save(self, damnit_dir: str | Path, proposal: int, run: int) -> Path:
        """Writes all of it as one fragment into an experiment's folder; the file, which its writer merges."""
        folder = os.path.join(damnit_dir, "extracted_data")
        entries = [stored_entry(name, cell) for name, cell in self.cells.items()]
        failures = [Entry(name, failure=Failure(type(error).__name__, str(error))) for name, error in self.errors.items()]
        return Path(folder) / write_fragment(FragmentPlace(folder, proposal, run), [*entries, *failures])


def compute(context: LoadedContext, proposal: int, run: int, run_data: Any, parameters: Mapping[str, Any]) -> Results:
    """Computes all variables of a context, one after the other, here."""
    run_data = open_run(proposal, run) if run_data is None else run_data
    catalogue = Catalogue(proposal, run, lambda: str(proposal_path(run_data)))
    first = start_time(run_data)
    results: dict[str, Any] = {START_TIME: first}
    arguments = Arguments(RunFacts(proposal, run, parameters), run_data, results, context.graph, catalogue)
    evaluation = Evaluation(context.declared, arguments, run_data, results)
    outcomes = [evaluation.compute(name) for name in in_order(context.graph)]
    kept = [outcome for outcome in outcomes if not context.declared[outcome.name].variable.transient]
    cells = {outcome.name: outcome.result for outcome in kept if isinstance(outcome.result, Cell) and outcome.failure is None}
    errors = {outcome.name: error for outcome in kept if (error := _error(outcome)) is not None}
    return Results({START_TIME: Cell(first), **cells}, errors)


def _error(outcome: Outcome) -> BaseException | None:
    failure = outcome.failure
    if failure is None or outcome.error is None:
        return None  # a missing parameter is not an error of the variable
    if failure.error_class == DEPENDENCY_ERROR:
        return DependencyError(failure.message)
    if failure.error_class == SKIP and not isinstance(outcome.error, Skip):
        return Skip(failure.message)
    return outcome.error
