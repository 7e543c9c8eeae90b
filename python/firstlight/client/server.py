"""An experiment that a server serves: the same answers as from its folder, over HTTP."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from .errors import BadRequest, FirstlightError, NoExperiment, UnknownKey
from .history import Version, version_in
from .http import Connection
from .model import Cell, RunKey, TableColumns, Variable
from .stored import read_summary

_HDF5 = "application/x-hdf5"
_EXPERIMENT = """query ($id: ID!) { experiment(id: $id) {
  proposals variables { name title units description tags type } runs { proposal run startTime } } }"""
_NAMES = """query ($id: ID!, $runs: String!, $proposal: Int!) { experiment(id: $id) {
  values(runs: $runs, proposal: $proposal) { name state } } }"""


class Server:
    """Reads an experiment through its server. What it knows of runs and variables it asks again when something is not among it."""

    def __init__(self, connection: Connection, identity: str) -> None:
        self._connection = connection
        self._id = identity
        self._path = f"/api/experiments/{quote(identity, safe='')}"
        self.where = f"{connection.root}{self._path}"
        self._known: dict[str, Any] | None = None

    @classmethod
    def at(cls, url: str) -> Server:
        """The experiment that an address means. Raises NoServer, NoExperiment, BadRequest when there are several."""
        parts = urlsplit(url)
        connection = Connection(f"{parts.scheme}://{parts.netloc}")
        served = [experiment["id"] for experiment in connection.json("/api/experiments")]
        words = [unquote(word) for word in f"{parts.path}/{parts.fragment}".split("/")]
        named = _named(words)
        if named is not None:
            connection.json(f"/api/experiments/{quote(named, safe='')}/table?rows=0,0&format=columns&columns=")  # is it there?
            return cls(connection, named)
        if len(served) == 1:
            return cls(connection, served[0])
        if not served:
            raise NoExperiment("no-such-experiment", f"The server at {connection.root} has no experiment.")
        first = f"{connection.root}/api/experiments/{served[0]}"
        raise BadRequest("bad-address", f"This server has several experiments: {', '.join(served)}; say which, for example {first}.")

    @classmethod
    def serving(cls, address: str, folder: Path) -> Server:
        """The experiment of a folder, at the server that owns it."""
        connection = Connection(address.rstrip("/"))
        wanted = os.path.realpath(folder)
        for experiment in connection.json("/api/experiments"):
            if os.path.realpath(experiment["folder"]) == wanted:
                return cls(connection, experiment["id"])
        raise FirstlightError("server-refused", f"The server at {connection.root} owns {folder}, but does not serve it.")

    def proposals(self) -> list[int]:
        """The folder's own proposal, then others."""
        return self._ask_again()["proposals"]

    def runs(self) -> list[RunKey]:
        """All runs, ordered."""
        return _runs_in(self._ask_again())

    def matching(self, run: int) -> list[RunKey]:
        """The runs of this number, of any proposal."""
        known = [key for key in _runs_in(self._known) if key.run == run] if self._known else []
        return known or [key for key in self.runs() if key.run == run]

    def start_time(self, run: RunKey) -> float | None:
        """When a run began, in seconds since 1970."""
        return next((row["startTime"] for row in self._ask_again()["runs"] if (row["proposal"], row["run"]) == run), None)

    def variables(self) -> dict[str, Variable]:
        """All variables by name."""
        return _variables_in(self._ask_again())

    def declared(self) -> dict[str, Variable]:
        """The variables as they were known last."""
        return _variables_in(self._known or self._ask_again())

    def _ask_again(self) -> dict[str, Any]:
        self._known = self._graphql(_EXPERIMENT, {})
        return self._known

    def _graphql(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._connection.json("/graphql", {"query": query, "variables": {"id": self._id, **variables}})
        for error in answer.get("errors", ()):
            raise FirstlightError(error.get("extensions", {}).get("code", "internal"), error["message"])
        return answer["data"]["experiment"]

    def names(self, run: RunKey) -> list[str]:
        """The variables that have a cell for a run."""
        values = self._graphql(_NAMES, {"runs": str(run.run), "proposal": run.proposal})["values"]
        return [value["name"] for value in values if value["state"] != "missing"]

    def cell(self, run: RunKey, name: str) -> Cell:
        """What the server's table says of a value."""
        said = self._connection.json(self._value_path(run, name))
        return Cell(said["state"], said["attributes"] or {}, summary=_decoded(said["summary"]))

    def _value_path(self, run: RunKey, name: str) -> str:
        return f"{self._path}/runs/{run.proposal}/{run.run}/{quote(name, safe='')}"

    def summary(self, run: RunKey, name: str) -> Any:
        """The small value, exactly as it is stored: JSON knows neither types of numbers nor pictures, so most come as a file."""
        cell = self.cell(run, name)
        if cell.state != "ok" or _says_all(cell.summary):
            return cell.summary
        try:
            with self.stored(run, name, "summary") as path:
                stored = read_summary(path, name)
        except UnknownKey:  # typed by hand, so it is in the table only
            return float(cell.summary) if self.declared()[name].type == "number" else cell.summary
        return int(stored) if isinstance(stored, bool) else stored

    @contextmanager
    def stored(self, run: RunKey, name: str, part: str, version: int | None = None) -> Iterator[Path]:
        """The value in a file of its own, which is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="firstlight-") as directory:
            path = Path(directory) / "value.h5"
            chosen = "" if version is None else f"?version={version}"
            self._connection.download(f"{self._value_path(run, name)}/value.h5{chosen}", path)
            yield path

    def table(self, names: Sequence[str] | None) -> TableColumns:
        """The cells of all runs."""
        chosen = "" if names is None else f"&columns={quote(','.join(names))}"
        said = self._connection.json(f"{self._path}/table?format=columns{chosen}")
        runs = [RunKey(proposal, run) for proposal, run, _ in said["runs"]]
        columns = {name: [_plain(value) for value in values] for name, values in said["values"].items()}
        return TableColumns(runs, [start for _, _, start in said["runs"]], columns)

    def history(self, run: RunKey, name: str) -> list[Version]:
        """Every version of a value, newest first."""
        request = {"run": run.run, "proposal": run.proposal, "name": name}
        try:
            return [version_in(line) for line in self._connection.lines(f"{self._path}/commands/history", request)]
        except UnknownKey:  # there never was one
            return []

    def submit(self, run: RunKey, write: Callable[[Path], str]) -> None:
        """Sends a fragment."""
        with tempfile.TemporaryDirectory(prefix="firstlight-") as directory:
            fragment = Path(directory) / write(Path(directory))
            self._connection.upload(f"{self._path}/runs/{run.proposal}/{run.run}", fragment, _HDF5)

    def process(self, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Asks for work and follows it."""
        return self._connection.lines(f"{self._path}/process", request)

    def changes(self, since: int | None) -> Iterator[dict[str, Any]]:
        """Follows the feed."""
        return self._connection.lines(f"{self._path}/changes" + ("" if since is None else f"?since={since}"))


def _named(words: Sequence[str]) -> str | None:
    """Which experiment an address names: `/api/experiments/ID`, or the page's `#/ID/…`."""
    if "experiments" in words[:-1]:
        return words[words.index("experiments") + 1] or None
    page = [word for word in words if word]
    return page[0] if page and not (len(page) > 1 and page[1] == "run") else None


def _runs_in(known: Mapping[str, Any]) -> list[RunKey]:
    return [RunKey(row["proposal"], row["run"]) for row in known["runs"]]


def _variables_in(known: Mapping[str, Any]) -> dict[str, Variable]:
    return {
        said["name"]: Variable(said["name"], said["title"], said["type"], said["units"], said["description"], tuple(said["tags"]))
        for said in known["variables"]
    }


def _decoded(summary: Any) -> Any:
    if isinstance(summary, dict) and "int" in summary:
        return int(summary["int"])
    return complex(float(summary["re"]), float(summary["im"])) if isinstance(summary, dict) and "re" in summary else summary


def _says_all(summary: Any) -> bool:
    """Whether JSON could say a summary without doubt: a text might stand for a number, and a whole number for a float."""
    if isinstance(summary, str):
        return not _is_number(summary)
    return isinstance(summary, bool | complex) or (isinstance(summary, float) and not summary.is_integer()) or summary is None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _plain(value: Any) -> Any:
    """A place of the table by columns."""
    if not isinstance(value, dict):
        return value
    if "number" in value:
        return float(value["number"])
    if "int" in value:
        return int(value["int"])
    return complex(float(value["re"]), float(value["im"]))
