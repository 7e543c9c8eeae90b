"""Tells as JSON what the real extra_data finds in a run: `read-run.py ROOT PROPOSAL RUN DATA`."""

import base64
import json
import sys

from extra_data import RunDirectory, open_run

_, root, proposal, run_number, data = sys.argv
run = open_run(int(proposal), int(run_number), data=data)


def describe(source: str, key: str) -> dict:
    values = run[source, key]
    array = values.ndarray()
    return {
        "dtype": str(array.dtype),
        "shape": array.shape,
        "units": values.units,
        "trainIds": [int(train_id) for train_id in values.train_id_coordinates()],
        "bytes": base64.b64encode(array.tobytes()).decode(),
    }


def keys_of(source: str) -> list[str]:
    keys = run[source].keys()
    return sorted(key for key in keys if not key.endswith((".timestamp", ".trainId")))


directory = f"{root}/SIM/202601/p{int(proposal):06}/{'raw' if data == 'all' else data}/r{int(run_number):04}"
json.dump(
    {
        "directoryTrains": len(RunDirectory(directory).train_ids),
        "trainIds": [int(train_id) for train_id in run.train_ids],
        "start": str(run.train_timestamps()[0]),
        "metadata": {name: str(value) for name, value in run.run_metadata().items()},
        "classes": {source: run[source].device_class for source in sorted(run.control_sources)},
        "keys": {f"{source} {key}": describe(source, key) for source in sorted(run.all_sources) for key in keys_of(source)},
    },
    sys.stdout,
)
