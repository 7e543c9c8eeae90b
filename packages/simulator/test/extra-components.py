"""Prints what the real EXtra components say about run directories: [directory, sase or null, device or null] each, as JSON."""

import json
import sys
import warnings

from extra.components import XGM, XrayPulses
from extra_data import RunDirectory

warnings.simplefilter("ignore")


def attempt(function):
    try:
        return function()
    except Exception as error:
        return {"error": type(error).__name__}


def labelled(array):
    return {
        "dims": list(array.dims),
        "shape": list(array.shape),
        "dtype": str(array.dtype),
        "trains": [int(train) for train in array.trainId.values],
        "units": array.attrs.get("units"),
        "values": [
            None if value != value else float(value) for value in array.values.ravel()
        ],
    }


def pulse_ids(pulses):
    ids = pulses.pulse_ids()
    levels = {
        name: [int(label) for label in ids.index.get_level_values(name)]
        for name in ids.index.names
    }
    return {"values": [int(value) for value in ids], **levels}


def describe(directory, sase, device):
    run = RunDirectory(directory)
    xgm = attempt(lambda: XGM(run, device, default_sase=sase))
    pulses = attempt(lambda: XrayPulses(run, sase=sase))
    result = {}
    if isinstance(xgm, dict):
        result["xgm"] = xgm
    else:
        result["energy"] = labelled(xgm.pulse_energy())
        result["mean"] = labelled(xgm.pulse_energy().mean("pulseIndex"))
        result["xgmCounts"] = labelled(xgm.pulse_counts())
        result["slow"] = labelled(xgm.slow_train_energy())
        result["wavelength"] = attempt(lambda: float(xgm.wavelength(with_units=False)))
        result["photonEnergy"] = attempt(
            lambda: float(xgm.photon_energy(with_units=False))
        )
    if isinstance(pulses, dict):
        result["pulses"] = pulses
    else:
        result["counts"] = labelled(pulses.pulse_counts().to_xarray())
        result["ids"] = pulse_ids(pulses)
    return result


print(json.dumps([describe(*one) for one in json.loads(sys.argv[1])]))
