/**
 * What to compute for every run: the example for the simulated beamline, in TypeScript.
 *
 * Each exported `variable` becomes a column of the table; its name is the name of the export. Its function gets the run and the values of its inputs,
 * and returns the value for this run: a number, a text, an array, a labelled array, a figure, or nothing. Inputs are named by reference, so the editor knows
 * their types. Save this file, and the next run uses it.
 */
import {Cell, mean, meta, nansum, Skip, std, variable} from '@firstlight/context';

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
  const energies = run.get(`${XGM}:output`, 'data.intensityTD');
  return rowsOf(energies.ndarray({roi: [{stop: pulses}]})); // the array in the file is longer than the train
});

export const trainEnergy = variable(
  {
    title: 'Energy per train',
    units: 'μJ',
    summary: 'mean',
    description: 'The table shows the mean, the inspector the curve.',
    inputs: {pulseEnergies},
  },
  ({pulseEnergies}) => Float64Array.from(pulseEnergies, (energies) => mean(energies)),
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

// A labelled array keeps what its axis means: here the train of each value.
export const detectorSignal = variable(
  {title: 'Detector signal', units: 'ADU', description: 'Mean signal of the detector per train.'},
  ({run}) => {
    const frames = run.get(DETECTOR, 'data.adc').xarray();
    const signal = Float64Array.from(rowsOf(frames.array), (frame) => mean(frame) - PEDESTAL);
    return {kind: 'DataArray', dims: ['trainId'], coords: frames.coords, attrs: {}, array: arrayOf(signal)} as const;
  },
);

export const meanFrame = variable(
  {title: 'Mean frame', units: 'ADU', description: 'The detector picture of the run; an array with two dimensions is shown as a picture.'},
  ({run}) => meanPicture(run.get(DETECTOR, 'data.adc').ndarray(), -PEDESTAL),
);

// This one fails when the camera sent nothing: an error is kept like a value, and tells in its cell what happened.
export const cameraSpot = variable(
  {title: 'Camera spot', units: 'px', description: 'Column of the brightest point of the mean camera picture.'},
  ({run}) => {
    const pictures = run.get(CAMERA, 'data.image.pixels').ndarray();
    if (pictures.shape[0] === 0) throw new Error('the camera sent no picture in this run');
    const picture = meanPicture(pictures);
    return indexOfLargest(picture.data) % (picture.shape[1] ?? 1);
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
    const angle = (train: number) => (-2 * Math.PI * train) / trainEnergy.length;
    return {
      re: mean(trainEnergy.map((value, train) => value * Math.cos(angle(train)))),
      im: mean(trainEnergy.map((value, train) => value * Math.sin(angle(train)))),
    };
  },
);

// --- The scan ----------------------------------------------------------------------------------------

export const scanSteps = variable({transient: true, inputs: {detectorSignal}}, ({run, detectorSignal}) => {
  const position = run.get(MOTOR, 'targetPosition').xarray();
  const positionOf = new Map(zip(position.coords.trainId?.data as BigUint64Array, position.array.data as Float64Array));
  const steps = new Map<number, number[]>();
  const signals = zip(detectorSignal.coords.trainId?.data as BigUint64Array, detectorSignal.array.data);
  for (const [train, signal] of signals) {
    const millimetre = positionOf.get(train);
    if (millimetre !== undefined) steps.set(millimetre, [...(steps.get(millimetre) ?? []), signal]);
  }
  if (steps.size < 2) throw new Skip('the stage was not scanned');
  return [...steps].sort(([a], [b]) => a - b);
});

export const scan = variable(
  {title: 'Scan', units: 'ADU', description: 'Detector signal against the position of the stage.', inputs: {scanSteps}},
  ({scanSteps}) =>
    ({
      kind: 'DataArray',
      dims: ['position'],
      coords: {position: stagePositions(scanSteps)},
      attrs: {},
      array: arrayOf(scanSteps.map(([, signals]) => mean(signals))),
    }) as const,
);

// A Dataset keeps several labelled arrays together.
export const scanData = variable({title: 'Scan data', inputs: {scanSteps}}, ({scanSteps}) => {
  const column = (valueOf: (signals: number[]) => number) => ({
    dims: ['position'],
    attrs: {},
    array: arrayOf(scanSteps.map(([, signals]) => valueOf(signals))),
  });
  const variables = {mean: column(mean), spread: column(std), trains: column((signals) => signals.length)};
  return {kind: 'Dataset', variables, coords: {position: stagePositions(scanSteps)}, attrs: {}} as const;
});

export const bestPosition = variable(
  {title: 'Best position', units: 'mm', description: 'Where the sample scatters most.', inputs: {scanSteps}},
  ({scanSteps}) => scanSteps[indexOfLargest(scanSteps.map(([, signals]) => mean(signals)))]?.[0],
);

// A figure in Plotly's JSON: to zoom, and to read values under the pointer.
export const scanPlot = variable({title: 'Scan plot', inputs: {scanSteps, bestPosition}}, ({scanSteps, bestPosition}) => ({
  data: [
    {
      type: 'scatter',
      mode: 'lines+markers',
      x: scanSteps.map(([millimetre]) => millimetre),
      y: scanSteps.map(([, signals]) => mean(signals)),
      error_y: {array: scanSteps.map(([, signals]) => std(signals))},
    },
  ],
  layout: {
    title: {text: `Best at ${bestPosition.toFixed(2)} mm`},
    xaxis: {title: {text: 'stage (mm)'}},
    yaxis: {title: {text: 'signal (ADU)'}},
  },
}));

// --- Calibrated data: these run when the corrected run is there ----------------------------------------

export const peakTrack = variable({data: 'proc', transient: true}, ({run}) => {
  const frames = run.get(CORRECTED, 'data.adc').ndarray();
  const width = frames.shape[2] ?? 1;
  return rowsOf(frames).map((frame) => {
    const pixel = indexOfLargest(frame);
    return {column: pixel % width, row: Math.floor(pixel / width)};
  });
});

export const peakRadius = variable(
  {title: 'Peak radius', units: 'px', description: 'Mean distance of the peak from the centre of its path.', inputs: {peakTrack}},
  ({peakTrack}) => {
    const [column, row] = [mean(peakTrack.map((peak) => peak.column)), mean(peakTrack.map((peak) => peak.row))];
    return mean(peakTrack.map((peak) => Math.hypot(peak.column - column, peak.row - row)));
  },
);

export const photons = variable({title: 'Photons', units: 'ph/frame', data: 'proc'}, ({run}) => {
  const frames = run.get(CORRECTED, 'data.adc').ndarray();
  return nansum(frames) / (frames.shape[0] ?? 0); // bad pixels are not a number
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

/** The rows of an array as pieces of its memory: the frames of a detector, the pulses of a train. */
function rowsOf({data, shape}: {data: unknown; shape: readonly number[]}): Float32Array[] {
  const values = data as Float32Array;
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  return Array.from({length: shape[0] ?? 0}, (_, row) => values.subarray(row * size, (row + 1) * size));
}

/** The mean of many pictures, plus an offset. */
function meanPicture(pictures: {data: unknown; shape: readonly number[]}, offset = 0) {
  const rows = rowsOf(pictures);
  const sum = new Float32Array(rows[0]?.length ?? 0);
  for (const row of rows) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (row[i] ?? 0);
  return {dtype: 'float32', shape: pictures.shape.slice(1), data: sum.map((value) => value / rows.length + offset)} as const;
}

/** Numbers as an array with one dimension. */
const arrayOf = (values: Iterable<number>) => {
  const data = Float64Array.from(values);
  return {dtype: 'float64', shape: [data.length], data} as const;
};

const stagePositions = (steps: readonly (readonly [number, unknown])[]) => ({
  ...arrayOf(steps.map(([millimetre]) => millimetre)),
  dims: ['position'],
  attrs: {units: 'mm'},
});

/** Where the largest number is; what is not a number counts as nothing. */
function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (!((values[i] ?? 0) <= (values[best] ?? 0)) && !Number.isNaN(values[i])) best = i;
  return best;
}

/** Pairs of values of two lists. */
function* zip<A, B>(left: ArrayLike<A>, right: ArrayLike<B>): Generator<readonly [A, B]> {
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [a, b] = [left[i], right[i]];
    if (a !== undefined && b !== undefined) yield [a, b];
  }
}
