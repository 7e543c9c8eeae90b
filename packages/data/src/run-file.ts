import {FirstlightError} from '@firstlight/core';
import type {NDArray} from '@firstlight/core';
import type {H5File} from '@firstlight/hdf5';
import {openForReading} from './open-files.ts';

export type Section = 'CONTROL' | 'INSTRUMENT';

/** Where the rows of each train of a file begin, and how many there are; as long as the file's `trainIds`. */
export interface RowIndex {
  readonly first: Float64Array;
  readonly count: Float64Array;
}

/** One file of a run: what is in it, read once; its data is read when asked for. */
export interface RunFile {
  readonly path: string;
  readonly version: string;
  /** Without the zeros that fill the end. */
  readonly trainIds: BigUint64Array;
  readonly sources: ReadonlyMap<string, Section>;
}

/** Reads what is in a file. @throws FirstlightError `damaged-file` if it is no run file. */
export function readRunFile(path: string): RunFile {
  const file = openForReading(path);
  const version = versionOf(file);
  const list = version === '0.5' ? 'METADATA/dataSourceId' : 'METADATA/dataSources/dataSourceId';
  for (const needed of ['INDEX/trainId', list]) {
    if (!file.has(needed))
      throw new FirstlightError('damaged-file', `${path} has no ${needed}, so it is not a complete run file.`, {facts: {path}});
  }
  const trainIds = BigUint64Array.from(asBigInts(readAll(file, 'INDEX/trainId'))).filter((id) => id !== 0n);
  return {path, version, trainIds, sources: sourcesIn(readAll(file, list))};
}

const readAll = (file: H5File, path: string): NDArray => {
  using dataset = file.dataset(path);
  return dataset.read();
};

const asBigInts = ({data}: NDArray): bigint[] => Array.from(data as ArrayLike<number | bigint>, BigInt);
const asNumbers = ({data}: NDArray): Float64Array => Float64Array.from(data as ArrayLike<number | bigint>, Number);

/** The first version of the format had no number. */
function versionOf(file: H5File): string {
  if (!file.has('METADATA/dataFormatVersion')) return '0.5';
  return String(readAll(file, 'METADATA/dataFormatVersion').data[0]);
}

/** Reads entries like `CONTROL/DEVICE` and `INSTRUMENT/DEVICE:CHANNEL/GROUP`; whatever else is in the list is padding, or the time server of version 1.1. */
function sourcesIn({data}: NDArray): Map<string, Section> {
  const sources = new Map<string, Section>();
  for (const entry of data as readonly string[]) {
    const control = /^CONTROL\/(.+)$/s.exec(entry);
    const instrument = /^INSTRUMENT\/([^:]+:[^/]*)/.exec(entry);
    if (control) sources.set(control[1] as string, 'CONTROL');
    else if (instrument) sources.set(instrument[1] as string, 'INSTRUMENT');
  }
  return sources;
}

/** The rows of each train of a source; `group` is the first part of an instrument key, '' for control sources. */
export function readRowIndex({path, trainIds}: RunFile, source: string, group: string): RowIndex {
  const file = openForReading(path);
  const at = `INDEX/${source}${group === '' ? '' : `/${group}`}`;
  const column = (name: string) => asNumbers(readAll(file, `${at}/${name}`)).subarray(0, trainIds.length);
  const first = column('first');
  if (file.has(`${at}/count`)) return {first, count: column('count')};
  const [last, status] = [column('last'), column('status')]; // versions before 0.5
  return {first, count: first.map((start, i) => ((last[i] as number) - start + 1) * (status[i] as number))};
}

/** Time of each train in nanoseconds since 1970 (UTC), or undefined in versions before 1.0. */
export function readTimestamps({path, trainIds}: RunFile): BigUint64Array | undefined {
  const file = openForReading(path);
  if (!file.has('INDEX/timestamp')) return undefined;
  return BigUint64Array.from(asBigInts(readAll(file, 'INDEX/timestamp'))).subarray(0, trainIds.length);
}
