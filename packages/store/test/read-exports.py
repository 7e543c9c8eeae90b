"""Compares exported files, cell by cell, with the database they come from: read-exports.py FOLDER FILE [SELECTION as JSON]."""

import io
import json
import math
import sqlite3
import sys
from datetime import datetime
from pathlib import Path

import h5py
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet
import xarray as xr

PNG = b"\x89PNG\r\n\x1a\n"


def stored(folder, wanted):
    """Every summary by (proposal, run) and name, as it is in the database."""
    connection = sqlite3.connect(Path(folder) / "runs.sqlite")
    kinds = {row[:3] for row in connection.execute("SELECT proposal, run, name FROM fl_summary_kinds WHERE kind = 'bool'")}
    rows = {}
    for proposal, run, start in connection.execute("SELECT proposal, run, start_time FROM run_info ORDER BY proposal, run"):
        if wanted.get("runs") is None or run in wanted["runs"]:
            rows[proposal, run] = {"start_time": start}
    query = "SELECT proposal, run, name, value, summary_type, summary_method FROM run_variables"
    for proposal, run, name, value, kind, method in connection.execute(query):
        if (proposal, run) not in rows or (wanted.get("names") is not None and name not in wanted["names"]):
            continue
        if value is None:
            value = math.nan if method is not None else None
        elif (proposal, run, name) in kinds:
            value = bool(value)
        elif isinstance(value, bytes) and kind == "complex":
            value = np.frombuffer(value, "<c16")[0]
        elif isinstance(value, bytes) and not value.startswith(PNG):
            value = np.load(io.BytesIO(value))
        rows[proposal, run][name] = value
    return rows


def same(a, b):
    if isinstance(a, (float, np.floating)) and isinstance(b, (float, np.floating)):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    return type(a) is type(b) and a == b


def as_json(array):
    def plain(value):
        special = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
        return value if not isinstance(value, float) or math.isfinite(value) else special[str(value)]

    nested = json.loads(json.dumps(array.tolist()), parse_constant=lambda text: text)
    lists = [[plain(v) for v in row] for row in nested] if array.ndim == 2 else [plain(v) for v in nested]
    return {"x": lists[0], "y": lists[1]} if array.ndim == 2 and array.shape[0] == 2 else lists


def expect(what, got, wanted):
    if not same(got, wanted):
        raise SystemExit(f"{what}: {got!r} ({type(got).__name__}) instead of {wanted!r} ({type(wanted).__name__})")


def text_of(value):
    """What a cell of CSV says, read back as what it was."""
    if value is None:
        return None
    if isinstance(value, np.ndarray):
        return as_json(value)
    return "[picture]" if isinstance(value, bytes) else value


def parsed(text, like):
    if isinstance(like, bool):
        return {"True": True, "False": False}[text]
    if isinstance(like, (int, float, complex)):
        return type(like)(text)
    if isinstance(like, np.complexfloating):
        return np.complex128(complex(text))
    if isinstance(like, str):
        return text
    if isinstance(like, np.ndarray):
        return json.loads(text, parse_int=float if like.dtype.kind == "f" else int)
    return text


def check_csv(file, rows):
    table = pd.read_csv(file, dtype=str, keep_default_na=False, na_filter=False, encoding="utf-8")
    assert list(table.columns[:3]) == ["proposal", "run", "start_time"], table.columns
    names = {name for row in rows.values() for name in row} - {"start_time"}
    assert names <= set(table.columns), names - set(table.columns)
    assert [(int(p), int(r)) for p, r in zip(table["proposal"], table["run"])] == list(rows)
    for (key, row), (_, line) in zip(rows.items(), table.iterrows()):
        start = row["start_time"]
        written = line["start_time"]
        assert (written == "") == (start is None), written
        assert start is None or abs(datetime.fromisoformat(written).timestamp() - start) < 1e-6, (written, start)
        for name in table.columns[3:]:
            value = row.get(name)
            if value is None:
                assert line[name] == "", (key, name, line[name])
                continue
            expect(f"{key} {name}", parsed(line[name], value), text_of(value))
    # As people read it: types by themselves.
    plain = pd.read_csv(file, float_precision="round_trip")
    if "float_infinite" in plain:
        assert plain["float_infinite"].iloc[0] == -math.inf
    return len(names)


def check_parquet(file, rows):
    table = pyarrow.parquet.read_table(file)
    described = json.loads(table.schema.metadata[b"firstlight.columns"])
    types = {field.name: str(field.type) for field in table.schema}
    columns = table.to_pydict()
    assert list(zip(columns["proposal"], columns["run"])) == list(rows)
    assert types["proposal"] == types["run"] == "int64" and types["start_time"] == "timestamp[us, tz=UTC]", types
    expected = {"integer": "int64", "real": "double", "boolean": "bool", "picture": "binary"}
    for name, column in described.items():
        for index, (key, row) in enumerate(rows.items()):
            value = row.get(name)
            if column["type"] == "complex":
                parts = (columns[f"{name}.re"][index], columns[f"{name}.im"][index])
                assert parts == ((None, None) if value is None else (value.real, value.imag)), (key, name, parts)
                continue
            assert types[name] == expected.get(column["type"], "string"), (name, types[name], column["type"])
            got = columns[name][index]
            if value is None or got is None:
                assert got is None and value is None, (key, name, got, value)
            elif column["type"] == "real":
                expect(f"{key} {name}", got, float(value))
            elif column["type"] == "array":
                expect(f"{key} {name}", parsed(got, value), as_json(value))
            elif column["type"] == "mixed":
                expect(f"{key} {name}", parsed(got, value), text_of(value))
            else:
                expect(f"{key} {name}", got, value)
    for index, row in enumerate(rows.values()):
        got = columns["start_time"][index]
        assert (got is None) == (row["start_time"] is None)
        assert got is None or abs(got.timestamp() - row["start_time"]) < 1e-6, got
    frame = pd.read_parquet(file)
    assert len(frame) == len(rows) and frame["run"].dtype == "int64"
    return len(described)


