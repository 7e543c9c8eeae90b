"""What to compute for every run: the example for the simulated beamline.

Each function with `@Variable` becomes a column of the table. It gets the run, as `extra_data` opens it, and returns
the value for this run: a number, a text, an array, a labelled array (xarray), a figure, or nothing. Arguments with an
annotation such as `"var#intensity"` ask for the value of another variable, `"meta#run_number"` for a fact about the
run. Save this file, and the next run uses it.
"""

import matplotlib.pyplot as plt
import numpy as np
import plotly.graph_objects as go
import xarray as xr
from damnit_ctx import Cell, Skip, Variable

# The devices; in a proposal of yours these are names of Karabo devices.
XGM = "SIM_XTD1_XGM/XGM/DOOCS"
PULSES = "SIM_RR_SYS/TSYS/TIMESERVER:outputBunchPattern"
MOTOR = "SIM_EXP_STAGE/MOTOR/X"
CAMERA = "SIM_EXP_CAM/CAMERA/1:daqOutput"
DETECTOR = "SIM_DET_AREA/DET/AREA-1:daqOutput"
CORRECTED = "SIM_DET_AREA/CORR/AREA-1:output"

PEDESTAL = 500  # detector units without light
PLANCK_KEV_NM = 1.2398419843


# --- Numbers, texts and truth values ---------------------------------------------------------------


@Variable(title="Trains")
def trains(run):
    """How many trains were recorded."""
    return len(run.train_ids)


@Variable(title="Pulses", units="1/train")
def pulses(run):
    """X-ray pulses per train, counted in the bunch pattern: those sent to SASE 1."""
    table = run[PULSES, "data.bunchPatternTable"][0].ndarray()[0]
    return int(np.count_nonzero((table >> 18) & 0xF == 4))


# A transient variable is never stored: a step that others build on.
@Variable(transient=True)
def pulse_energies(run, pulses: "var#pulses"):
    """Energy of every pulse of every train, in microjoule; the array is longer than the train."""
    return run[f"{XGM}:output", "data.intensityTD"].xarray()[:, : int(pulses)]


@Variable(title="Pulse energy", units="μJ")
def intensity(run, energies: "var#pulse_energies"):
    """Mean energy of the X-ray pulses."""
    return float(energies.mean())


# A Cell says how its value is shown: here red and bold when the machine is not at its best.
@Variable(title="Beam power", units="mW")
def beam_power(run, intensity: "var#intensity", pulses: "var#pulses"):
    """Mean power of the beam: pulse energy times pulses per second."""
    milliwatt = float(intensity) * int(pulses) * 10 / 1000
    return Cell(milliwatt, bold=milliwatt < 300, background="#f6c6c6" if milliwatt < 300 else None)


@Variable(title="Photon energy", units="keV")
def photon_energy(run):
    """From the wavelength the machine was set to."""
    return PLANCK_KEV_NM / run[XGM, "pulseEnergy.wavelengthUsed"].as_single_value()


@Variable(title="Beam stable")
def beam_stable(run, per_train: "var#train_energy"):
    """Whether the pulse energy stayed within 10 % (standard deviation over the trains)."""
    return bool(per_train.std() < 0.1 * per_train.mean())


@Variable(title="What")
def what(run, number: "meta#run_number"):
    """One line about the run."""
    target = run[MOTOR, "targetPosition"].ndarray()
    if np.ptp(target) == 0:
        return f"Run {number}: still at {target[0]:.2f} mm"
    return f"Run {number}: scan from {target[0]:.1f} to {target[-1]:.1f} mm"


# A variable may return nothing: then the cell stays empty.
@Variable(title="Note")
def note(run, number: "meta#run_number"):
    """Reminds of the background measurement every tenth run."""
    return "take a dark run" if number % 10 == 0 else None


# --- Arrays ----------------------------------------------------------------------------------------


@Variable(title="Energy per train", units="μJ", summary="mean")
def train_energy(run, energies: "var#pulse_energies"):
    """The pulse energy in the course of the run; the table shows its mean, the inspector the curve."""
    return energies.mean("dim_0")


@Variable(title="Detector signal", units="ADU")
def detector_signal(run):
    """Mean signal of the detector per train; an array without summary is drawn as a small curve."""
    frames = run[DETECTOR, "data.adc"].xarray().astype("f4")
    return frames.mean(["dim_0", "dim_1"]) - PEDESTAL


