"""The official `damnit` package's way of reading, over the same folder: `from firstlight import Damnit`.

Everything here answers as damnit 0.4 does, with its types, its keys and its exceptions, so that a notebook changes one line.
For more, and for reading from a server, there is `firstlight.open`.
"""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .database import Database, load_cell, load_declared, settings
from .errors import NoExperiment
from .model import RunKey, Variable
from .stored import names_in, object_type, open_stored, read_data, read_preview
from .table import load_table

if TYPE_CHECKING:
    import pandas

_FACILITY = "/gpfs/exfel/exp"


class DataType(Enum):
    """What kind of object a value was when it was stored."""

    DataArray = "dataarray"
    DataFrame = "dataframe"
    Dataset = "dataset"
    Image = "image"
    PlotlyFigure = "PlotlyFigure"
    Series = "series"
    Timestamp = "timestamp"


class Damnit:
    """A DAMNIT folder.

    Args:
        location: the folder, or the number of a proposal at the facility.

    Raises:
        FileNotFoundError: there is no such folder, proposal or database.
        TypeError: the location is something else.

    Example:
        >>> db = Damnit(1234)
        >>> db[12, "spectrum"].read()
        >>> db.table(with_titles=True)
    """

    def __init__(self, location: int | str | os.PathLike[str]) -> None:
        self._directory = _directory_of(location)
        if not self._directory.is_dir():
            raise NoExperiment("no-folder", f"DAMNIT directory does not exist: {self._directory}")
        path = self._directory / "runs.sqlite"
        if not path.is_file():
            raise NoExperiment("no-folder", f"DAMNIT database does not exist: {path}")
        self._database = Database(path)
        self._database.check()

    @property
    def proposal(self) -> int | None:
        """The folder's own proposal."""
        return _own_proposal(self._database)

    def runs(self) -> list[int]:
        """The numbers of all runs that have a start time."""
        with self._database.connect() as connection:
            return [run for (run,) in connection.execute("SELECT run FROM run_info WHERE start_time IS NOT NULL")]

    def __getitem__(self, key: Any) -> Any:
        """`db[run]`, `db[proposal, run]` give RunVariables; `db[run, name]`, `db[proposal, run, name]` a VariableData."""
        proposal, run, name = _parts(key)
        proposal = self.proposal if proposal is None else proposal
        if run not in self.runs():
            raise KeyError(f"Unknown run number for p{self.proposal}")
        variables = RunVariables(self._directory, run, proposal)
        return variables if name is None else variables[name]

    def table(self, with_titles: bool = False) -> pandas.DataFrame:
        """The table as a DataFrame: a row for each run with a start time, `<thumbnail>` and the like for what is not small.

        Args:
            with_titles: name the columns by the variables' titles.
        """
        from .damnit_table import damnit_table

        with self._database.connect() as connection:
            table = load_table(connection, (), others=True, booleans=False)
            return damnit_table(table, load_declared(connection), with_titles=with_titles)

    def __repr__(self) -> str:
        return f"<Damnit database for p{self.proposal}>"


def _directory_of(location: Any) -> Path:
    if isinstance(location, int):
        return _proposal_directory(location) / "usr/Shared/amore"
    if isinstance(location, (str, Path)):
        return Path(location)
    raise TypeError(f"Unsupported location: {location}")


def _proposal_directory(proposal: int) -> Path:
    root = Path(os.environ.get("XFEL_DATA_ROOT", _FACILITY))
    for directory in root.glob(f"*/*/p{proposal:06d}"):
        return directory
    raise NoExperiment("no-folder", f"Couldn't find proposal dir for {proposal!r}")


def _own_proposal(database: Database) -> int | None:
    with database.connect() as connection:
        proposal = settings(connection).get("proposal")
    return None if proposal is None else int(proposal)


def _parts(key: Any) -> tuple[Any, Any, Any]:
    """Proposal, run and name of a key, None for what it leaves out."""
    if isinstance(key, int):
        return None, key, None
    if isinstance(key, tuple) and len(key) == 2:
        first, second = key
        return (None, first, second) if isinstance(second, str) else (first, second, None)
    if isinstance(key, tuple) and len(key) == 3:
        return key
    raise TypeError(f"Unrecognised key type: {type(key)}")


