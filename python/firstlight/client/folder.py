"""An experiment's folder on this machine, read directly: no other program has to run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py

from .database import Database, load_cell, load_declared, load_names, load_runs, load_variables, settings
from .errors import FirstlightError, NotAllowed, UnknownKey
from .history import Version, load_history
from .kept import stored_version
from .model import Cell, RunKey, TableColumns, Variable
from .stored import names_in, open_stored
from .table import load_table

if TYPE_CHECKING:
    from .server import Server


# It travels like a value, but belongs to the run.
_START_TIME = "start_time"


class Folder:
    """Reads an experiment from its files; what changes it goes through the folder's owner, or waits for it as a fragment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.where = str(path)
        self.database = Database(path / "runs.sqlite")
        self.database.check()

    @property
    def extracted_data(self) -> Path:
        """Where the runs' files and fragments are."""
        return self.path / "extracted_data"

    def proposals(self) -> list[int]:
        """The folder's own proposal, then others that have runs here."""
        with self.database.connect() as connection:
            own = settings(connection).get("proposal")
            others = [proposal for (proposal,) in connection.execute("SELECT DISTINCT proposal FROM run_info ORDER BY proposal")]
        return list(dict.fromkeys([*([] if own is None else [int(own)]), *others]))

    def runs(self) -> list[RunKey]:
        """All runs, ordered."""
        with self.database.connect() as connection:
            return list(load_runs(connection))

    def matching(self, run: int) -> list[RunKey]:
        """The runs of a number, of any proposal."""
        with self.database.connect() as connection:
            rows = connection.execute("SELECT proposal, run FROM run_info WHERE run = ? ORDER BY proposal", (run,))
            return [RunKey(*row) for row in rows]

    def start_time(self, run: RunKey) -> float | None:
        """When a run began, in seconds since 1970."""
        with self.database.connect() as connection:
            row = connection.execute("SELECT start_time FROM run_info WHERE proposal = ? AND run = ?", run).fetchone()
        return row and row[0]

    def variables(self) -> dict[str, Variable]:
        """All variables by name."""
        with self.database.connect() as connection:
            return load_variables(connection)

    def declared(self) -> dict[str, Variable]:
        """The variables that a context or a person has declared."""
        with self.database.connect() as connection:
            return load_declared(connection)

    def names(self, run: RunKey) -> list[str]:
        """The variables that have a row, or something in a file."""
        with self.database.connect() as connection:
            found = set(load_names(connection, run))
        for path in (self._run_file(run), *self._fragments(run)):
            if path.exists():
                with open_stored(path) as file:
                    found |= names_in(file)
        return sorted(found - {_START_TIME})

    def cell(self, run: RunKey, name: str) -> Cell:
        """What the database says of a value."""
        with self.database.connect() as connection:
            return load_cell(connection, run, name)

    def summary(self, run: RunKey, name: str) -> Any:
        """The small value of the database."""
        return self.cell(run, name).summary

    @contextmanager
    def stored(self, run: RunKey, name: str, part: str, version: int | None = None) -> Iterator[Path]:
        """The file that has the data of a version, or the newest data: a fragment that waits to be merged, else the run's own."""
        if version is not None:
            with stored_version(self.path, self._run_file(run), self.history(run, name), (run, name, version)) as path:
                yield path
            return
        for fragment in self._fragments(run):
            said = _says(fragment, name)
            if said == "none":
                break
            if said == "value":
                yield fragment
                return
        else:
            path = self._run_file(run)
            if path.exists():
                yield path
                return
        raise UnknownKey("no-value", f'There is no data of "{name}" for {run}.')

    def _run_file(self, run: RunKey) -> Path:
        return self.extracted_data / f"p{run.proposal}_r{run.run}.h5"

    def _fragments(self, run: RunKey) -> list[Path]:
        """Complete fragments that nobody has merged yet, the newest first."""
        found = self.extracted_data.glob(f"p{run.proposal}_r{run.run}.*.ready.h5")
        return [path for _, path in sorted(((_age(path), path) for path in found), reverse=True)]

    def table(self, names: Sequence[str] | None) -> TableColumns:
        """The cells of all runs."""
        with self.database.connect() as connection:
            return load_table(connection, list(load_declared(connection)) if names is None else names, others=names is None)

    def history(self, run: RunKey, name: str) -> list[Version]:
        """Every version of a value, newest first."""
        with self.database.connect() as connection:
            return load_history(connection, run, name)

    def submit(self, run: RunKey, write: Callable[[Path], str]) -> None:
        """Has a fragment written into the folder, where whoever merges finds it."""
        try:
            write(self.extracted_data)
        except PermissionError as error:
            raise NotAllowed("no-permission", f"{self.extracted_data} cannot be written: {error.strerror}.") from error

    def process(self, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Asks the folder's owner. Raises FirstlightError when nobody owns it."""
        return self._owner().process(request)

    def changes(self, since: int | None) -> Iterator[dict[str, Any]]:
        """Follows what the folder's owner tells. Raises FirstlightError when nobody owns it."""
        return self._owner().changes(since)

    def _owner(self) -> Server:
        from .server import Server

        address = _owner_address(self.path / ".firstlight" / "owner.json")
        if address is None:
            raise FirstlightError(
                "no-owner", f"No server works on {self.path}; start one with `firstlight serve {self.path}`, or use `firstlight process`."
            )
        return Server.serving(address, self.path)


def _owner_address(path: Path) -> str | None:
    try:
        address = json.loads(path.read_text()).get("address")
    except (OSError, ValueError):
        return None  # nobody ever owned it
    return address if isinstance(address, str) else None


def _age(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # merged in the meantime
        return 0


def _says(fragment: Path, name: str) -> str | None:
    """Whether a fragment brings a `value` for a variable, or says that there is `none` any more."""
    try:
        with h5py.File(fragment, "r", locking=False) as file:
            if any(f"{area}{name}" in file for area in ("", ".reduced/", ".preview/")):
                return "value"
            gone = file[".firstlight"].attrs.get("none", ()) if ".firstlight" in file else ()
            return "none" if name in gone or f".errors/{name}" in file else None
    except OSError:
        return None  # merged in the meantime, or damaged, which its writer reports


def open_folder(path: Path) -> Folder:
    """Opens a folder to read. Raises NoExperiment, NotAllowed."""
    try:
        return Folder(path)
    except PermissionError as error:
        raise NotAllowed("no-permission", f"{path} cannot be read: {error.strerror}.") from error
