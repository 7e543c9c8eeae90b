from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from runner_client import RunnerClient


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunnerClient]:
    """One warm runner for the tests of a file, as the engine keeps one for the runs of an experiment."""
    with RunnerClient(tmp_path_factory.mktemp("runner") / "log", "--load-seconds", "10") as client:
        yield client


@pytest.fixture
def fragments(tmp_path: Path) -> Path:
    """An empty folder for fragments."""
    folder = tmp_path / "extracted_data"
    folder.mkdir()
    return folder
