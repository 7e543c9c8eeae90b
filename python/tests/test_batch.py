"""Values that are ready at about the same time go to the disk together."""

from __future__ import annotations

import time

from firstlight.batch import UNHURRIED_SECONDS, Batch
from firstlight.cell import Cell
from firstlight.failures import Failure
from firstlight.fragment import Entry, FragmentPlace
from firstlight.store import stored_entry


def test_what_is_not_urgent_waits_for_the_first_value_and_no_longer(tmp_path):
    told = []
    batch = Batch("job", FragmentPlace(str(tmp_path), 1234, 1), told.append)
    batch.add(stored_entry("start_time", Cell(1.5)), 0.0, UNHURRIED_SECONDS)
    unhurried = batch.due
    assert unhurried > time.monotonic()
    batch.add(stored_entry("number", Cell(2)), 0.0)
    assert batch.due < unhurried
    urgent = batch.due
    batch.add(Entry("broken", failure=Failure("ValueError", "too cold", where="context.py:3")), 0.0, UNHURRIED_SECONDS)
    assert batch.due == urgent
    assert told == []
    batch.write()
    assert batch.due is None
    assert [value.variable for value in told] == ["start_time", "number", "broken"]
    assert {value.fragment for value in told} == {path.name for path in tmp_path.iterdir()}
    assert len(list(tmp_path.iterdir())) == 1
    assert told[2].attributes == {"error": "too cold", "error_cls": "ValueError", "where": "context.py:3"}


def test_a_value_that_cannot_be_written_costs_no_other_and_says_where_its_function_stands(tmp_path):
    told = []
    batch = Batch("job", FragmentPlace(str(tmp_path), 1234, 1), told.append, lambda name: f"context.py:{len(name)}")
    batch.add(stored_entry("good", Cell(2)), 0.0)
    batch.add(stored_entry("bad", Cell("half of a pair \udc80")), 0.0)
    batch.write()
    assert {value.variable: value.state for value in told} == {"good": "ok", "bad": "failed"}
    assert next(value.attributes["where"] for value in told if value.variable == "bad") == "context.py:3"
