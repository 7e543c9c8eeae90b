import type {NDArray, TypedArray} from '@firstlight/core';
import {dataArray} from '@firstlight/core/labelled';
import type {DataArray} from '@firstlight/core/labelled';
import type {KeyData} from '../key-data.ts';
import type {Run} from '../run.ts';
import {pulsePlaces} from './bunch-pattern.ts';
import {findPulseSource, pulseSourceNamed, type PulseSource} from './pulse-source.ts';
import {identifySase, type Sase} from './sase.ts';

export interface XrayPulsesOptions {
  /** Whose pulses; default: those of the SASE the run's sources are at. */
  readonly sase?: Sase;
  /** Name of the time server or pulse pattern decoder, when the run has several. */
  readonly source?: string;
}

const mostBytesAtOnce = 64e6;

interface TrainPulses {
  readonly trainId: bigint;
  readonly places: readonly number[];
}

/** The X-ray pulses of a run at one SASE, from the bunch pattern that the machine sends with every train. */
export class XrayPulses {
  readonly sase: Sase;
  /** Name of the time server's pipeline or the decoder that is read. */
  readonly source: string;
  readonly #run: Run;
  readonly #origin: PulseSource;
  #trains: readonly TrainPulses[] | undefined;

  constructor(run: Run, {sase, source}: XrayPulsesOptions = {}) {
    this.#run = run;
    this.#origin = source === undefined ? findPulseSource(run) : pulseSourceNamed(run, source);
    this.source = this.#origin.source;
    this.sase = sase ?? identifySase(run);
  }

  /** The number of pulses in each train whose pattern was recorded, as int64 over `trainId`; 0 in a train without. */
  pulseCounts(): DataArray {
    const trains = this.#read();
    return dataArray(
      BigInt64Array.from(trains, ({places}) => BigInt(places.length)),
      {dims: ['trainId'], coords: {trainId: BigUint64Array.from(trains, ({trainId}) => trainId)}},
    );
  }

  /** The places of all pulses, at 4.5 MHz from the start of their train, as int32 over `pulse`, with the coordinates `trainId` and `pulseIndex` (0, 1, … in each train). */
  pulseIds(): DataArray {
    const trains = this.#read();
    const trainIds = trains.flatMap(({trainId, places}) => places.map(() => trainId));
    return dataArray(Int32Array.from(trains.flatMap(({places}) => places)), {
      dims: ['pulse'],
      coords: {
        trainId: {dims: ['pulse'], values: BigUint64Array.from(trainIds)},
        pulseIndex: {dims: ['pulse'], values: Int32Array.from(trains.flatMap(({places}) => places.map((_, i) => i)))},
      },
    });
  }

  #read(): readonly TrainPulses[] {
    return (this.#trains ??= this.#origin.kind === 'table' ? this.#readTable(this.#origin.key) : this.#readDecoder());
  }

  #readTable(key: string): readonly TrainPulses[] {
    const table = this.#run.get(this.source, key);
    return partsOfTrains(table).flatMap((part) => rowsOf(part).map(({trainId, row}) => ({trainId, places: pulsePlaces(row, this.sase)})));
  }

  #readDecoder(): readonly TrainPulses[] {
    const counts = rowsOf(this.#run.get(this.source, `sase${this.sase}.nPulses`));
    const ids = rowsOf(this.#run.get(this.source, `sase${this.sase}.pulseIds`));
    return counts.map(({trainId, row}, i) => ({trainId, places: Array.from(ids[i]?.row ?? [], Number).slice(0, Number(row[0]))}));
  }
}

/** A long run's tables do not fit into memory at once. */
const partsOfTrains = (table: KeyData): KeyData[] => {
  const bytes = 4 * table.shape.reduce((product, length) => product * length, 1);
  return [...table.splitTrains(Math.max(1, Math.ceil(bytes / mostBytesAtOnce)))];
};

function rowsOf(key: KeyData): {trainId: bigint; row: ArrayLike<number | bigint>}[] {
  const {data, shape}: NDArray = key.ndarray();
  const width = shape.slice(1).reduce((product, length) => product * length, 1);
  return Array.from(key.trainIdCoordinates(), (trainId, i) => ({trainId, row: (data as TypedArray).subarray(i * width, (i + 1) * width)}));
}

/**
 * The X-ray pulses of a run.
 *
 * @throws FirstlightError `no-pulse-pattern`, `several-pulse-patterns`, `unknown-sase`.
 * @example
 * const pulses = xrayPulses(run, {sase: 1}).pulseCounts(); // one number per train
 */
export const xrayPulses = (run: Run, options: XrayPulsesOptions = {}): XrayPulses => new XrayPulses(run, options);
