"""Makes example runs with extra_data's own mock devices, and writes what extra_data reads from them to expected.json."""

import hashlib
import json
import os
import sys
from pathlib import Path

import h5py
import numpy as np

root = Path(sys.argv[1])
os.environ["EXTRA_DATA_DATA_ROOT"] = str(root)

from extra_data import open_run  # noqa: E402
from extra_data.tests.make_examples import (  # noqa: E402
    make_modern_spb_proc_run,
    make_reduced_spb_run,
    make_sa3_da_file,
    make_spb_run,
)

PROPOSAL = root / "SPB" / "202601" / "p001234"
LARGEST_BYTES = 400_000
MOST_KEYS = 40


def folder(kind: str, run: int) -> Path:
    path = PROPOSAL / kind / f"r{run:04}"
    path.mkdir(parents=True)
    return path


def fill(path: Path, seed: int) -> None:
    """The mock devices leave most data at zero; this writes noise into everything small."""
    rng = np.random.default_rng(seed)

    def write(name: str, dataset: object) -> None:
        if not isinstance(dataset, h5py.Dataset) or name.split("/")[0] not in ("CONTROL", "INSTRUMENT"):
            return
        if (
            dataset.dtype.kind in "iuf"
            and dataset.size * dataset.dtype.itemsize <= LARGEST_BYTES
            and not name.endswith("trainId")
        ):
            dataset[...] = rng.integers(0, 100, dataset.shape).astype(dataset.dtype)

    for number, file in enumerate(sorted(path.glob("*.h5"))):
        rng = np.random.default_rng((seed, number))
        with h5py.File(file, "r+") as f:
            f.visititems(write)
            if "INDEX/timestamp" in f:  # the same in all files: which one extra_data asks is not defined
                f["INDEX/timestamp"][:] = 1_700_000_000_000_000_000 + f["INDEX/trainId"][:] * 100_000_000


def digest(array: np.ndarray) -> str:
    if array.dtype == object:
        return hashlib.sha256(json.dumps(array.tolist(), ensure_ascii=False).encode()).hexdigest()
    return hashlib.sha256(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()).hexdigest()


def describe_key(data) -> dict:
    if data.dtype.names:
        return {"dtype": "compound"}
    part = data[3:40:2]
    described = {
        "shape": list(data.shape),
        "dtype": "string" if data.dtype == object else str(data.dtype),
        "units": data.units,
        "counts": digest(data.data_counts(labelled=False).astype(np.uint32)),
        "trains": digest(data.train_id_coordinates()),
        "part": {"shape": list(part.shape), "trains": digest(part.train_id_coordinates())},
    }
    if data.nbytes <= LARGEST_BYTES * 5:
        described["data"] = digest(data.ndarray())
        described["part"]["data"] = digest(part.ndarray())
        labelled = data.xarray()
        described["labelled"] = {"name": labelled.name, "dims": list(labelled.dims), "attrs": dict(labelled.attrs)}
    if len(data.entry_shape) >= 2:
        described["roi"] = digest(data.ndarray(roi=np.s_[..., 0:1, 1:5:2])) if len(data.entry_shape) == 2 else None
    return described


def describe(run, kind: str) -> dict:
    data = open_run(1234, run, data=kind, aliases=None, parallelize=False)
    sources = {}
    for source in sorted(data.all_sources):
        keys = sorted(data[source].keys(inc_timestamps=False))
        sources[source] = {
            "control": source in data.control_sources,
            "class": data[source].device_class if source in data.control_sources else None,
            "keys": keys,
            "data": {key: describe_key(data[source, key]) for key in keys[:: 1 + len(keys) // MOST_KEYS]},
        }
    return {
        "run": run,
        "kind": kind,
        "trains": digest(np.array(data.train_ids, dtype=np.uint64)),
        "timestamps": digest(data.train_timestamps().astype(np.int64).clip(0).astype(np.uint64)),
        "sources": sources,
    }


cases = []
for run, version in enumerate(["0.5", "1.0", "1.1", "1.2", "1.3"], start=1):
    path = folder("raw", run)
    make_spb_run(path, sensor_size=(12, 16), format_version=version)
    for number in range(2, 16):
        (path / f"RAW-R0238-AGIPD{number:02}-S00000.h5").unlink()
    fill(path, run)
    cases.append((run, "raw"))

make_reduced_spb_run(folder("raw", 6), rng=np.random.RandomState(7), format_version="1.2")
for number in range(1, 16):
    (PROPOSAL / "raw" / "r0006" / f"RAW-R0238-AGIPD{number:02}-S00000.h5").unlink()
fill(PROPOSAL / "raw" / "r0006", 6)
make_modern_spb_proc_run(folder("proc", 6))
for number in range(1, 16):
    (PROPOSAL / "proc" / "r0006" / f"CORR-R0142-AGIPD{number:02}-S00000.h5").unlink()
cases += [(6, "raw"), (6, "proc"), (6, "all")]

make_sa3_da_file(folder("raw", 7) / "RAW-R0450-DA01-S00001.h5", format_version="1.3")
fill(PROPOSAL / "raw" / "r0007", 7)
cases.append((7, "raw"))

# Gaps: a device that is dead for some trains of one file, and trains that only another file has.
make_spb_run(folder("raw", 8), sensor_size=(4, 6), format_version="1.3")
for file in (PROPOSAL / "raw" / "r0008").glob("*AGIPD*"):
    file.unlink()
fill(PROPOSAL / "raw" / "r0008", 8)
with h5py.File(PROPOSAL / "raw" / "r0008" / "RAW-R0238-DA01-S00000.h5", "r+") as f:
    group = f["INDEX/SPB_XTD9_XGM/DOOCS/MAIN:output/data"]
    count = group["count"][:]
    count[[2, 3, 11, 31]] = 0
    group["count"][:] = count
    group["first"][:] = np.concatenate([[0], np.cumsum(count)[:-1]])
    camera = f["INSTRUMENT/SPB_IRU_CAM/CAM/SIDEMIC:daqOutput/data/image/pixels"]
    camera.attrs["unitSymbol"] = "J"
    camera.attrs["metricPrefixSymbol"] = "u"
    key = f["CONTROL/SA1_XTD2_XGM/DOOCS/MAIN/pulseEnergy/photonFlux"]
    key.attrs["unitSymbol"] = "m"
    key["value"].attrs["metricPrefixSymbol"] = "k"
cases.append((8, "raw"))

expected = [describe(run, kind) for run, kind in cases]
(root / "expected.json").write_text(json.dumps(expected))
