"""`python -m firstlight.run CONTEXT --run N --proposal N`: runs a context in the foreground, for debugging; `breakpoint()` works."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    # `-m` puts the working directory first, where a user's `random.py` would be taken for Python's own.
    del sys.path[0]

import argparse
import contextlib
import json
import os
import sqlite3
from typing import Any
from urllib.parse import quote

from .arguments import Arguments, RunFacts
from .batch import Batch, entry_of
from .catalogue import Catalogue
from .cell import Cell
from .dropin import install_drop_in
from .evaluate import Evaluation, Outcome
from .fragment import FragmentPlace
from .loading import LoadedContext, load_context
from .opening import OpenError, mock_run, open_run, proposal_path, set_data_root, start_time
from .plan import START_TIME, select
from .store import StorageError


def main() -> int:
    """Runs a context file; 1 when a variable failed, 2 when nothing could be run."""
    options = _options()
    path = os.path.abspath(options.context)
    store = os.path.abspath(options.store) if options.store else None
    set_data_root(os.path.abspath(options.data_root) if options.data_root else _data_root_of(os.path.dirname(path)))
    os.environ.setdefault("MPLBACKEND", "Agg")
    install_drop_in()
    context = load_context(path)
    for problem in context.problems:
        _say(f"{problem.file}:{problem.line or 1}:{problem.column or 1}: {problem.severity}: {problem.text}")
    if not context.runnable:
        return 2
    try:
        return _run(context, options, store)
    except (OpenError, StorageError, OSError) as error:
        _say(str(error))
        return 2


def _data_root_of(folder: str) -> str | None:
    """Where the experiment folder of a context says that its data are."""
    database = os.path.join(folder, "runs.sqlite")
    if not os.path.isfile(database):
        return None
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(f"file:{quote(database)}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT value FROM metameta WHERE key = 'data_root'").fetchone()
        return row[0] if row else None
    return None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m firstlight.run", description=__doc__)
    parser.add_argument("context", help="the context file")
    parser.add_argument("--run", type=int, required=True)
    parser.add_argument("--proposal", type=int, required=True)
    parser.add_argument("--data", choices=("raw", "proc", "all"), default="all", help="which variables")
    parser.add_argument("--var", action="append", metavar="NAME", help="only this variable and what it needs; may be repeated")
    parser.add_argument("--param", action="append", default=[], metavar="KEY=VALUE", help="a value for param#KEY, as JSON or text")
    parser.add_argument("--mock", action="store_true", help="a run without data")
    parser.add_argument(
        "--data-root", help="directory that holds INSTRUMENT/CYCLE/pNNNNNN (default: what the context's experiment folder says)"
    )
    parser.add_argument("--store", metavar="DIR", help="leave the values in DIR/extracted_data; otherwise nothing is stored")
    return parser.parse_args()


def _run(context: LoadedContext, options: argparse.Namespace, store: str | None) -> int:
    unknown = [name for name in options.var or () if name not in context.declared]
    if unknown:
        _say(f"The context has no variable named {', '.join(unknown)}.")
        return 2
    run_data = mock_run() if options.mock else open_run(options.proposal, options.run)
    evaluation = _evaluation(context, options, run_data)
    names = select(context.graph, context.promoted, options.data, options.var)
    outcomes = [Outcome(START_TIME, Cell(start_time(run_data)), 0.0)]
    evaluation.keep(START_TIME, outcomes[0].result)
    for name in names:
        outcomes.append(evaluation.compute(name))
        _show(outcomes[-1])
    if store is not None:
        _store(context, outcomes, FragmentPlace(os.path.join(store, "extracted_data"), options.proposal, options.run))
    return 1 if any(outcome.failure and outcome.failure.state == "failed" for outcome in outcomes) else 0


def _evaluation(context: LoadedContext, options: argparse.Namespace, run_data: Any) -> Evaluation:
    results: dict[str, Any] = {}
    facts = RunFacts(options.proposal, options.run, dict(_parameter(text) for text in options.param))
    catalogue = Catalogue(options.proposal, options.run, lambda: str(proposal_path(run_data)))
    return Evaluation(context.declared, Arguments(facts, run_data, results, context.graph, catalogue), run_data, results)


def _parameter(text: str) -> tuple[str, Any]:
    key, _, value = text.partition("=")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def _show(outcome: Outcome) -> None:
    if outcome.failure is not None:
        print(f"{outcome.name}: {outcome.failure.state}: {outcome.failure.error_class}: {outcome.failure.message}")
    else:
        data = outcome.result.data if isinstance(outcome.result, Cell) else outcome.result
        print(f"{outcome.name} = {data!r}")
    sys.stdout.flush()


def _store(context: LoadedContext, outcomes: list[Outcome], place: FragmentPlace) -> None:
    os.makedirs(place.folder, exist_ok=True)
    batch = Batch("run", place, lambda value: None)
    for outcome in outcomes:
        declared = context.declared.get(outcome.name)
        batch.add(entry_of(outcome, bool(declared and declared.variable.transient)), outcome.seconds)
    batch.write()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
