"""Prints a hash of everything in the HDF5 files below a directory: names, types, shapes, values, attributes."""

import hashlib
import sys
from pathlib import Path

import h5py

root = Path(sys.argv[1])
digest = hashlib.sha256()


def add(name: str, item: h5py.Group | h5py.Dataset) -> None:
    digest.update(repr((name, sorted((key, repr(value)) for key, value in item.attrs.items()))).encode())
    if isinstance(item, h5py.Dataset):
        values = item[()]
        digest.update(repr((item.dtype, item.shape)).encode())
        digest.update(repr(list(values)).encode() if item.dtype.hasobject else values.tobytes())


for path in sorted(root.rglob("*.h5")):
    digest.update(str(path.relative_to(root)).encode())
    with h5py.File(path) as file:
        file.visititems(add)
print(digest.hexdigest())
