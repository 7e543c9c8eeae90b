/**
 * What to compute for every run: the example for the simulated beamline, in TypeScript.
 *
 * Each exported `variable` becomes a column of the table; its name is the name of the export. Its function gets the run and the values of its inputs,
 * and returns the value for this run: a number, a text, an array, a labelled array, a figure, or nothing. Inputs are named by reference, so the editor knows
 * their types. Save this file, and the next run uses it.
 */
import {Cell, dataset, mean, meta, plotly, Skip, std, variable} from '@firstlight/context';
import type {DataArray} from '@firstlight/context';

// The devices; in a proposal of yours these are names of Karabo devices.
const XGM = 'SIM_XTD1_XGM/XGM/DOOCS';
const PULSES = 'SIM_RR_SYS/TSYS/TIMESERVER:outputBunchPattern';
const MOTOR = 'SIM_EXP_STAGE/MOTOR/X';
const CAMERA = 'SIM_EXP_CAM/CAMERA/1:daqOutput';
const DETECTOR = 'SIM_DET_AREA/DET/AREA-1:daqOutput';
const CORRECTED = 'SIM_DET_AREA/CORR/AREA-1:output';

const PEDESTAL = 500; // detector units without light
const PLANCK_KEV_NM = 1.2398419843;

// --- Numbers, texts and truth values -----------------------------------------------------------------

export const trains = variable({title: 'Trains', description: 'How many trains were recorded.'}, ({run}) => run.trainIds.length);

export const pulses = variable(
  {title: 'Pulses', units: '1/train', description: 'X-ray pulses per train, counted in the bunch pattern: those sent to SASE 1.'},
  ({run}) => {
    const table = run.get(PULSES, 'data.bunchPatternTable').ndarray({trains: {stop: 1}}).data as Uint32Array;
    return table.filter((slot) => ((slot >>> 18) & 0xf) === 4).length;
  },
);

// A transient variable is never stored: a step that others build on.
export const pulseEnergies = variable({transient: true, inputs: {pulses}}, ({run, pulses}) => {
  return run.get(`${XGM}:output`, 'data.intensityTD').xarray({roi: [{stop: pulses}]}); // the array in the file is longer than the train
});

export const trainEnergy = variable(
  {
    title: 'Energy per train',
    units: 'μJ',
    summary: 'mean',
    description: 'The table shows the mean, the inspector the curve.',
    inputs: {pulseEnergies},
  },
  ({pulseEnergies}) => pulseEnergies.mean('dim_0'),
);

export const intensity = variable(
  {title: 'Pulse energy', units: 'μJ', description: 'Mean energy of the X-ray pulses.', inputs: {trainEnergy}},
  ({trainEnergy}) => mean(trainEnergy),
);

// A Cell says how its value is shown: here red and bold when the machine is not at its best.
export const beamPower = variable({title: 'Beam power', units: 'mW', inputs: {intensity, pulses}}, ({intensity, pulses}) => {
  const milliwatt = (intensity * pulses * 10) / 1000;
  return milliwatt < 300 ? new Cell(milliwatt, {bold: true, background: '#f6c6c6'}) : milliwatt;
});

export const photonEnergy = variable({title: 'Photon energy', units: 'keV'}, ({run}) => {
  return PLANCK_KEV_NM / mean(run.get(XGM, 'pulseEnergy.wavelengthUsed').ndarray());
});

export const beamStable = variable(
  {title: 'Beam stable', description: 'Whether the pulse energy stayed within 10 %.', inputs: {trainEnergy}},
  ({trainEnergy}) => std(trainEnergy) < 0.1 * mean(trainEnergy),
);

export const what = variable({title: 'What', inputs: {number: meta('run_number')}}, ({run, number}) => {
  const target = run.get(MOTOR, 'targetPosition').ndarray().data as Float64Array;
  const first = target.at(0) ?? 0;
  const last = target.at(-1) ?? 0;
  return first === last
    ? `Run ${number}: still at ${first.toFixed(2)} mm`
    : `Run ${number}: scan from ${first.toFixed(1)} to ${last.toFixed(1)} mm`;
});

// A variable may return nothing: then the cell stays empty.
export const note = variable({title: 'Note', inputs: {number: meta('run_number')}}, ({number}) =>
  number % 10 === 0 ? 'take a dark run' : undefined,
);

// --- Arrays ------------------------------------------------------------------------------------------

// A labelled array keeps what its axes mean: of the train, row and column of each pixel, here the train is left.
export const detectorSignal = variable(
  {title: 'Detector signal', units: 'ADU', description: 'Mean signal of the detector per train.'},
  ({run}) => run.get(DETECTOR, 'data.adc').xarray().mean(['dim_0', 'dim_1']).sub(PEDESTAL),
);

export const meanFrame = variable(
  {title: 'Mean frame', units: 'ADU', description: 'The detector picture of the run; an array with two dimensions is shown as a picture.'},
  ({run}) => run.get(DETECTOR, 'data.adc').xarray().mean('trainId').sub(PEDESTAL).array,
);

