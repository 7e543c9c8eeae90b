"""`expected.json` of `fixtures/contexts`, which the tests of the TypeScript runner read too, is what our runner says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from expectations import CONTEXTS, expectation, make_data_root
from runner_client import RunnerClient

EXPECTED = {path.parent.name: json.loads(path.read_text()) for path in sorted(CONTEXTS.glob("*/expected.json"))}


@pytest.fixture(scope="module")
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root with one small raw run."""
    root = tmp_path_factory.mktemp("data")
    make_data_root(root)
    return root


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if "values" in expected])
def test_variables_and_values_are_what_both_languages_expect(runner: RunnerClient, name: str, data_root: Path):
    # Numbers go through JSON on both sides, so NaN (a string there) equals itself.
    assert expectation(runner, name, data_root) == EXPECTED[name]
