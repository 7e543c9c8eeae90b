"""Every context of `fixtures/contexts` through our runner and through the published damnit: the same names, values and errors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from extra_data.tests.make_examples import make_fxe_da_file
from fragments import is_png, picture, variables_in
from official import OfficialRun, official_descriptions, official_runs
from runner_client import ROOT, RunnerClient

CONTEXTS = ROOT / "fixtures" / "contexts"
NAMES = sorted(path.parent.name for path in CONTEXTS.glob("*/context.py") if not path.parent.name.startswith("broken_"))
REAL = ("real_run",)
# Where we say more than the official package, on purpose: a summary of the wrong type is named, a missing parameter is told.
BETTER = ("wrong_summary", "parameter")
# Where it draws nothing, though there is something to draw.
DRAWN = ("truth_image", "imaginary_image")
# Longer lines are reduced, and any reduction that keeps the outline is compatible.
UNREDUCED = 240


@pytest.fixture(scope="module")
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root with one small raw run."""
    root = tmp_path_factory.mktemp("data")
    directory = root / "FXE" / "202601" / "p001234" / "raw" / "r0001"
    directory.mkdir(parents=True)
    make_fxe_da_file(str(directory / "RAW-R0001-DA01-S00000.h5"), format_version="1.2")
    return root


@pytest.fixture(scope="module")
def officials(tmp_path_factory: pytest.TempPathFactory, data_root: Path) -> dict[str, OfficialRun]:
    """The official runs of all contexts."""
    contexts = {name: CONTEXTS / name / "context.py" for name in NAMES}
    return official_runs(tmp_path_factory.mktemp("official"), contexts, REAL, data_root)


@pytest.fixture(scope="module")
def descriptions(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, dict[str, Any]]:
    """What the official package says about all contexts."""
    return official_descriptions(tmp_path_factory.mktemp("official"), CONTEXTS.glob("*/context.py"))


@pytest.fixture(scope="module", params=NAMES)
def both(request, runner: RunnerClient, officials, data_root, tmp_path_factory) -> tuple[dict[str, Any], dict[str, Any], str, str]:
    """What both runners leave on disk for a context (official, ours), and their logs."""
    name = request.param
    fragments = tmp_path_factory.mktemp("ours")
    (fragments / "context.py").write_text((CONTEXTS / name / "context.py").read_text())
    described = runner.load(fragments / "context.py")
    assert [problem for problem in described["problems"] if problem["severity"] == "error"] == []
    logged = runner.log.stat().st_size
    options = {"mock": False, "dataRoot": str(data_root)} if name in REAL else {}
    finished = runner.run(fragments, **options)[-1]
    assert finished["outcome"] == "done"
    official = officials[name]
    with runner.log.open() as log:
        log.seek(logged)
        ours = variables_in(fragments.glob("*.ready.h5"))
        # Cluster variables run in a job of their own there, which is the facility's, not the language's.
        heavy = {variable["name"] for variable in described["variables"] if variable["cluster"]}
        ours = {name: places for name, places in ours.items() if name not in heavy}
        return variables_in([official.fragment]), ours, official.log, _without(heavy, log.read())


def test_the_same_variables_have_data_summaries_previews_and_errors(both):
    official, ours, *_ = both
    assert _places(ours) == _places(official)


def test_errors_have_the_same_class_and_text(both):
    official, ours, *_ = both
    for name, places in official.items():
        if "error" in places and name not in BETTER:
            assert ours[name]["error"] == places["error"], name


def test_data_and_previews_are_stored_alike(both):
    official, ours, *_ = both
    for name, places in official.items():
        for place in {"data", "preview"} & set(places):
            if name != "start_time" or places["data"]["inside"]["data"]["value"] < 1.7e9:
                _assert_same(ours[name][place], places[place], f"{name} {place}")


def test_summaries_are_stored_alike(both):
    official, ours, *_ = both
    for name, places in official.items():
        if name in DRAWN:
            assert is_png(ours[name]["summary"]), name
        elif "summary" in places and name != "start_time":
            _assert_same_summary(ours[name]["summary"], places["summary"], name)


def test_the_log_says_the_same_about_each_variable(both):
    *_, official, ours = both
    assert _about_variables(ours, "firstlight") == _about_variables(official, "ctxrunner")


