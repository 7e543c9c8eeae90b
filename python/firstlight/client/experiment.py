"""`firstlight.open`: an experiment in a program or a notebook."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import BadRequest, UnknownKey, no_such_variable
from .frames import data_frame
from .model import RunKey, Source, Variable, undeclared
from .run import Run
from .value import Value

if TYPE_CHECKING:
    import pandas

_MOST_SHOWN = 12


def open(folder_or_url: str | os.PathLike[str]) -> Experiment:
    """Opens an experiment: a folder on this machine, or what a Firstlight server serves.

    A folder is read directly, whether or not a server works on it and also when it is read-only.

    Args:
        folder_or_url: the folder; or the address of a server (`http://127.0.0.1:8080`), of its page or of one of its experiments
            (`http://127.0.0.1:8080/api/experiments/p1234`) when it has several.

    Raises:
        NoExperiment: there is none at this place (a FileNotFoundError).
        NoServer: the server does not answer (a ConnectionError).

    Example:
        >>> import firstlight
        >>> experiment = firstlight.open("EXPERIMENT")
        >>> experiment.table()
        >>> experiment[12, "spectrum"].read()
    """
    if isinstance(folder_or_url, str) and folder_or_url.startswith(("http://", "https://")):
        from .server import Server

        return Experiment(Server.at(folder_or_url))
    from .folder import open_folder

    return Experiment(open_folder(Path(folder_or_url).expanduser()))


class Experiment:
    """An experiment: its runs, its variables and their values. Made by `firstlight.open`.

    Example:
        >>> experiment[12]                       # a run
        >>> experiment[12, "energy"]             # a value, by the name or title of its variable
        >>> experiment[1234, 12, "energy"]       # with the proposal, where there are several
        >>> experiment["energy"]                 # a variable for all runs, as a pandas Series
    """

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def where(self) -> str:
        """The folder or address that it is read from."""
        return self._source.where

    @property
    def proposals(self) -> list[int]:
        """The proposals whose runs belong here, the folder's own first."""
        return self._source.proposals()

    @property
    def proposal(self) -> int | None:
        """The folder's own proposal."""
        return next(iter(self.proposals), None)

    @property
    def runs(self) -> list[int | tuple[int, int]]:
        """All runs: their numbers, or `(proposal, run)` where there are several proposals. Each can be used as `experiment[run]`."""
        runs = self._source.runs()
        several = len({run.proposal for run in runs}) > 1
        return [tuple(run) if several else run.run for run in runs]

    @property
    def variables(self) -> dict[str, Variable]:
        """All variables by name: titles, units, descriptions, tags."""
        return self._source.variables()

    def __getitem__(self, key: Any) -> Any:
        """A run, a value, or a variable for all runs; see the class.

        Raises:
            UnknownKey: there is no such run or variable (a KeyError).
            TypeError: the key is none of these.
        """
        if isinstance(key, str):
            return self._series(key)
        match key if isinstance(key, tuple) else (key,):
            case (run,):
                return self._run(None, run)
            case (run, str() as name):
                return self._run(None, run)[name]
            case (proposal, run):
                return self._run(proposal, run)
            case (proposal, run, str() as name):
                return self._run(proposal, run)[name]
        raise TypeError(f"experiment[{key!r}] is not understood; write experiment[run], experiment[run, name] or experiment[name].")

    def _run(self, proposal: Any, run: Any) -> Run:
        number = _whole(run, "run")
        runs = self._source.matching(number)
        if proposal is not None:
            runs = [key for key in runs if key.proposal == _whole(proposal, "proposal")]
        own = [key for key in runs if len(runs) > 1 and key.proposal == self.proposal]
        for key in own or runs[:1]:
            return Run(self._source, key, self._value)
        of = f" of proposal {proposal}" if proposal is not None else ""
        raise UnknownKey("no-such-run", f"There is no run {number}{of} in {self.where}; `experiment.runs` lists all.")

    def _value(self, run: RunKey, asked: str) -> Value:
        return Value(self._source, run, self._variable(asked, run))

    def _variable(self, asked: str, run: RunKey | None) -> Variable:
        declared = self._source.declared()
        if asked in declared:
            return declared[asked]
        for variable in declared.values():
            if variable.title == asked:
                return variable
        # It may be new, or have values without ever having been declared.
        others = {name: undeclared(name) for name in (self._source.names(run) if run else ())}
        known = others if asked in others else {**others, **self._source.variables()}
        for variable in known.values():
            if asked in (variable.name, variable.title):
                return variable
        raise no_such_variable(asked, self.where, [*known, *(variable.title for variable in known.values())])

    def table(self, variables: Sequence[str] | None = None, with_titles: bool = False) -> pandas.DataFrame:
        """The table as a pandas DataFrame: `proposal`, `run`, `start_time`, then a column for each variable.

        Numbers are float64, NaN where there is none; pictures and arrays are markers like `<thumbnail>`.
        `attrs["units"]` has the columns' units.

        Args:
            variables: names or titles of the wanted variables, default all; `read()` gives whole arrays.
            with_titles: name the columns by the variables' titles.

        Example:
            >>> experiment.table(["energy", "spread"]).plot("energy", "spread", kind="scatter")
        """
        known = self._source.declared()
        names = None if variables is None else [self._variable(asked, None).name for asked in variables]
        return data_frame(self._source.table(names), known, with_titles=with_titles)

    def _series(self, asked: str) -> pandas.Series:
        variable = self._variable(asked, None)
        table = self.table([variable.name])
        several = table["proposal"].nunique() > 1
        series = table.set_index(["proposal", "run"] if several else "run")[variable.name]
        series.attrs = {"units": variable.units} if variable.units else {}
        return series

    def submit(
        self,
        run: int,
        values: Mapping[str, Any],
        *,
        proposal: int | None = None,
        provenance: str = "submit",
        errors: Mapping[str, BaseException] | None = None,
    ) -> None:
        """Stores values that this program has computed, as if they were a context's.

        They are complete on the disk when this returns, and in the table when the folder's owner has taken them (at once when it serves;
        else when one is started next). A variable that the context does not have gets a column of its own. None takes a value away.

        Args:
            run: the number of their run, which may be new.
            values: by the names of variables: anything a variable may return, also a `firstlight.Cell` with a unit, a summary or a preview.
            proposal: default the experiment's own.
            provenance: says in the table who made them.
            errors: why variables have no value, by name.

        Raises:
            BadRequest: a value cannot be stored, or a name is impossible (a ValueError).

        Example:
            >>> experiment.submit(12, {"centroid": 3.2, "fit": firstlight.Cell(curve, units="eV")}, provenance="fit.py")
        """
        from .submit import submit

        submit(self._source, self._key(proposal, run), values, provenance=provenance, errors=errors or {})

    def _key(self, proposal: int | None, run: int) -> RunKey:
        own = self.proposal if proposal is None else _whole(proposal, "proposal")
        if own is None:
            raise BadRequest("bad-runs", f"{self.where} has no proposal of its own; say which with proposal=.")
        return RunKey(own, _whole(run, "run"))

    def process(
        self,
        runs: int | str | Sequence[int],
        variables: Sequence[str] | None = None,
        *,
        proposal: int | None = None,
        trigger: str | None = None,
        mock: bool = False,
        parameters: Mapping[str, Any] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Asks the folder's server to compute values, and gives what happens as it happens; the work goes on when nobody follows.

        Args:
            runs: `12`, `[1, 2, 3]`, `"1-5,8"` or `"all"`.
            variables: their names; what they need is computed, too. Default all.
            proposal: default the experiment's own.
            trigger: `raw`, `proc` or `all`: the variables of one kind only.
            mock: without the run's files, for trying a context out.
            parameters: values for `param` inputs.

        Raises:
            FirstlightError: no server works on the folder, or it refuses.

        Example:
            >>> for event in experiment.process(12, ["energy"]):
            ...     if event["event"] == "value":
            ...         print(event["variable"], event["state"])
        """
        request = {
            "runs": runs if isinstance(runs, str) else [_whole(run, "run") for run in ([runs] if not isinstance(runs, Sequence) else runs)],
            "proposal": self.proposal if proposal is None else proposal,
            "variables": None if variables is None else [self._variable(asked, None).name for asked in variables],
            "trigger": trigger,
            "mock": mock,
            "parameters": None if parameters is None else dict(parameters),
        }
        return self._source.process({key: value for key, value in request.items() if value is not None})

    def changes(self, since: int | None = None) -> Iterator[dict[str, Any]]:
        """Follows what changes in the table, for as long as the folder's server lives.

        Each item has a `number`, consecutive, and the `cells` that changed: `proposal`, `run`, `name`, `state`, `summary` …
        One with `reset` says that too much was missed; read the table again and go on.

        Args:
            since: the number of the last item that is known; default from now on.

        Example:
            >>> for change in experiment.changes():
            ...     for cell in change["cells"]:
            ...         print(cell["run"], cell["name"], cell["summary"])
        """
        return self._source.changes(since)

    def __repr__(self) -> str:
        proposals = ", ".join(f"p{proposal}" for proposal in self.proposals) or "no proposal"
        names = list(self._source.declared())
        more = f", … ({len(names)} in all)" if len(names) > _MOST_SHOWN else ""
        shown = f"{', '.join(names[:_MOST_SHOWN])}{more}" if names else "none yet"
        return f"<Experiment {proposals} in {self.where}\n  runs       {_ranges(self._source.runs())}\n  variables  {shown}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(variable.name)}</td><td>{escape(variable.title)}</td><td>{escape(variable.units or '')}</td>"
            f"<td>{escape(variable.description or '')}</td></tr>"
            for variable in self._source.declared().values()
        )
        proposals = ", ".join(f"p{proposal}" for proposal in self.proposals)
        head = f"<b>{proposals}</b> in {escape(self.where)}, runs {_ranges(self._source.runs())}"
        return f"<p>{head}</p><table><tr><th>variable</th><th>title</th><th>units</th><th></th></tr>{rows}</table>"

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._source.declared())


def _whole(number: Any, what: str) -> int:
    """An integer of any kind; not a boolean, which Python takes for one."""
    try:
        if not isinstance(number, bool):
            return operator.index(number)
    except TypeError:
        pass
    raise TypeError(f"A {what} is a whole number, which {number!r} is not.")


def _ranges(runs: Sequence[RunKey]) -> str:
    """Runs in few words: `1-5, 8`."""
    parts: list[str] = []
    numbers = sorted({run.run for run in runs})
    while numbers:
        length = next((i for i in range(1, len(numbers)) if numbers[i] != numbers[0] + i), len(numbers))
        parts.append(f"{numbers[0]}-{numbers[length - 1]}" if length > 1 else str(numbers[0]))
        numbers = numbers[length:]
    return ", ".join(parts[:_MOST_SHOWN] + (["…"] if len(parts) > _MOST_SHOWN else [])) or "none yet"
