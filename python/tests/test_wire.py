from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from runner_client import EVENT, REQUEST, WIRE

from firstlight.wire import (
    Cancel,
    Described,
    Fault,
    Finished,
    Heartbeat,
    Input,
    Limits,
    Problem,
    Progress,
    Run,
    Started,
    Value,
    VariableInfo,
    WireError,
    format_event,
    parse_request,
    wire_number,
)

REQUESTS = (WIRE / "requests.jsonl").read_text().splitlines()
EVENTS = (WIRE / "events.jsonl").read_text().splitlines()
CLASSES = {kind.type: kind for kind in (Described, Started, Progress, Value, Heartbeat, Finished, Fault)}


@pytest.mark.parametrize("line", REQUESTS)
def test_an_example_request_is_read_and_says_the_same_in_python(line):
    request = parse_request(line)
    message = json.loads(line)
    REQUEST.validate(message)
    written = json.loads(json.dumps({"type": message["type"], **asdict(request)}))
    if isinstance(request, Run):
        written["dataRoot"] = written.pop("data_root")
    for newer in {"parallel", "foreign", "shared", "origin", "only"} - set(message):
        written.pop(newer, None)
    assert written == message


def test_a_run_request_becomes_a_frozen_value():
    request = parse_request(REQUESTS[3])
    assert isinstance(request, Run)
    assert request.variables == ("intensity", "group.energy")
    assert request.limits == Limits(0.5)
    with pytest.raises(AttributeError):
        request.run = 3


def test_a_cancel_request_without_a_variable_means_the_job():
    request = parse_request(REQUESTS[6])
    assert request == Cancel("job-2", None, "The server ends.")


@pytest.mark.parametrize("line", EVENTS)
def test_an_example_event_can_be_written_by_python(line):
    message = json.loads(line)
    EVENT.validate(message)
    fields = {name: value for name, value in message.items() if name != "type"}
    if message["type"] == "described":
        fields["variables"] = tuple(_variable(item) for item in fields["variables"])
        fields["problems"] = tuple(Problem(**item) for item in fields["problems"])
    assert json.loads(format_event(CLASSES[message["type"]](**fields))) == message


def _variable(message):
    inputs = tuple(Input(**item) for item in message["inputs"])
    return VariableInfo(**{**message, "inputs": inputs, "tags": tuple(message["tags"])})


@pytest.mark.parametrize(
    ("line", "words", "id"),
    [
        ("{", "not JSON", None),
        ("[1]", "not a JSON object", None),
        ('{"id":"7","type":"dance"}', '"dance" is not known', "7"),
        ('{"type":"load","id":"7"}', '"context" must be str', "7"),
        ('{"type":"describe","id":7}', '"id" must be str', None),
        (REQUESTS[2].replace("1234,", "0,", 1), "must be positive", "job-1"),
        (REQUESTS[2].replace('"raw"', '"cooked"'), "must be one of raw, proc, all", "job-1"),
        (REQUESTS[2].replace('"mock":false', '"mock":0'), '"mock" must be bool', "job-1"),
        (REQUESTS[2].replace('"run":7', '"run":true'), '"run" must be int', "job-1"),
        (REQUESTS[3].replace("0.5", "-1"), "must be a positive number", "job-2"),
        (REQUESTS[3].replace('"intensity"', "1"), "list of names", "job-2"),
    ],
)
def test_a_wrong_request_is_refused_with_what_is_wrong_and_whose_it_is(line, words, id):
    with pytest.raises(WireError, match=words) as refusal:
        parse_request(line)
    assert refusal.value.id == id


def test_numbers_that_json_cannot_say_travel_as_strings():
    assert [wire_number(value) for value in (1.5, float("nan"), float("inf"), -float("inf"))] == [1.5, "NaN", "Infinity", "-Infinity"]