@pytest.mark.parametrize("name", NAMES)
def test_the_description_says_what_the_official_package_says(runner, descriptions, name):
    path = CONTEXTS / name / "context.py"
    # What stands there for missing links is no variable of the file.
    official = {name: said for name, said in descriptions[path]["variables"].items() if ".__missing__." not in name}
    ours = {variable.pop("name"): variable for variable in runner.load(path)["variables"]}
    known = {name: {key: ours[name][key] for key in official[name]} for name in official}
    assert list(known) == list(ours)
    assert known == official


@pytest.mark.parametrize("path", sorted(CONTEXTS.glob("broken_*/context.py")), ids=lambda path: path.parent.name)
def test_a_context_that_the_official_package_refuses_is_refused_with_all_its_problems(runner, descriptions, path):
    expected = json.loads((path.parent / "expected.json").read_text())
    official_class, official_text = descriptions[path]["error"]
    assert official_class == expected["official"]
    problems = runner.load(path)["problems"]
    assert [[problem["line"], problem["column"]] for problem in problems] == [item["at"] for item in expected["problems"]]
    for problem, item in zip(problems, expected["problems"], strict=True):
        assert item["says"] in problem["text"]
        assert problem["severity"] == "error"
    # The official package names several variables in the order of their hashes.
    said = f"{official_class}: {official_text}"
    wanted = [item["says"].split(":")[0] for item in expected["problems"]]
    assert any(words in said or _words(words) <= _words(said) for words in wanted)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\s,]+", text))


def _without(names: set[str], log: str) -> str:
    return "\n".join(line for line in log.splitlines() if not names & set(line.split()))


def _places(found: dict[str, Any]) -> dict[str, set[str]]:
    return {name: set(places) for name, places in found.items() if places and name not in BETTER}


def _about_variables(log: str, logger: str) -> list[str]:
    pattern = rf"^\w+:{logger}:(?:Computed|Could not get|Skipped|Skipping).*$"
    lines = [line.replace(f":{logger}:", ":") for line in re.findall(pattern, log, re.MULTILINE)]
    lines = [line for line in lines if not re.search(r"Computed \S*\.__missing__\.", line)]
    # Within a level, the official order of inputs depends on the hashes of their names.
    return sorted(re.sub(r"in \d+\.\d+ s", "in N s", line) for line in lines)


def _assert_same(ours: Any, official: Any, where: str) -> None:
    if isinstance(official, dict):
        assert set(ours) == set(official), where
        for key, value in official.items():
            _assert_same(ours[key], value, f"{where} {key}")
    elif isinstance(official, np.ndarray):
        assert ours.dtype == official.dtype, where
        np.testing.assert_array_equal(ours, official, err_msg=where)
    else:
        same = ours == official or (ours != ours and official != official)
        assert same and type(ours) is type(official), f"{where}: {ours!r} is not {official!r}"


def _assert_same_summary(ours: dict[str, Any], official: dict[str, Any], name: str) -> None:
    _assert_same(ours["attributes"], official["attributes"], name)
    if is_png(official):
        assert is_png(ours), name
        _assert_alike(picture(ours), picture(official), name)
    elif official["attributes"].get("summary_type") == "trendline" and official["shape"][1] >= UNREDUCED / 2:
        _assert_same_outline(ours["value"], official["value"])
    else:
        _assert_same(ours, official, name)


def _assert_alike(ours: np.ndarray, official: np.ndarray, name: str) -> None:
    assert ours.shape == official.shape, name
    assert np.mean(np.abs(ours - official)) < 4, name
    assert np.all(ours[..., 3] == 255) == np.all(official[..., 3] == 255), name


def _assert_same_outline(ours: np.ndarray, official: np.ndarray) -> None:
    assert ours.dtype == official.dtype
    assert 2 <= ours.shape[1] <= 300
    np.testing.assert_array_equal(ours[:, [0, -1]], official[:, [0, -1]])
    assert np.all(np.diff(ours[0]) >= 0)
    assert np.nanmax(ours[1]) == np.nanmax(official[1])
    assert np.nanmin(ours[1]) == np.nanmin(official[1])
