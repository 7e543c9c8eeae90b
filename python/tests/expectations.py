"""What both languages must say about a context of `fixtures/contexts`: the language-neutral part of our runner's answers.

`python python/tests/expectations.py NAME…` writes `expected.json` for new folders, from what the runner says; what it says is compared with
the published damnit in `test_conformance.py`.
"""

from __future__ import annotations

import base64
import json
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

from extra_data.tests.make_examples import make_fxe_da_file
from runner_client import ROOT, RunnerClient, values

CONTEXTS = ROOT / "fixtures" / "contexts"
DECLARED = ("title", "description", "summary", "data", "cluster", "tags", "transient", "units")
# Contexts that need a run with data.
REAL = ("real_run",)
# Longer lines are reduced, and any reduction that keeps the outline is right.
UNREDUCED = 120


def make_data_root(root: Path) -> None:
    """Writes one small raw run below a directory."""
    directory = root / "FXE" / "202601" / "p001234" / "raw" / "r0001"
    directory.mkdir(parents=True)
    make_fxe_da_file(str(directory / "RAW-R0001-DA01-S00000.h5"), format_version="1.2")


def expectation(runner: RunnerClient, name: str, data_root: Path) -> dict[str, Any]:
    """What our runner says about the variables and values of a context that is right."""
    described = runner.load(CONTEXTS / name / "context.py")
    assert [problem for problem in described["problems"] if problem["severity"] == "error"] == [], name
    options = {"mock": False, "dataRoot": str(data_root)} if name in REAL else {}
    with tempfile.TemporaryDirectory() as fragments:
        told = values(runner.run(Path(fragments), **options))
    told = json.loads(json.dumps(told).replace(str(data_root), "DATA_ROOT"))
    declared = {variable["name"]: {key: variable[key] for key in DECLARED} for variable in described["variables"]}
    return {
        "variables": {key: declared[key] for key in sorted(declared)},
        "values": {key: neutral(told[key], told["start_time"]["summary"]) for key in sorted(told) if key != "start_time"},
    }


def neutral(value: dict[str, Any], start_time: Any) -> dict[str, Any]:
    """The part of a `value` event that does not depend on time, place or how pictures are drawn."""
    kept = {key: value[key] for key in ("state", "kind", "summary", "maxDiff", "attributes") if value[key] is not None}
    if "attributes" in kept:  # lines are numbered otherwise in each language
        kept["attributes"] = {key: said for key, said in kept["attributes"].items() if key != "where"}
    if "summary" in kept:
        kept["summary"] = "start_time" if kept["summary"] == start_time else _neutral_summary(kept["summary"])
    return kept


def _neutral_summary(summary: Any) -> Any:
    if isinstance(summary, dict) and "png" in summary:
        return {"png": list(struct.unpack(">II", base64.b64decode(summary["png"])[16:24]))}
    if isinstance(summary, dict) and len(summary.get("trendline", {"x": []})["x"]) >= UNREDUCED:
        x, y = summary["trendline"]["x"], [value for value in summary["trendline"]["y"] if isinstance(value, float | int)]
        return {"outline": {"x": [x[0], x[-1]], "y": [min(y), max(y)]}}
    return summary


def main(names: list[str]) -> None:
    """Writes `expected.json` beside the contexts of these names, or (`--data-root DIRECTORY`) the run they read."""
    if names[0] == "--data-root":
        make_data_root(Path(names[1]))
        return
    with tempfile.TemporaryDirectory() as scratch, RunnerClient(Path(scratch) / "log") as runner:
        make_data_root(Path(scratch))
        for name in names:
            text = json.dumps(expectation(runner, name, Path(scratch)), indent=2, ensure_ascii=False)
            (CONTEXTS / name / "expected.json").write_text(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
