"""Writes an HDF5 file at the pace of a test: one command per line, answered when it is done."""

import sys

import h5py
import numpy as np

path, library_version, mode = sys.argv[1:]
file = h5py.File(path, "w", libver=library_version, rdcc_nbytes=0)
rows = file.create_dataset("rows", (0, 1000), "f8", maxshape=(None, 1000), chunks=(4, 1000))
if mode == "swmr":
    file.swmr_mode = True

for line in sys.stdin:
    match line.strip():
        case "append":
            rows.resize(rows.shape[0] + 4, 0)
            rows[-4:] = np.random.default_rng(1).random((4, 1000))
        case "flush":
            file.flush()
        case "close":
            file.close()
    print("done", flush=True)