@Variable(title="Mean frame", units="ADU")
def mean_frame(run):
    """The detector picture of the run; an array with two dimensions is shown as a picture."""
    return run[DETECTOR, "data.adc"].ndarray().mean(axis=0, dtype="f4") - PEDESTAL


# This one fails when the camera sent nothing: an error is kept like a value, and tells in its cell what happened.
@Variable(title="Camera spot", units="px")
def camera_spot(run):
    """Column of the brightest point of the mean camera picture."""
    pictures = run[CAMERA, "data.image.pixels"].ndarray()
    if len(pictures) == 0:
        raise ValueError("the camera sent no picture in this run")
    return int(pictures.mean(axis=0).sum(axis=0).argmax())


# A complex number: amplitude and phase.
@Variable(title="Drift (Fourier)", units="μJ")
def drift(run, per_train: "var#train_energy"):
    """The slowest oscillation of the pulse energy within the run."""
    return complex(np.fft.rfft(per_train.values)[1] / len(per_train))


# --- The scan --------------------------------------------------------------------------------------


@Variable(title="Scan data")
def scan_data(run, signal: "var#detector_signal"):
    """Detector signal at each position of the stage: mean, spread and number of trains. A Dataset keeps them together."""
    position = run[MOTOR, "targetPosition"].xarray().rename("position")
    if np.ptp(position.values) == 0:
        raise Skip("the stage was not scanned")
    signal, position = xr.align(signal, position)
    groups = signal.rename("signal").groupby(position.round(6))
    scan = xr.Dataset({"mean": groups.mean(), "spread": groups.std(), "trains": groups.count()})
    scan["position"].attrs["units"] = "mm"
    return scan


@Variable(title="Scan", units="ADU")
def scan(run, data: "var#scan_data"):
    """Detector signal against the position of the stage; a DataArray brings its own axis."""
    return data["mean"]


@Variable(title="Best position", units="mm")
def best_position(run, scan: "var#scan"):
    """Where the sample scatters most: centre of mass of the upper half of the scan."""
    weight = (scan - float(scan.min()) - 0.5 * np.ptp(scan.values)).clip(0)
    return float((scan.position * weight).sum() / weight.sum())


@Variable(title="Scan plot")
def scan_plot(run, data: "var#scan_data", best: "var#best_position", number: "meta#run_number"):
    """The scan as a Matplotlib figure."""
    figure, axes = plt.subplots(figsize=(5, 3.5), layout="constrained")
    axes.errorbar(data.position, data["mean"], yerr=data["spread"], fmt="o-", capsize=3)
    axes.axvline(float(best), color="tab:red", linestyle="--", label=f"{float(best):.2f} mm")
    axes.set(xlabel="stage (mm)", ylabel="signal (ADU)", title=f"Run {number}")
    axes.legend()
    return figure


# --- Calibrated data: these run when the corrected run is there --------------------------------------


@Variable(title="Peak positions", data="proc", transient=True)
def peak_track(run):
    """Column and row of the diffraction peak in every corrected frame."""
    frames = np.nan_to_num(run[CORRECTED, "data.adc"].ndarray())
    rows, columns = np.unravel_index(frames.reshape(len(frames), -1).argmax(axis=1), frames.shape[1:])
    return np.stack([columns, rows])


@Variable(title="Peak radius", units="px", data="proc")
def peak_radius(run, track: "var#peak_track"):
    """Mean distance of the peak from the centre of its path."""
    return float(np.hypot(*(track - track.mean(axis=1, keepdims=True))).mean())


@Variable(title="Photons", units="ph/frame", data="proc")
def photons(run):
    """Mean number of photons in a corrected frame; bad pixels are not a number."""
    return float(np.nansum(run[CORRECTED, "data.adc"].ndarray(), axis=(1, 2)).mean())


@Variable(title="Peak path", data="proc")
def peak_path(run, track: "var#peak_track"):
    """The way of the peak over the detector, as a Plotly figure to zoom and hover."""
    figure = go.Figure(go.Scatter(x=track[0], y=track[1], mode="lines+markers", marker={"color": list(range(track.shape[1]))}))
    figure.update_layout(title="Diffraction peak", xaxis_title="column (px)", yaxis_title="row (px)")
    return figure
