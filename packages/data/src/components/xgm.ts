import type {NDArray} from '@firstlight/core';
import {FirstlightError} from '@firstlight/core';
import {dataArray} from '@firstlight/core/labelled';
import type {DataArray} from '@firstlight/core/labelled';
import type {Run} from '../run.ts';
import {identifySase, saseOfSource, type Sase} from './sase.ts';
import {findXgm} from './xgm-device.ts';

export interface XgmOptions {
  /** Name of the device, or a part of it that no other XGM's name has, in any case: `sa1`. Default: the only one there is. */
  readonly device?: string;
  /** Whose light, where the device tells SASE 1 and 3 apart; 0 for all it sees. Default: that of the run's SASE, which must then be the device's as well. */
  readonly sase?: Sase | 0;
}

/** Fills the array of a train after its last pulse. */
const FILL = 1;
const PLANCK_TIMES_LIGHT_KEV_NM = 1.2398419843;
const COUNTS = ['numberOfBunchesActual', 'nummberOfBrunches', 'numberOfBunches']; // the second is how old devices spell it
const SAME_RELATIVE = 1e-5;

/** An X-ray gas monitor: how much energy the pulses of a run had. */
export class Xgm {
  /** Full name of the device. */
  readonly device: string;
  readonly #run: Run;
  /** What the keys of the chosen light have in their names: '', `Sa1` or `Sa3`. */
  readonly #light: '' | 'Sa1' | 'Sa3';

  constructor(run: Run, options: XgmOptions = {}) {
    this.#run = run;
    this.device = findXgm(run, options);
    this.#light = lightOf(run, this.device, options.sase);
  }

  /** Energy of each pulse, dims `trainId` and `pulseIndex`, as wide as the train with most pulses needs; NaN where a train has fewer. */
  pulseEnergy(): DataArray {
    const key = this.#run.get(`${this.device}:output`, `data.intensity${this.#light}TD`);
    return dataArray(withoutFill(key.ndarray()), {
      name: 'Energy',
      dims: ['trainId', 'pulseIndex'],
      coords: {trainId: key.trainIdCoordinates()},
      units: key.units ?? 'µJ',
    });
  }

  /**
   * Number of pulses in each train, over `trainId`: as the device counted them, if its energies have as many that are not 0, else those, with a warning.
   *
   * `xrayPulses` counts what the machine delivered, also in trains with fewer pulses than others.
   */
  pulseCounts(): DataArray {
    const {array, coords} = this.pulseEnergy();
    const [trains = 0, pulses = 0] = array.shape;
    const energies = array.data as Float32Array;
    const counts = BigInt64Array.from({length: trains}, (_, train) =>
      BigInt(energies.subarray(train * pulses, (train + 1) * pulses).filter((energy) => energy !== 0).length),
    );
    const counted = this.#counted();
    if (counted !== undefined && hasSame(counted.array, counts)) return counted;
    process.emitWarning(
      `The energies of ${this.device} have other numbers of pulses than it counted; xrayPulses knows what the machine delivered.`,
    );
    return dataArray(counts, {dims: ['trainId'], coords: {trainId: (coords.trainId as NDArray).data as BigUint64Array}});
  }

  #counted(): DataArray | undefined {
    const names = this.#light === '' ? COUNTS : [`numberOf${this.#light}BunchesActual`];
    const key = names.map((name) => `pulseEnergy.${name}`).find((name) => this.#run.has(this.device, name));
    return key === undefined ? undefined : this.#run.get(this.device, key).xarray();
  }

  /** Mean pulse energy of each train as the device averages it, over `trainId`. */
  slowTrainEnergy(): DataArray {
    return this.#run.get(this.device, `controlData.slowTrain${this.#light}`).xarray();
  }

  /** Wavelength that was set, in nanometre. @throws FirstlightError `not-constant` if it changed during the run. */
  wavelength(): number {
    const sorted = Float64Array.from(this.#run.get(this.device, 'pulseEnergy.wavelengthUsed').ndarray().data as Float32Array).sort();
    const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
    const median = ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
    if (sorted.every((nm) => Math.abs(nm - median) <= SAME_RELATIVE * Math.abs(median))) return median;
    const range = `from ${sorted[0]} to ${sorted.at(-1)} nm`;
    throw new FirstlightError(
      'not-constant',
      `The wavelength at ${this.device} changed during run ${this.#run.run}, ${range}; take its values with run.get.`,
      {
        facts: {device: this.device, key: 'pulseEnergy.wavelengthUsed'},
      },
    );
  }

  /** Photon energy that belongs to the wavelength, in keV. @throws FirstlightError `not-constant`. */
  photonEnergy(): number {
    return PLANCK_TIMES_LIGHT_KEV_NM / this.wavelength();
  }
}

function lightOf(run: Run, device: string, sase: Sase | 0 | undefined): '' | 'Sa1' | 'Sa3' {
  const isTold = ['Sa1', 'Sa3'].some((light) => run.has(device, `pulseEnergy.numberOf${light}BunchesActual`));
  if (!isTold) return '';
  const light = sase ?? identifySase(run);
  if (sase === undefined && saseOfSource(device) !== light) {
    throw new FirstlightError(
      'other-sase',
      `Run ${run.run} is one of SASE ${light}, but ${device} is not; say whose light its values are to be of, with {sase: 1} or {sase: 3}.`,
      {facts: {run: run.run, device, sase: light}},
    );
  }
  return light === 1 || light === 3 ? `Sa${light}` : '';
}

const hasSame = ({data}: NDArray, counts: BigInt64Array): boolean =>
  data.length === counts.length && counts.every((count, i) => Number(count) === Number(data[i]));

/** Cuts the columns off that hold the fill in every train, and makes the fill NaN in the others. */
function withoutFill({dtype, shape, data}: NDArray): NDArray {
  const [trains = 0, width = 0] = shape;
  const energies = data as Float32Array;
  const pulses = firstEmptyColumn(energies, trains, width);
  const kept = new (energies.constructor as Float32ArrayConstructor)(trains * pulses);
  for (let train = 0; train < trains; train++) {
    for (let pulse = 0; pulse < pulses; pulse++) {
      const energy = energies[train * width + pulse] as number;
      kept[train * pulses + pulse] = energy === FILL ? Number.NaN : energy;
    }
  }
  return {dtype, shape: [trains, pulses], data: kept};
}

/** The first column whose mean is the fill, else the number of columns. */
function firstEmptyColumn(energies: Float32Array, trains: number, width: number): number {
  for (let column = 0; column < width; column++) {
    let sum = 0;
    for (let train = 0; train < trains; train++) sum += energies[train * width + column] as number;
    if (sum / trains === FILL) return column;
  }
  return width;
}

/**
 * The X-ray gas monitor of a run.
 *
 * @throws FirstlightError `no-xgm`, `several-xgms`, `unknown-sase`, `other-sase`.
 * @example
 * const energy = xgm(run, {device: 'sa1'}).pulseEnergy().mean('pulseIndex'); // one number per train
 */
export const xgm = (run: Run, options: XgmOptions = {}): Xgm => new Xgm(run, options);
