"""One value of an experiment: a variable for a run."""

from __future__ import annotations

from datetime import datetime, timezone
from html import escape
from numbers import Integral
from typing import Any

from .errors import BadRequest, UnknownKey
from .history import Version, no_data, version_among
from .model import Cell, RunKey, Source, Variable
from .stored import read_data, read_preview

_PNG = b"\x89PNG"


class Value:
    """A variable's value for a run. Nothing is read before it is asked for, and nothing is kept: each question gets what is there now.

    Example:
        >>> value = experiment[12, "spectrum"]
        >>> value.read()              # the whole array, with its coordinates
        >>> value.summary()           # what the table shows
    """

    def __init__(self, source: Source, run: RunKey, variable: Variable) -> None:
        self._source = source
        self._run = run
        self._variable = variable

    @property
    def name(self) -> str:
        """The name of its variable."""
        return self._variable.name

    @property
    def title(self) -> str:
        """What stands above its column."""
        return self._variable.title

    @property
    def proposal(self) -> int:
        """The proposal of its run."""
        return self._run.proposal

    @property
    def run(self) -> int:
        """The number of its run."""
        return self._run.run

    @property
    def state(self) -> str:
        """`ok`, `none` (the function gave nothing), `skipped`, `failed` or `missing` (it was never computed)."""
        return self._cell().state

    @property
    def error(self) -> str | None:
        """Why there is no value, when it failed or was skipped."""
        return self._cell().attributes.get("error")

    @property
    def error_class(self) -> str | None:
        """The class of the exception, for example `ZeroDivisionError`."""
        return self._cell().attributes.get("error_cls")

    @property
    def units(self) -> str | None:
        """Its unit: of this value, else of its variable."""
        return self._cell().attributes.get("units") or self._variable.units

    @property
    def attributes(self) -> dict[str, Any]:
        """All that is kept beside the value: `units`, `bold`, `background`, `uncertainty` …"""
        return dict(self._cell().attributes)

    @property
    def provenance(self) -> str | None:
        """Who made it: `context.py`, `manual-input`, a label of `submit`; None when that is not known."""
        return self._cell().provenance

    @property
    def stored_at(self) -> datetime | None:
        """When it was stored; None when that is not known."""
        seconds = self._cell().timestamp
        return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)

    def read(self, deserialize_plotly: bool = True, *, version: int | None = None) -> Any:
        """The whole value, or one of its versions.

        It is a numpy scalar or array, a text, an xarray DataArray or Dataset, a pandas DataFrame or Series, a Plotly figure, or a picture's
        pixels. What was typed by hand (a comment, a user's column) is its summary.

        Args:
            deserialize_plotly: False gives a Plotly figure as JSON text, for which plotly need not be installed.
            version: one that `history()` lists, whose `has_data` says whether it can be read; default: the newest.

        Raises:
            UnknownKey: there is no data (a KeyError); `state` and `error` say why.
                `no-version`: there is none with this number; `no-value`: its data is not kept any more.

        Example:
            >>> experiment[12, "spectrum"].read(version=2)
        """
        if version is not None:
            return self._read_version(version, deserialize_plotly)
        if self._variable.type is not None:
            return self.summary()
        try:
            with self._source.stored(self._run, self.name, "data") as path:
                return read_data(path, self.name, figures=deserialize_plotly)
        except KeyError:
            raise UnknownKey("no-value", f'There is no data of "{self.name}" for {self._run}: {self._why()}.') from None

    def summary(self) -> Any:
        """The small value that the table shows: a number, text, small array, or the bytes of a PNG; None when there is none."""
        return self._source.summary(self._run, self.name)

    def preview_data(self, *, data_fallback: bool = True, deserialize_plotly: bool = True) -> Any:
        """What a picture of the value shows: the preview its function gave, else the data if they can be drawn, else None.

        Args:
            data_fallback: False gives only what the function gave as preview.
            deserialize_plotly: as for `read`.
        """
        try:
            with self._source.stored(self._run, self.name, "preview") as path:
                return read_preview(path, self.name, fallback=data_fallback, figures=deserialize_plotly)
        except KeyError:
            return None  # nothing is stored, or a summary alone

    def history(self) -> list[Version]:
        """Every version of the value that is known, the newest first.

        Example:
            >>> for version in experiment[12, "energy"].history():
            ...     print(version.stored_at, version.summary, version.source)
        """
        return self._source.history(self._run, self.name)

    def _read_version(self, version: int, figures: bool) -> Any:
        if isinstance(version, bool) or not isinstance(version, Integral) or version < 1:
            raise BadRequest("bad-request", f"{version!r} is no version; they are numbered from 1, and history() lists them.")
        if self._variable.type is not None:
            summary = version_among(self.history(), self._run, self.name, version).summary
            return float(summary) if self._variable.type == "number" and summary is not None else summary
        with self._source.stored(self._run, self.name, "data", int(version)) as path:
            try:
                return read_data(path, self.name, figures=figures)
            except KeyError:
                found = version_among(self.history(), self._run, self.name, version)
                raise no_data(found, self._run, self.name) from None

    def _cell(self) -> Cell:
        return self._source.cell(self._run, self.name)

    def _why(self) -> str:
        cell = self._cell()
        return self._told() if cell.state != "ok" else "only its summary is stored, which summary() gives"

    def __repr__(self) -> str:
        return f"<{self.name} of {self._run}: {self._told()}>"

    def _told(self) -> str:
        cell = self._cell()
        if cell.state != "ok":
            error = cell.attributes.get("error")
            return f"{cell.state}, {str(error).splitlines()[0]}" if error else cell.state
        return " ".join(filter(None, (told(cell.summary), self.units)))

    def _repr_html_(self) -> str:
        import base64

        summary = self.summary()
        if not (isinstance(summary, bytes) and summary.startswith(_PNG)):
            return f"<code>{escape(repr(self))}</code>"
        picture = base64.b64encode(summary).decode()
        return f'<figure><img src="data:image/png;base64,{picture}"><figcaption>{escape(self.title)}, {self._run}</figcaption></figure>'


def told(summary: Any) -> str:
    """A summary in a few characters."""
    if isinstance(summary, bytes):
        return "a picture"
    if summary is None:
        return "nan"
    if isinstance(summary, dict):  # what a server says of what is too big for its table
        return "a picture" if "image" in summary else "a line" if "trendline" in summary else "an array"
    if hasattr(summary, "shape"):
        return f"{summary.dtype} {summary.shape}"
    return f"{summary:.6g}" if isinstance(summary, float) else repr(summary)
