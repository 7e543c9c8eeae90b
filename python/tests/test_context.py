"""Loading a context file: what is described, what is wrong with it, when it is read again."""

from __future__ import annotations

import os

from runner_client import error, states, values

HEAD = "from damnit_ctx import *\n"


def test_variables_are_described_with_their_places(runner, tmp_path):
    described = runner.load_text(
        tmp_path,
        '''from damnit_ctx import Variable

@Variable(title="Mean", summary="mean", tags=["b", "a"], units="mm", data="proc")
def mean(run, all: "var#me*", größe: "meta#run_number" = 3):
    """What it is.

    And more.
    """

  # indented on purpose
@Variable
def mess(run, cut: "param#cut" = 1, old: "input#cut" = 2, sample: "mymdc#sample_name" = ""): pass
'''.replace("me*", "mess*"),
    )
    mean, mess = described["variables"]
    assert mean.pop("code")["source"].startswith("@Variable(title=")
    assert mean == {
        "name": "mean",
        "title": "Mean",
        "description": "What it is.\n\nAnd more.",
        "tags": ["b", "a"],
        "summary": "mean",
        "data": "proc",
        "cluster": False,
        "transient": False,
        "units": "mm",
        "inputs": [
            {"parameter": "all", "kind": "var", "name": "mess*", "optional": False},
            {"parameter": "größe", "kind": "meta", "name": "run_number", "optional": True},
        ],
        "line": 4,
        "column": 1,
    }
    assert [(item["kind"], item["name"]) for item in mess["inputs"]] == [("param", "cut"), ("param", "cut"), ("mymdc", "sample_name")]
    assert (mess["data"], mess["line"]) == ("raw", 12)
    assert described["problems"] == []


def test_types_beside_inputs_are_accepted(runner, tmp_path, fragments):
    described = runner.load_text(
        tmp_path,
        HEAD
        + """
import numpy as np
@Variable
def base(run) -> float: return 2.5
@Variable
def typed(run: object, base: "var#base", scale: int = 3, words: "str" = "x") -> "np.ndarray": return base * scale
""",
    )
    assert described["problems"] == []
    assert values(runner.run(fragments))["typed"]["summary"] == 7.5


def test_postponed_annotations_are_accepted(runner, tmp_path, fragments):
    described = runner.load_text(
        tmp_path,
        """from __future__ import annotations
from damnit_ctx import Variable
@Variable
def base(run) -> Nowhere: return 2.5
@Variable
def typed(run, base: "var#base", scale: int = 3, other: Nowhere = 4) -> float: return base * scale * other
""",
    )
    assert described["problems"] == []
    assert values(runner.run(fragments))["typed"]["summary"] == 30


def test_self_outside_a_group_is_warned_about_and_fails_when_it_runs(runner, tmp_path, fragments):
    (problem,) = runner.load_text(tmp_path, HEAD + "@Variable\ndef a(run, b: 'self#b'): return 1\n")["problems"]
    assert problem["severity"] == "warning"
    assert '"self#b" is for variables in groups' in problem["text"]
    assert [problem["line"], problem["column"]] == [3, 15]
    assert error(values(runner.run(fragments))["a"]) == ("RuntimeError", "Unknown path 'self#b' for variable 'a'")


def test_names_for_groups_can_be_imported(runner, tmp_path):
    text = "from damnit_ctx import Cell, Group, GroupError, Pipeline, RunData, Skip, Variable\n"
    assert runner.load_text(tmp_path, text)["problems"] == []
    assert runner.load_text(tmp_path, text.replace("damnit_ctx", "damnit.context"))["problems"] == []


def test_a_missing_file_is_a_problem(runner, tmp_path, fragments):
    (problem,) = runner.load(tmp_path / "nowhere.py")["problems"]
    assert "cannot be read: No such file or directory" in problem["text"]
    assert "cannot be read" in runner.run(fragments)[-1]["message"]


def test_a_file_in_another_encoding_is_read_as_it_says(runner, tmp_path):
    path = tmp_path / "context.py"
    path.write_bytes(
        "# -*- coding: latin-1 -*-\nfrom damnit_ctx import Variable\n@Variable(title='Höhe')\ndef a(run): pass\n".encode("latin-1")
    )
    assert runner.load(path)["variables"][0]["title"] == "Höhe"
    path.write_bytes(b"x = '\xff'\n")
    assert "SyntaxError" in runner.load(path)["problems"][0]["text"]


def test_the_file_runs_in_its_folder_and_imports_from_there(runner, tmp_path, fragments):
    (tmp_path / "helper.py").write_text("value = 41\n")
    (tmp_path / "random.py").write_text("value = 'a module with the name of one of Python\\'s'\n")
    runner.load_text(
        tmp_path,
        HEAD + "import os, helper\n@Variable\ndef here(run): return os.getcwd()\n@Variable\ndef plus(run): return helper.value + 1\n",
    )
    told = values(runner.run(fragments))
    assert told["here"]["summary"] == {"text": str(tmp_path)}
    assert told["plus"]["summary"] == 42
    assert not (tmp_path / "__pycache__").exists()


