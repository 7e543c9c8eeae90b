"""Evaluates the cases of `xarray.test.ts` with xarray: JSON in, JSON out."""

import json
import sys
import warnings

import numpy as np
import xarray as xr

warnings.simplefilter("ignore")
NUMBERS = {"NaN": np.nan, "inf": np.inf, "-inf": -np.inf}


def numbers(values, dtype):
    plain = [NUMBERS.get(value, value) if isinstance(value, str) else value for value in values]
    if dtype.startswith("complex"):
        return np.array([complex(*pair) for pair in plain], dtype=dtype)
    return np.array([int(value) if dtype.endswith("int64") else value for value in plain], dtype=dtype)


def build(spec):
    coords = {
        name: (each["dims"], each["data"] if each["dtype"] == "string" else numbers(each["data"], each["dtype"]).reshape(each["shape"]))
        for name, each in spec["coords"].items()
    }
    data = numbers(spec["data"], spec["dtype"]).reshape(spec["shape"])
    return xr.DataArray(data, dims=spec["dims"], coords=coords, name=spec.get("name"), attrs=spec.get("attrs", {}))


def index(value):
    if isinstance(value, dict):
        return slice(value.get("start"), value.get("stop"), value.get("step"))
    return value


def labels(value):
    if isinstance(value, dict) and "from" in value:
        return slice(value["from"], value["to"])
    return value


def apply(array, step, arrays):
    name, *rest = step
    argument = rest[0] if rest else None
    if name in ("mean", "sum", "std", "var", "min", "max", "median", "count", "argmax", "argmin", "any", "all"):
        options = rest[1] if len(rest) > 1 else {}
        return getattr(array, name)(dim=argument, **options)
    if name in ("add", "sub", "mul", "div", "pow", "gt", "ge", "lt", "le", "eq", "ne"):
        other = arrays[argument] if isinstance(argument, str) else complex(*argument) if isinstance(argument, list) else argument
        operators = {"div": "truediv"}
        return getattr(array, f"__{operators.get(name, name)}__")(other)
    if name in ("neg", "abs"):
        return getattr(array, f"__{name}__")()
    if name in ("sqrt", "exp", "log"):
        return getattr(np, name)(array)
    if name == "isel":
        return array.isel({dim: index(value) for dim, value in argument.items()})
    if name == "sel":
        return array.sel({dim: labels(value) for dim, value in argument.items()})
    if name == "nearest":
        return array.sel(argument, method="nearest")
    if name == "transpose":
        return array.transpose(*argument)
    if name == "where":
        other = rest[1:] or []
        return array.where(arrays[argument], *[arrays[each] if isinstance(each, str) else each for each in other])
    if name == "cumsum":
        return array.cumsum(argument)
    if name == "diff":
        return array.diff(argument)
    if name == "sortBy":
        return array.sortby(argument)
    if name == "rename":
        return array.rename(argument)
    if name == "groupBy":
        by = arrays[argument] if argument in arrays else argument
        return getattr(array.groupby(by), rest[1])()
    if name == "concat":
        return xr.concat([array, arrays[argument]], dim=rest[1])
    if name == "squeeze":
        return array.squeeze()
    if name == "real":
        return array.real
    if name == "fillNaN":
        return array.fillna(argument)
    raise ValueError(name)


def plain(values):
    values = np.asarray(values)
    if values.dtype.kind == "c":
        return [[plain([value.real])[0], plain([value.imag])[0]] for value in values.ravel()]
    if values.dtype.kind in "iub":
        return [str(int(value)) for value in values.ravel()]
    if values.dtype.kind == "f":
        return [str(value) if not np.isfinite(value) else value for value in values.ravel().astype(float).tolist()]
    return [str(value) for value in values.ravel()]


def result(array):
    coords = {str(name): {"dims": list(each.dims), "data": plain(each.values)} for name, each in array.coords.items()}
    kind = array.dtype.name
    return {
        "dims": list(array.dims),
        "shape": list(array.shape),
        "dtype": kind,
        "data": plain(array.values),
        "coords": coords,
        "attrs": dict(array.attrs),
        "name": array.name,
    }


def evaluate(case):
    try:
        arrays = {name: build(spec) for name, spec in case["arrays"].items()}
        array = arrays["a"]
        for step in case["steps"]:
            array = apply(array, step, arrays)
        return result(array)
    except Exception as error:  # what xarray refuses is an outcome too
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([evaluate(case) for case in json.load(sys.stdin)], sys.stdout)
