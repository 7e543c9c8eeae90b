"""xarray objects as netCDF groups of an HDF5 file, as `xarray.load_dataarray(file, group=…)` reads them."""

from __future__ import annotations

from typing import Any

import h5py

from .cell import is_data_array

_MARKER = "__xarray_dataarray_variable__"
_ORIGINAL_NAME = "__xarray_dataarray_name__"


def write_netcdf(path: str, group: str, value: Any) -> None:
    """Adds a DataArray or Dataset as a group to an HDF5 file that is not open.

    Raises:
        Exception: netCDF cannot hold it (object types, names with slashes, …).
    """
    dataset = _as_dataset(value) if is_data_array(value) else value
    dataset = dataset.rename_vars({name: str(name).replace("/", "_") for name in dataset.data_vars if "/" in str(name)})
    encoding = {name: _compression(variable) for name, variable in dataset.data_vars.items()}
    dataset.to_netcdf(path, mode="a", group=group, engine="h5netcdf", format="NETCDF4", encoding=encoding)
    with h5py.File(path, "r+") as file:
        file[group].attrs["_damnit_objtype"] = "dataarray" if is_data_array(value) else "dataset"


def _as_dataset(array: Any) -> Any:
    """As xarray itself does it: an array without a name, or with one of its coordinates', goes by a marker."""
    if array.name is None:
        return array.to_dataset(name=_MARKER)
    if array.name in array.coords or array.name in array.dims:
        dataset = array.to_dataset(name=_MARKER)
        dataset.attrs[_ORIGINAL_NAME] = array.name
        return dataset
    return array.to_dataset()


def _compression(variable: Any) -> dict[str, Any]:
    if variable.ndim == 0 or variable.dtype.kind in "OUS":
        return {}
    return {"zlib": True, "complevel": 1, "shuffle": True}