def check_xlsx(file, rows):
    book = openpyxl.load_workbook(file)
    sheet = book["Table"]
    assert sheet.freeze_panes == "C3", sheet.freeze_panes
    headers = [cell.value for cell in sheet[1]]
    names = title_to_name(file, headers)
    for line, (key, row) in enumerate(rows.items(), start=3):
        assert (sheet.cell(line, 1).value, sheet.cell(line, 2).value) == key
        for column, name in enumerate(names[3:], start=4):
            got, value = sheet.cell(line, column).value, row.get(name)
            if value is None or drawn(value) or (isinstance(value, str) and value == ""):
                assert got in (None, "", "failed", "skipped"), (key, name, got)
            elif isinstance(value, bool) or (isinstance(value, int) and abs(value) <= 2**53):
                assert got == value, (key, name, got, value)
            elif isinstance(value, float) and math.isfinite(value):
                assert float(got) == value, (key, name, got, value)
            else:
                assert isinstance(got, str), (key, name, got)
                without = value.replace("\x01", "") if isinstance(value, str) else value  # XML cannot hold it
                expect(f"{key} {name}", parsed(got, without), text_of(without))
    pictures = {(image.anchor._from.row + 1, image.anchor._from.col + 1): image for image in sheet._images}
    wanted = {
        (line, column): row[name]
        for line, row in enumerate(rows.values(), start=3)
        for column, name in enumerate(names, start=1)
        if drawn(row.get(name))
    }
    assert set(pictures) == set(wanted), (set(pictures), set(wanted))
    for place, value in wanted.items():
        content = pictures[place]._data()
        assert content == value if isinstance(value, bytes) else content.startswith(PNG), place
    return len(names)


def drawn(value):
    """Whether a picture stands for it: its own, or a curve with at least two points."""
    return isinstance(value, bytes) or (isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[0] == 2 and value.shape[1] > 1)


def title_to_name(file, headers):
    """Titles are names here, but for those that the test has changed."""
    named = {"Comment": "comment", "Pulse energy (float)": "float", "Pulse energy (float_whole)": "float_whole", "Pulse energy": "float"}
    return [named.get(header, header) for header in headers]


def check_h5(file, rows, folder):
    with xr.open_dataset(file, group="table", engine="h5netcdf") as table:
        assert list(zip(table["proposal"].values.tolist(), table["run"].values.tolist())) == list(rows)
        names = [name for name in table.data_vars if not name.endswith("#state")]
        for index, (key, row) in enumerate(rows.items()):
            for name in names:
                got, value, state = table[name].values[index], row.get(name), int(table[f"{name}#state"].values[index])
                assert (state == 0) == (value is not None), (key, name, state, value)
                if value is None:
                    continue
                if isinstance(value, (bool, int)) and table[name].dtype.kind in "bi":
                    assert got == value, (key, name, got, value)
                elif table[name].dtype.kind == "f":
                    expect(f"{key} {name}", float(got), float(value))
                elif table[name].dtype.kind == "c":
                    assert got == value, (key, name)
                else:
                    expect(f"{key} {name}", parsed(str(got), value), text_of(value))
    compared = 0
    for proposal, run in rows:
        path = Path(folder) / "extracted_data" / f"p{proposal}_r{run}.h5"
        with h5py.File(path) as original, h5py.File(file) as exported:
            group = exported[f"p{proposal}_r{run}"]
            chosen = [name for name in original if not name.startswith(".") and (f"{name}#state" in table or name == "start_time")]
            for name in chosen:
                if name not in group:
                    assert name == "start_time", name
                    continue
                compared += compare(original[name], group[name])
            kinds = {name: original[name].attrs.get("_damnit_objtype") for name in chosen if name in group}
        for name, kind in kinds.items():
            if kind not in ("dataarray", "dataset"):
                continue
            with (
                xr.open_dataset(path, group=name, engine="h5netcdf") as a,
                xr.open_dataset(file, group=f"p{proposal}_r{run}/{name}", engine="h5netcdf") as b,
            ):
                xr.testing.assert_identical(a.load(), b.load())
    return compared


def compare(a, b):
    if isinstance(a, h5py.Group):
        assert set(a) == set(b), (a.name, set(a) ^ set(b))
        return sum(compare(a[name], b[name]) for name in a)
    if isinstance(a, h5py.Datatype):
        return 0
    assert a.dtype == b.dtype and a.shape == b.shape, a.name
    left, right = np.asarray(a[()]), np.asarray(b[()])
    assert left.tobytes() == right.tobytes() if left.dtype != object else (left == right).all(), a.name
    return 1


def main(folder, file, selection="{}"):
    rows = stored(folder, json.loads(selection))
    checks = {".csv": check_csv, ".parquet": check_parquet, ".xlsx": check_xlsx}
    kind = Path(file).suffix
    count = check_h5(file, rows, folder) if kind == ".h5" else checks[kind](file, rows)
    print(json.dumps({"rows": len(rows), "checked": count}))


main(*sys.argv[1:])
