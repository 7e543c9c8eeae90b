"""A small experiment folder, made without the writer: what a database and a run's file of any origin may hold."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import h5py

_TABLES = """
CREATE TABLE metameta(key PRIMARY KEY NOT NULL, value);
CREATE TABLE run_info(proposal, run, start_time, added_at);
CREATE TABLE run_variables(proposal, run, name, version, value, timestamp, max_diff, provenance, summary_type, summary_method, attributes);
CREATE TABLE variables(name TEXT PRIMARY KEY NOT NULL, type TEXT, title TEXT, description TEXT, attributes TEXT);
CREATE TABLE fl_summary_kinds(proposal INTEGER, run INTEGER, name TEXT, timestamp REAL, kind TEXT);
"""


class ClientFolder:
    """Fills a folder row by row."""

    def __init__(self, path: Path, proposal: int | None = 1234, version: int = 4) -> None:
        self.path = path
        (path / "extracted_data").mkdir(parents=True)
        with closing(sqlite3.connect(path / "runs.sqlite")) as database:
            database.executescript(_TABLES)
        self.execute("INSERT INTO metameta VALUES ('data_format_version', ?)", version)
        if proposal is not None:
            self.execute("INSERT INTO metameta VALUES ('proposal', ?)", proposal)

    def execute(self, statement: str, *values: Any) -> None:
        """Changes the database."""
        with closing(sqlite3.connect(self.path / "runs.sqlite")) as database, database:
            database.execute(statement, values)

    def run(self, run: int, proposal: int = 1234, start: float | None = 1_700_000_000.0) -> None:
        """Adds a run."""
        self.execute("INSERT INTO run_info VALUES (?, ?, ?, 1.0)", proposal, run, start)

    def variable(self, name: str, title: str | None = None, type: str | None = None) -> None:
        """Declares a variable."""
        self.execute("INSERT INTO variables(name, title, type) VALUES (?, ?, ?)", name, title or name, type)

    def cell(self, run: int, name: str, value: Any, *, proposal: int = 1234, kind: str | None = None, **attributes: Any) -> None:
        """Adds a row of the table; a boolean is marked as Firstlight marks it."""
        row = (proposal, run, name, int(value) if isinstance(value, bool) else value, kind, json.dumps(attributes) if attributes else None)
        method = None if value is None else ""
        columns = "proposal, run, name, version, value, timestamp, summary_type, attributes, summary_method, provenance"
        places = "?, ?, ?, 1, ?, 5.0, ?, ?, ?, 'context.py'"
        self.execute(f"INSERT INTO run_variables({columns}) VALUES ({places})", *row, method)
        if isinstance(value, bool):
            self.execute("INSERT INTO fl_summary_kinds VALUES (?, ?, ?, 5.0, 'bool')", proposal, run, name)

    def data(self, run: int, values: dict[str, Any], proposal: int = 1234) -> None:
        """Adds data to a run's file."""
        with h5py.File(self.path / "extracted_data" / f"p{proposal}_r{run}.h5", "a") as file:
            for group in (".reduced", ".preview", ".errors"):
                file.require_group(group)
            for name, value in values.items():
                file[f"{name}/data"] = value