// This one fails when the camera sent nothing: an error is kept like a value, and tells in its cell what happened.
export const cameraSpot = variable(
  {title: 'Camera spot', units: 'px', description: 'Column of the brightest point of the mean camera picture.'},
  ({run}) => {
    const pictures = run.get(CAMERA, 'data.image.pixels').xarray();
    if (pictures.size === 0) throw new Error('the camera sent no picture in this run');
    return brightest(pictures.mean('trainId')).column;
  },
);

// A complex number: amplitude and phase.
export const drift = variable(
  {
    title: 'Drift (Fourier)',
    units: 'μJ',
    description: 'The slowest oscillation of the pulse energy within the run.',
    inputs: {trainEnergy},
  },
  ({trainEnergy}) => {
    const angle = (train: number) => (-2 * Math.PI * train) / trainEnergy.size;
    return {
      re: mean(trainEnergy.numbers.map((value, train) => value * Math.cos(angle(train)))),
      im: mean(trainEnergy.numbers.map((value, train) => value * Math.sin(angle(train)))),
    };
  },
);

// --- The scan ----------------------------------------------------------------------------------------

// Arrays are matched by their labels: each train's signal with the position of the stage in the same train.
export const scanSteps = variable({transient: true, inputs: {detectorSignal}}, ({run, detectorSignal}) => {
  const steps = detectorSignal.groupBy(run.get(MOTOR, 'targetPosition').xarray().rename('position'));
  if (steps.size < 2) throw new Skip('the stage was not scanned');
  return steps;
});

export const scan = variable(
  {title: 'Scan', units: 'ADU', description: 'Detector signal against the position of the stage.', inputs: {scanSteps}},
  ({scanSteps}) => scanSteps.mean(),
);

// A Dataset keeps several labelled arrays together.
export const scanData = variable({title: 'Scan data', inputs: {scanSteps}}, ({scanSteps}) =>
  dataset({mean: scanSteps.mean(), spread: scanSteps.std(), trains: scanSteps.count()}),
);

export const bestPosition = variable(
  {title: 'Best position', units: 'mm', description: 'Where the sample scatters most.', inputs: {scan}},
  ({scan}) => Number(scan.idxmax()),
);

// A figure in Plotly's JSON: to zoom, and to read values under the pointer.
export const scanPlot = variable({title: 'Scan plot', inputs: {scanData, bestPosition}}, ({scanData, bestPosition}) =>
  plotly({
    data: [
      {
        type: 'scatter',
        mode: 'lines+markers',
        x: scanData.get('position'),
        y: scanData.get('mean'),
        error_y: {array: scanData.get('spread')},
      },
    ],
    layout: {
      title: {text: `Best at ${bestPosition.toFixed(2)} mm`},
      xaxis: {title: {text: 'stage (mm)'}},
      yaxis: {title: {text: 'signal (ADU)'}},
    },
  }),
);

// --- Calibrated data: these run when the corrected run is there ----------------------------------------

export const peakTrack = variable({data: 'proc', transient: true}, ({run}) => {
  const frames = run.get(CORRECTED, 'data.adc').xarray();
  return Array.from({length: frames.sizes.trainId ?? 0}, (_, trainId) => brightest(frames.isel({trainId})));
});

export const peakRadius = variable(
  {title: 'Peak radius', units: 'px', description: 'Mean distance of the peak from the centre of its path.', inputs: {peakTrack}},
  ({peakTrack}) => {
    const [column, row] = [mean(peakTrack.map((peak) => peak.column)), mean(peakTrack.map((peak) => peak.row))];
    return mean(peakTrack.map((peak) => Math.hypot(peak.column - column, peak.row - row)));
  },
);

export const photons = variable({title: 'Photons', units: 'ph/frame', data: 'proc'}, ({run}) => {
  const frames = run.get(CORRECTED, 'data.adc').xarray();
  return frames.sum(['dim_0', 'dim_1']).mean().item(); // bad pixels are not a number and left out
});

// A picture of your own: red, green, blue and opacity of every pixel.
export const peakMap = variable(
  {title: 'Peak map', description: 'Where the peak has been; later trains are brighter.', data: 'proc', inputs: {peakTrack}},
  ({run, peakTrack}) => {
    const [height = 1, width = 1] = run.get(CORRECTED, 'data.adc').entryShape;
    const rgba = new Uint8Array(height * width * 4).map((_, i) => (i % 4 === 3 ? 255 : 24));
    for (const [i, {column, row}] of peakTrack.entries()) {
      rgba.set([255, 80 + (175 * i) / peakTrack.length, 40], 4 * (row * width + column));
    }
    return {rgba, width, height};
  },
);

// --- Helpers -------------------------------------------------------------------------------------------

/** Where a picture is brightest; pixels that are not a number do not count. */
function brightest(picture: DataArray): {row: number; column: number} {
  const [, width = 1] = picture.shape;
  const pixel = picture.argmax().item();
  return {row: Math.floor(pixel / width), column: pixel % width};
}