class RunVariables:
    """The variables of a run.

    Example:
        >>> run = db[12]
        >>> run.keys()
        >>> run["Pulse energy"].summary()
    """

    def __init__(self, db_dir: str | os.PathLike[str], run: int, proposal: int | None = None) -> None:
        self._directory = Path(db_dir)
        self._database = Database(self._directory / "runs.sqlite")
        self._run = run
        self._proposal = _own_proposal(self._database) if proposal is None else proposal

    @property
    def proposal(self) -> int | None:
        """The run's proposal."""
        return self._proposal

    @property
    def run(self) -> int:
        """The run's number."""
        return self._run

    @property
    def file(self) -> Path:
        """The file with the run's data."""
        return self._directory / "extracted_data" / f"p{self._proposal}_r{self._run}.h5"

    def keys(self) -> list[str]:
        """The names of all variables that have something for this run. Raises FileNotFoundError when the run has no file."""
        return sorted(self._names())

    def titles(self) -> list[str]:
        """Their titles."""
        return sorted(self._titles())

    def __getitem__(self, name: str) -> VariableData:
        """A variable by its title or name. Raises KeyError."""
        names = self._names()
        titles = self._titles()
        found = titles.get(name, name)
        if found not in names:
            raise KeyError(f"Variable data for {name!r} not found for p{self.proposal}, r{self.run}")
        title = {name: title for title, name in titles.items()}[found]
        return VariableData(self, self._database, Variable(found, title), only_in_table=names[found])

    def _names(self) -> dict[Any, bool]:
        """The names, and whether only the table has a value."""
        with open_stored(self.file) as file:
            in_file = names_in(file)
        return {**dict.fromkeys(self._typed(), True), **dict.fromkeys(in_file, False)}

    def _typed(self) -> list[str]:
        """What people have typed for this run."""
        query = (
            "SELECT name FROM run_variables WHERE proposal = ? AND run = ? AND value IS NOT NULL "
            "AND (name = 'comment' OR name IN (SELECT name FROM variables WHERE type IS NOT NULL))"
        )
        with self._database.connect() as connection:
            return [name for (name,) in connection.execute(query, (self.proposal, self.run))]

    def _titles(self) -> dict[Any, str]:
        names = self._names()
        with self._database.connect() as connection:
            declared = load_declared(connection)
        known = {"start_time": "Timestamp", "comment": "Comment", **{name: variable.title for name, variable in declared.items()}}
        return {title: name for name, title in known.items() if name in names}

    def __repr__(self) -> str:
        return f"<RunVariables for p{self.proposal}, r{self.run} with {len(self.keys())} variables>"

    def _ipython_key_completions_(self) -> list[str]:
        return self.keys()


class VariableData:
    """A variable's value for a run."""

    def __init__(self, run: RunVariables, database: Database, variable: Variable, *, only_in_table: bool) -> None:
        self._of = run
        self._database = database
        self._variable = variable
        self._only_in_table = only_in_table

    @property
    def name(self) -> str:
        """The variable's name."""
        return self._variable.name

    @property
    def title(self) -> str:
        """The variable's title."""
        return self._variable.title

    @property
    def proposal(self) -> int | None:
        """The run's proposal."""
        return self._of.proposal

    @property
    def run(self) -> int:
        """The run's number."""
        return self._of.run

    @property
    def file(self) -> Path:
        """The file with the run's data."""
        return self._of.file

    @property
    def units(self) -> str | None:
        """The value's unit."""
        return self._row().attributes.get("units")

    def type_hint(self) -> DataType | None:
        """What kind of object the value is; None for numbers, texts and arrays. Raises KeyError without data."""
        with open_stored(self.file) as file:
            kind = object_type(file, self.name)
        return None if kind is None else DataType(kind)

    def read(self, deserialize_plotly: bool = True) -> Any:
        """The whole value. Raises KeyError without data.

        Args:
            deserialize_plotly: False gives a Plotly figure as JSON text.
        """
        if self._only_in_table:
            return self.summary()
        data = read_data(self.file, self.name, figures=deserialize_plotly)
        return _first_text(data)

    def summary(self) -> Any:
        """The value in the table; a picture is the bytes of its PNG."""
        summary = self._row().summary
        return int(summary) if isinstance(summary, bool) else summary

    def preview_data(self, *, data_fallback: bool = True, deserialize_plotly: bool = True) -> Any:
        """What a picture of the value shows, or None.

        Args:
            data_fallback: use the data when the function gave no preview of its own.
            deserialize_plotly: False gives a Plotly figure as JSON text.
        """
        return read_preview(self.file, self.name, fallback=data_fallback, figures=deserialize_plotly)

    def preview(self) -> Any:
        """Draws the preview, for a notebook. Raises ValueError when there is none."""
        from .preview import draw

        return draw(self.preview_data(), self)

    def _row(self) -> Any:
        with self._database.connect() as connection:
            return load_cell(connection, RunKey(self.proposal or 0, self.run), self.name)

    def __repr__(self) -> str:
        return f"<VariableData for {self.name!r} in p{self.proposal}, r{self.run}>"


def _first_text(data: Any) -> Any:
    """Of an array of texts the first, as the official package has it."""
    kind = getattr(getattr(data, "dtype", None), "kind", None)
    if kind not in ("S", "O") or not hasattr(data, "ravel") or hasattr(data, "coords") or hasattr(data, "index"):
        return data
    first = data.ravel()[0]
    return first.decode(errors="surrogateescape") if isinstance(first, bytes) else first
