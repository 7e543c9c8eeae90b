"""The published damnit package as a black box: what its runner makes of the same context files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_DESCRIBE = """
import json, sys
from pathlib import Path
from damnit.context import ContextFile

def described(path):
    try:
        context = ContextFile.from_py_file(Path(path))
    except Exception as error:
        return {"error": [type(error).__name__, str(error)]}
    return {"variables": {
        name: {"title": var.title, "description": var.description, "tags": list(var.tags or ()), "summary": var.summary,
               "data": var.data.value, "cluster": var.cluster, "transient": var.transient}
        for name, var in context.vars.items()
    }}

json.dump({path: described(path) for path in sys.argv[2:]}, open(sys.argv[1], "w"))
"""

# As `python -m ctxrunner exec …` in each folder, but importing the libraries once.
_RUN = """
import json, logging, os, sys
import ctxrunner
for folder, options in json.loads(sys.argv[1]).items():
    pid = os.fork()
    if not pid:
        os.chdir(folder)
        log = os.open("log", os.O_CREAT | os.O_WRONLY)
        os.dup2(log, 2)
        sys.path.insert(0, folder)
        sys.argv = ["ctxrunner", "exec", "1234", "1", "all", *options, "--record-output", "output"]
        logging.basicConfig(level=logging.INFO)
        ctxrunner.main()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    os.waitpid(pid, 0)
"""


@dataclass(frozen=True)
class OfficialRun:
    """A fragment of the official runner, and its log."""

    fragment: Path
    log: str


def _environment(data_root: Path | None = None) -> dict[str, str]:
    support = str(Path(find_spec("damnit").origin).parent / "ctxsupport")
    roots = {"EXTRA_DATA_DATA_ROOT": str(data_root), "XFEL_DATA_ROOT": str(data_root)} if data_root else {}
    return {**os.environ, **roots, "PYTHONPATH": support, "AMORE_BROKER": "none", "MPLBACKEND": "Agg"}


def official_runs(base: Path, contexts: Mapping[str, Path], real: Iterable[str], data_root: Path) -> dict[str, OfficialRun]:
    """Runs context files for run 1 of proposal 1234, each in a folder of its own below `base`; all but `real` are mock runs."""
    for name, context in contexts.items():
        (base / name / "extracted_data").mkdir(parents=True)
        (base / name / "context.py").write_text(context.read_text())
    options = {str(base / name): [] if name in real else ["--mock"] for name in contexts}
    done = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps(options)],
        cwd=base,
        env=_environment(data_root),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name: _result(base / name) for name in contexts}


def _result(folder: Path) -> OfficialRun:
    log = (folder / "log").read_text()
    assert (folder / "output").exists(), log
    return OfficialRun(folder / (folder / "output").read_text().strip(), log)


def official_descriptions(folder: Path, contexts: Iterable[Path]) -> dict[Path, dict[str, Any]]:
    """What the official package says is in context files: `variables`, or an `error` (class, text)."""
    answer = folder / "descriptions.json"
    command = [sys.executable, "-c", _DESCRIBE, str(answer), *map(str, contexts)]
    subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, check=True)
    return {Path(path): said for path, said in json.loads(answer.read_text()).items()}
