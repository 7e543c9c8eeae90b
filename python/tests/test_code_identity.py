"""What counts as an edit of a variable's code; the table of edits in `fixtures/staleness` has the plain cases."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

LOOP = "made = {}\nfor i, name in enumerate('pq'):\n    made[name] = G(x=i, name=name)\nPipeline.default().add(made)\n"
NAMED = "a = make(1)\na.title = a.name = 'a'\nb = make(2)\nb.title = b.name = 'b'\n"
TWO = "    @Variable()\n    def one(self, run): return 1\n    @Variable()\n    def two(self, run): return 2\n"
HEAD = "from damnit_ctx import Group, Pipeline, Variable\n"


def _identities(folder: str) -> dict[str, str]:
    from firstlight.code_identity import identified
    from firstlight.dropin import install_drop_in
    from firstlight.loading import load_context

    install_drop_in()
    context = identified(load_context(os.path.join(folder, "context.py")))
    assert context.runnable, context.problems
    return {name: code["identity"] for name, code in context.code.items()}


def identities(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """The code identities of a context, loaded in a process of its own."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(HEAD + text if name == "context.py" else text)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_identities, (str(folder),))


def changed(tmp_path: Path, before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The variables whose identity differs; also those that came or went."""
    first = identities(tmp_path / "before", before)
    second = identities(tmp_path / "after", {**before, **after})
    return {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)}


def variable(name: str, body: str) -> str:
    return f"@Variable()\ndef {name}(run):\n    {body}\n"


# Each: files before, what is replaced in them, and the variables that it concerns.
CASES = {
    "a name that came with a star": (
        {
            "context.py": "from helper import *\n" + variable("a", "return f()") + variable("b", "return 1"),
            "helper.py": "def f(): return 1",
        },
        ("helper.py", "return 1", "return 2"),
        {"a"},
    ),
    "a relative import in a package": (
        {
            "context.py": "from pack import f\n" + variable("a", "return f()"),
            "pack/__init__.py": "from .inner import f",
            "pack/inner.py": "from .deep import K\ndef f(): return K",
            "pack/deep.py": "K = 1",
        },
        ("pack/deep.py", "1", "2"),
        {"a"},
    ),
    "an import in a function": (
        {"context.py": variable("a", "from late import f; return f()") + variable("b", "return 1"), "late.py": "def f(): return 1"},
        ("late.py", "return 1", "return 2"),
        {"a"},
    ),
    "a module that is handed over": (
        {
            "context.py": "import helper\n" + variable("a", "return getattr(helper, 'f')()") + variable("b", "return helper.g()"),
            "helper.py": "def f(): return 1\ndef g(): return 2",
        },
        ("helper.py", "return 1", "return 3"),
        {"a"},
    ),
    "eval sees all of its module": (
        {"context.py": "K = 1\n" + variable("a", "return eval('K')") + variable("b", "return 1")},
        ("context.py", "K = 1", "K = 2"),
        {"a"},
    ),
    "importlib sees everything": (
        {
            "context.py": "import importlib\nimport helper\n"
            + variable("a", "return importlib.import_module('helper').f()")
            + variable("b", "return 1"),
            "helper.py": "def f(): return 1",
        },
        ("helper.py", "return 1", "return 2"),
        {"a"},
    ),
    "the argument of a function that makes a variable": (
        {"context.py": "def make(x):\n    @Variable()\n    def made(run): return x\n    return made\n" + NAMED},
        ("context.py", "make(1)", "make(3)"),
        {"a"},
    ),
    "variables that are put into a pipeline": (
        {
            "context.py": "from helper import a, b\np = Pipeline.default()\np.add(a, b)\n",
            "helper.py": HEAD + variable("a", "return 1") + variable("b", "return 2"),
        },
        ("helper.py", "return 1", "return 3"),
        {"a"},
    ),
    "a function that is called while loading changes a global": (
        {"context.py": "K = []\ndef fill(): K.append(1)\nfill()\n" + variable("a", "return K") + variable("b", "return 1")},
        ("context.py", "append(1)", "append(2)"),
        {"a", "b"},  # what fill() does beside that, nobody knows
    ),
    "a global that a function declares": (
        {"context.py": "K = 0\ndef later():\n    global K\n    K = 1\n" + variable("a", "later(); return K") + variable("b", "return 1")},
        ("context.py", "K = 1", "K = 2"),
        {"a"},
    ),
    "a function that a decorator has registered": (
        {
            "context.py": "from helper import known, register\n@register\ndef one(): return 1\n"
            + variable("a", "return known[0]()")
            + variable("b", "return 2"),
            "helper.py": "known = []\ndef register(f):\n    known.append(f)\n    return f",
        },
        ("context.py", "def one(): return 1", "def one(): return 3"),
        {"a"},
    ),
    "a value that the context puts into a helper's dict": (
        {
            "context.py": "import helper\nhelper.table['x'] = 1\n" + variable("a", "return helper.f()") + variable("b", "return 1"),
            "helper.py": "table = {}\ndef f(): return table['x']",
        },
        ("context.py", "= 1\n", "= 2\n"),
        {"a"},
    ),
    "the other one of two names of a statement": (
        {"context.py": "x, y = 1, 2\n" + variable("a", "return x")},
        ("context.py", "return x", "return y"),
        {"a"},
    ),
    "a loop that makes a constant": (
        {"context.py": "total = 0\nfor i in range(3):\n    total += i\n" + variable("a", "return total") + variable("b", "return 1")},
        ("context.py", "range(3)", "range(4)"),
        {"a"},
    ),
    "the fallback of an import": (
        {
            "context.py": "try:\n    from nowhere import f\nexcept ImportError:\n    def f(): return 1\n"
            + variable("a", "return f()")
            + variable("b", "return 1")
        },
        ("context.py", "def f(): return 1", "def f(): return 2"),
        {"a"},
    ),
    "an assignment whose effect nobody sees": (
        {"context.py": "import sys\nold = sys.setrecursionlimit(2000)\n" + variable("a", "return 1")},
        ("context.py", "2000", "3000"),
        {"a"},
    ),
    "the name of an error's class": (
        {"context.py": "class Cold(Exception): pass\n" + variable("a", "raise Cold()")},
        ("context.py", "Cold", "Warm"),
        {"a"},
    ),
    "a parameter of a helper, which callers name": (
        {"context.py": "def f(x=1): return x\n" + variable("a", "return f()")},
        ("context.py", "f(x=1): return x", "f(y=1): return y"),
        {"a"},
    ),
    "a local that locals() tells": (
        {"context.py": variable("a", "x = 1; return sorted(locals())")},
        ("context.py", "x = 1", "y = 1"),
        {"a"},
    ),
    "a docstring that is read": (
        {"context.py": variable("a", "return f.__doc__") + "def f():\n    'one'\n"},
        ("context.py", "'one'", "'two'"),
        {"a"},
    ),
    "a summary that is a constant": (
        {"context.py": "HOW = 'mean'\n@Variable(summary=HOW)\ndef a(run): return [1]\n" + variable("b", "return 1")},
        ("context.py", "HOW = 'mean'", "HOW = 'max'"),
        {"a"},
    ),
    "a variable of a group that another function calls": (
        {"context.py": "@Group\nclass G:\n" + TWO + "g = G()\n" + variable("a", "return G.one.func(g, run)") + variable("b", "return 1")},
        ("context.py", "return 1\n    @Var", "return 3\n    @Var"),
        {"g.one", "a"},
    ),
    "an instance of a group in a loop": (
        {
            "context.py": "@Group\nclass G:\n    x: int\n    @Variable()\n    def one(self, run): return self.x\n"
            + LOOP
            + variable("b", "return 1")
        },
        ("context.py", "x=i,", "x=i + 1,"),
        {"p.one", "q.one"},
    ),
    # Nothing of these counts
    "a local of a comprehension": (
        {"context.py": variable("a", "return [x for x in (1, 2) if x]")},
        ("context.py", "[x for x in (1, 2) if x]", "[y for y in (1, 2) if y]"),
        set(),
    ),
    "a local that an inner function uses": (
        {"context.py": variable("a", "total = 0\n    def add():\n        nonlocal total\n        total += 1\n    add()\n    return total")},
        ("context.py", "total", "number"),
        set(),
    ),
    "a local whose name a module has, too": (
        {"context.py": "x = 1\n" + variable("a", "x = 2; return x")},
        ("context.py", "x = 1\n", "x = 3\n"),
        set(),
    ),
    "an annotation of a local": (
        {"context.py": variable("a", "x = 2; return x")},
        ("context.py", "x = 2", "x: int = 2"),
        set(),
    ),
    "an index into a list": (
        {"context.py": "K = [1, 2]\n" + variable("a", "return K[0]") + "def other():\n    return K.count(1)\n"},
        ("context.py", "count(1)", "count(2)"),
        set(),
    ),
    "what a program would do": (
        {"context.py": variable("a", "return 1") + "if __name__ == '__main__':\n    print('hello')\n"},
        ("context.py", "hello", "bye"),
        set(),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_edit_concerns_exactly_the_variables_that_it_could_change(tmp_path, case):
    before, (file, old, new), wanted = CASES[case]
    text = (HEAD if file == "context.py" else "") + before[file]
    assert old in before[file], text
    assert changed(tmp_path, before, {file: before[file].replace(old, new)}) == wanted


def test_the_same_file_in_another_place_has_the_same_identities(tmp_path):
    files = {"context.py": "from helper import f\n" + variable("a", "return f()"), "helper.py": "def f(): return 1"}
    assert changed(tmp_path, files, {}) == set()


def test_packages_that_are_installed_beside_the_context_are_not_the_users_code(tmp_path):
    files = {"context.py": "from libs.pack import f\n" + variable("a", "return f()"), "libs/pack/__init__.py": "def f(): return 1"}
    edit = {"libs/pack/__init__.py": "def f(): return 2"}
    assert changed(tmp_path / "own", files, edit) == {"a"}
    assert changed(tmp_path / "installed", {**files, "libs/pack-1.0.dist-info/METADATA": "Name: pack\n"}, edit) == set()
