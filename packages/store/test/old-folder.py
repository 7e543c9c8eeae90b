"""Makes a folder as an old damnit would have left it, with everything that is odd in real ones.

Usage: old-folder.py DIR VERSION   (VERSION 0 to 4)
"""

import os
import pickle
import sqlite3
import sys

import h5py
import numpy as np

folder, version = sys.argv[1], int(sys.argv[2])
data = os.path.join(folder, "extracted_data")
os.makedirs(data)
open(os.path.join(folder, "context.py"), "w").close()

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f00038101807a3d3d1f0000000049454e44ae426082"
)
LINE = np.sin(np.arange(300.0))
TREND = np.stack([np.arange(100.0), LINE[:100]])


def npy(array):
    import io

    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def new_format():
    db = sqlite3.connect(os.path.join(folder, "runs.sqlite"))
    attributes = ", attributes" if version >= 2 else ""
    db.executescript(f"""
        CREATE TABLE run_info(proposal, run, start_time, added_at);
        CREATE UNIQUE INDEX proposal_run ON run_info (proposal, run);
        CREATE TABLE run_variables(proposal, run, name, version, value, timestamp, max_diff, provenance, summary_type, summary_method{attributes});
        CREATE UNIQUE INDEX variable_version ON run_variables (proposal, run, name, version);
        CREATE TABLE metameta(key PRIMARY KEY NOT NULL, value);
        CREATE TABLE variables(name TEXT PRIMARY KEY NOT NULL, type TEXT, title TEXT, description TEXT, attributes TEXT);
        CREATE TABLE time_comments(timestamp, comment);
    """)
    if version >= 3:
        db.executescript("""
            CREATE TABLE tags(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE NOT NULL);
            CREATE TABLE variable_tags(variable_name TEXT NOT NULL, tag_id INTEGER NOT NULL,
              FOREIGN KEY (variable_name) REFERENCES variables(name) ON DELETE CASCADE,
              FOREIGN KEY (tag_id) REFERENCES tags(id) ON DELETE CASCADE, PRIMARY KEY (variable_name, tag_id));
            INSERT INTO tags (name) VALUES ('beam');
        """)
    if version >= 4:
        db.execute("""CREATE TRIGGER delete_orphan_tags_after_variable_tag_delete AFTER DELETE ON variable_tags FOR EACH ROW
            BEGIN DELETE FROM tags WHERE id = OLD.tag_id AND NOT EXISTS (SELECT 1 FROM variable_tags WHERE tag_id = OLD.tag_id); END""")
    settings = {
        "data_format_version": version,
        "db_id": "ab" * 20,
        "proposal": 1234,
        "context_python": "/gpfs/nowhere/bin/python",
    }
    db.executemany("INSERT INTO metameta VALUES (?, ?)", settings.items())
    runs = [
        (1234, 7, 1.6e9, 1.6e9 + 1),
        (1234, 8, None, 1.6e9 + 2),
        (5678, 7, 1.7e9, 1.7e9 + 1),
    ]
    db.executemany("INSERT INTO run_info VALUES (?, ?, ?, ?)", runs)
    # name: (value, max_diff, summary_type, summary_method); nothing but the values is ever filled in by the oldest versions
    rows = {
        "n_trains": (10, None, None, ""),
        "xgm.energy": (2.5, None, None, "mean"),
        "line_png": (PNG, 2.0, None, ""),
        "line_trend": (npy(TREND), 2.0, "trendline", ""),
        "nan": (None, None, None, ""),
        "text": ("hello", None, None, ""),
        "undeclared": (4, None, None, ""),
    }
    add = f"INSERT INTO run_variables VALUES (?, ?, ?, 1, ?, 1.6e9, ?, ?, ?, ?{', NULL' if version >= 2 else ''})"
    for name, (value, spread, kind, method) in rows.items():
        db.execute(add, (1234, 7, name, value, spread, None, kind, method))
    db.execute(add, (5678, 7, "n_trains", 99, None, None, None, ""))
    db.execute(add, (1234, 7, "comment", "old but good", None, None, None, None))
    db.execute(
        add, (1234, 8, "comment", None, None, None, None, None)
    )  # a run that was made before it was taken
    db.execute(
        add,
        (1234, 9, "comment", "a run that is not in run_info", None, None, None, None),
    )
    db.execute(add, (1234, 7, "sample", "Fe", None, "manual-input", None, None))
    declared = [
        (name, None, title, None, None)
        for name, title in [
            ("n_trains", "Trains"),
            ("xgm.energy", "XGM/Energy"),
            ("line_png", None),
        ]
    ]
    declared += [
        ("sample", "string", "Sample", None, None),
        ("never", None, "Never computed", "with a description", None),
    ]
    db.executemany("INSERT INTO variables VALUES (?, ?, ?, ?, ?)", declared)
    if version >= 3:
        db.execute("INSERT INTO variable_tags VALUES ('xgm.energy', 1)")
    db.execute("INSERT INTO time_comments VALUES (1.6e9, 'beam back')")
    names = [
        name
        for (name,) in db.execute(
            "SELECT DISTINCT name FROM run_variables UNION SELECT name FROM variables"
        )
    ]
    for view, column, table in [
        ("runs", "value", "run_info INNER JOIN run_variables USING (proposal, run)"),
        ("max_diffs", "max_diff", "run_variables"),
    ]:
        head = (
            "proposal, run, start_time, added_at" if view == "runs" else "proposal, run"
        )
        cases = "".join(
            f", max(CASE WHEN name='{name}' THEN {column} END) AS '{name}'"
            for name in names
        )
        db.execute(
            f"CREATE VIEW {view} AS SELECT {head}{cases} FROM {table} GROUP BY run"
        )
    db.commit()
    db.close()
    write_files()