def test_a_syntax_error_in_a_helper_is_placed_in_the_helper(runner, tmp_path):
    (tmp_path / "wrong.py").write_text("x = 1\ny = (\n")
    (problem,) = runner.load_text(tmp_path, "import wrong\n")["problems"]
    assert (problem["file"], problem["line"]) == (str(tmp_path / "wrong.py"), 2)


def test_an_edited_file_or_helper_is_noticed_at_the_next_load_and_only_then_executed_again(runner, tmp_path, fragments):
    text = HEAD + "import helper\nfrom pathlib import Path\nwith Path('count').open('a') as file: file.write('x')\n"
    text += "@Variable\ndef number(run): return {} + helper.value\n"
    (tmp_path / "helper.py").write_text("value = 1\n")

    def loads() -> int:
        return len((tmp_path / "count").read_text())

    def number() -> int:
        return values(runner.run(fragments))["number"]["summary"]

    runner.load_text(tmp_path, text.format(10))
    assert (number(), loads()) == (11, 1)
    runner.load(tmp_path / "context.py")
    assert (number(), loads()) == (11, 1)
    runner.load_text(tmp_path, text.format(20))
    assert (number(), loads()) == (21, 2)
    (tmp_path / "helper.py").write_text("value = 2\n")
    runner.load(tmp_path / "context.py")
    assert (number(), loads()) == (22, 3)
    runner.send(type="describe", id="again")
    assert [item["name"] for item in runner.until("described")[-1]["variables"]] == ["number"]
    assert loads() == 3


def test_a_new_version_does_not_disturb_a_job_of_the_old_one(runner, tmp_path, fragments):
    gate = tmp_path / "gate"
    text = (
        HEAD + f"import os, time\n@Variable\ndef which(run):\n    while not os.path.exists({str(gate)!r}): time.sleep(0.001)\n    return "
    )
    runner.load_text(tmp_path, text + "1")
    first = runner.start(fragments)
    runner.until("progress")
    described = runner.load_text(tmp_path, text + "2")
    assert described["problems"] == []
    second = runner.start(fragments)
    gate.touch()
    events = [*runner.until("finished"), *runner.until("finished")]
    found = {event["job"]: event["summary"] for event in events if event["type"] == "value" and event["variable"] == "which"}
    assert found == {first: 1, second: 2}


def test_runs_do_not_see_what_other_runs_have_changed(runner, tmp_path, fragments):
    runner.load_text(tmp_path, HEAD + "seen = []\n@Variable\ndef count(run):\n    seen.append(1)\n    return len(seen)\n")
    assert [values(runner.run(fragments))["count"]["summary"] for _ in range(3)] == [1, 1, 1]


def test_the_users_module_has_no_names_that_damnit_would_not_give_it(runner, tmp_path, fragments):
    runner.load_text(
        tmp_path,
        "names = sorted(globals())\nfrom damnit_ctx import Variable\n@Variable\ndef found(run): return f'{names} {__name__}'\n",
    )
    assert values(runner.run(fragments))["found"]["summary"] == {"text": "['__builtins__'] builtins"}


def test_a_display_and_plotting_libraries_are_not_needed_and_not_loaded(runner, tmp_path, fragments):
    runner.load_text(
        tmp_path,
        HEAD + "import numpy as np, os, sys\n@Variable\ndef image(run): return np.eye(5)\n"
        "@Variable\ndef line(run): return np.arange(5.0)\n"
        "@Variable\ndef loaded(run, a: 'var#image', b: 'var#line'): return f\"{'matplotlib' in sys.modules} {'plotly' in sys.modules}\"\n"
        "@Variable\ndef backend(run): return os.environ['MPLBACKEND']\n",
    )
    told = values(runner.run(fragments))
    assert told["loaded"]["summary"] == {"text": "False False"}
    if "MPLBACKEND" not in os.environ:
        assert told["backend"]["summary"] == {"text": "Agg"}


def test_odd_arguments_cost_no_other_variable(runner, tmp_path, fragments):
    described = runner.load_text(
        tmp_path,
        HEAD
        + """
import numpy as np
@Variable(title=5, description=6, summary=np.mean, tags=(tag for tag in "ab"))
def odd(run): return [1.0, 3.0]
@Variable
def other(run): return 1
""",
    )
    assert described["problems"] == []
    odd = described["variables"][0]
    assert (odd["title"], odd["description"], odd["summary"], odd["tags"]) == ("5", "6", None, ["a", "b"])
    assert states(runner.run(fragments)) == {"odd": "ok", "other": "ok"}


def test_a_function_without_a_signature_is_a_problem(runner, tmp_path):
    (problem,) = runner.load_text(tmp_path, HEAD + "maximum = Variable(title='Maximum')(max)\n")["problems"]
    assert "no signature found" in problem["text"]
