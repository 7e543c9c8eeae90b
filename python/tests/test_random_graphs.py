"""Random graphs of variables: our runner, in series and in parallel, and the published damnit agree about them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from fragments import variables_in
from official import official_descriptions, official_runs
from runner_client import error, values

SEEDS = range(24)
BODIES = ("return {index}", "return {index}", "return {index}", "return None", "raise Skip('s{index}')", "raise ValueError('e{index}')")


def random_context(seed: int) -> str:
    """A context with up to 14 variables, each of which may need any earlier ones."""
    choose = random.Random(seed)
    names = [f"{choose.choice('abc')}{index}" for index in range(choose.randint(3, 14))]
    return "from damnit_ctx import Skip, Variable\n" + "".join(_variable(choose, names, index) for index in range(len(names)))


def _variable(choose: random.Random, names: list[str], index: int) -> str:
    inputs = [
        f"i{number}: 'var#{name}'{_default(choose)}"
        for number, name in enumerate(choose.sample(names[:index], min(index, choose.randint(0, 3))))
    ]
    # A glob over digits reaches only earlier variables, so that there is no cycle.
    if index > 1 and choose.random() < 0.3:
        digit = choose.randrange(min(index, 10))
        inputs.append(f"every: 'var#[abc]{digit}'{_default(choose)}")
    transient = choose.random() < 0.15
    # What needs calibrated data must not say that it runs on raw data.
    data = choose.choice(("None", "None", "'proc'", "None" if inputs else "'raw'"))
    cluster = choose.random() < 0.1
    body = choose.choice(BODIES).format(index=index)
    if body.startswith("return") and "None" not in body:
        body = f"return repr(sorted((k, repr(v)) for k, v in locals().items() if k != 'run')) + '{index}'"
    arguments = ", ".join(["run", "*", *inputs]) if inputs else "run"
    return f"@Variable(transient={transient}, data={data}, cluster={cluster})\ndef {names[index]}({arguments}):\n    {body}\n"


def _default(choose: random.Random) -> str:
    return " = 'default'" if choose.random() < 0.3 else ""


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The random contexts by name."""
    folder = tmp_path_factory.mktemp("random")
    found = {}
    for seed in SEEDS:
        found[f"seed{seed}"] = path = folder / f"seed{seed}" / "context.py"
        path.parent.mkdir()
        path.write_text(random_context(seed))
    return found


@pytest.fixture(scope="module")
def officials(contexts: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the published damnit stores for each context."""
    base = tmp_path_factory.mktemp("official")
    return {name: _stored([run.fragment]) for name, run in official_runs(base, contexts, (), base).items()}


def _stored(paths: list[Path]) -> dict[str, Any]:
    found = variables_in(paths)
    return {
        name: places["error"] if "error" in places else places["data"]["inside"]["data"]["value"]
        for name, places in found.items()
        if name != "start_time" and ("error" in places or "data" in places)
    }


@pytest.fixture(scope="module")
def descriptions(contexts: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[Path, dict[str, Any]]:
    """What the published damnit says of each context."""
    return official_descriptions(tmp_path_factory.mktemp("descriptions"), contexts.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_graph_promotes_what_the_published_damnit_promotes(runner, contexts, descriptions, seed):
    path = contexts[f"seed{seed}"]
    ours = {variable["name"]: (variable["data"], variable["cluster"]) for variable in runner.load(path)["variables"]}
    official = {name: (said["data"], said["cluster"]) for name, said in descriptions[path]["variables"].items()}
    assert ours == official


@pytest.mark.parametrize("parallel", [1, 3])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_graph_gives_what_the_published_damnit_gives(runner, contexts, officials, fragments, seed, parallel):
    described = runner.load(contexts[f"seed{seed}"])
    assert [problem for problem in described["problems"] if problem["severity"] == "error"] == []
    # Cluster variables run in a job of their own there.
    heavy = {variable["name"] for variable in described["variables"] if variable["cluster"]}
    told = values(runner.run(fragments, parallel=parallel))
    stored = _stored(sorted(fragments.glob("*.ready.h5")))
    assert {name: value for name, value in stored.items() if name not in heavy} == officials[f"seed{seed}"]
    for name, value in told.items():
        if value["state"] in ("failed", "skipped") and value["fragment"] and name not in heavy:
            assert error(value)[1] == officials[f"seed{seed}"][name]["value"]