def write_files():
    with h5py.File(
        os.path.join(data, "p1234_r7.h5"), "w"
    ) as f:  # without .errors and .preview
        f.create_group(".reduced")
        plain = {
            "n_trains": 10,
            "xgm.energy": 2.5,
            "nan": np.nan,
            "text": "hello",
            "undeclared": 4,
        }
        for name, value in plain.items():
            f[f".reduced/{name}"] = value
            f[f"{name}/data"] = value
        f[".reduced/xgm.energy"].attrs["summary_method"] = "mean"
        for name, compression in [("line_png", "gzip"), ("line_trend", None)]:
            options = (
                dict(compression="gzip", compression_opts=1, shuffle=True)
                if compression
                else {}
            )
            f.create_dataset(f"{name}/data", data=LINE, **options)
        f[".reduced/line_png"] = np.frombuffer(PNG, dtype="u1")
        f[".reduced/line_trend"] = TREND
        f[".reduced/line_trend"].attrs["summary_type"] = "trendline"
        for name in ("line_png", "line_trend"):
            f[f".reduced/{name}"].attrs["max_diff"] = 2.0
    with h5py.File(os.path.join(data, "p5678_r7.h5"), "w") as f:
        f[".reduced/n_trains"] = 99
        f["n_trains/data"] = 99
    open(os.path.join(data, "p1234_r7.stale123.writing.h5"), "w").close()


def format_zero():
    db = sqlite3.connect(os.path.join(folder, "runs.sqlite"))
    picture = np.zeros((35, 100, 4), "u1")
    db.executescript("""
        CREATE TABLE runs (proposal, runnr, start_time, added_at, comment, n_trains, image, line, labelled, lost, sample);
        CREATE TABLE metameta(key PRIMARY KEY NOT NULL, value);
        INSERT INTO metameta VALUES ('proposal', 1234);
        CREATE TABLE variables(name TEXT PRIMARY KEY NOT NULL, type TEXT, title TEXT, description TEXT, attributes TEXT);
        INSERT INTO variables VALUES ('sample', 'string', 'Sample', NULL, NULL);
        CREATE TABLE time_comments(timestamp, comment);
        INSERT INTO time_comments VALUES (1.6e9, 'beam back');
    """)
    evil = pickle.dumps(picture)
    db.execute(
        "INSERT INTO runs VALUES (1234, 7, 1.6e9, 1.6e9, 'good', 10, ?, 3.5, 2.5, ?, 'Fe')",
        (evil, evil),
    )
    db.execute(
        "INSERT INTO runs VALUES (1234, 8, 1.7e9, 1.7e9, NULL, 11, NULL, NULL, NULL, NULL, NULL)"
    )
    db.commit()
    db.close()
    with h5py.File(os.path.join(data, "p1234_r7.h5"), "w") as f:
        for name, summary, content in [
            ("n_trains", 10, 10),
            ("image", picture, np.random.rand(20, 30)),
            ("line", 3.5, np.arange(5.0)),
        ]:
            f[f".reduced/{name}"] = summary
            f[f"{name}/data"] = content
        f[".reduced/line"].attrs["max_diff"] = 4.0
        f[".reduced/labelled"] = 2.5
        f["labelled/data"] = np.arange(6.0).reshape(2, 3)
        f["labelled/trainId"] = np.array([1000, 1001])
    with h5py.File(os.path.join(data, "p1234_r8.h5"), "w") as f:
        f[".reduced/n_trains"] = 11
        f["n_trains/data"] = 11


format_zero() if version == 0 else new_format()
