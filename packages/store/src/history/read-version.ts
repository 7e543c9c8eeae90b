import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {FirstlightError, type NDArray, type RunId, runFileName} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import type {Connection} from '../database/connection.ts';
import {pathsOf} from '../folder/layout.ts';
import {type ReadValue, type Slice, valueIn} from '../reader/read-value.ts';
import {scalarArray} from '../value/storable.ts';
import {keptDirectory, keptFile} from './kept-files.ts';
import {type HistoryEntry, readHistory} from './read-history.ts';

const lockTimeoutMs = 5_000; // an official tool may be merging into the file

/** Which version of which value, and which part of it. */
export interface VersionPlace {
  readonly run: RunId;
  readonly name: string;
  readonly version: number;
  readonly slice?: Slice | undefined;
}

/**
 * Reads the data of a version of a value, as `readData` reads that of the newest.
 *
 * @throws FirstlightError `no-version` when there is none with this number; `no-value` when it has no data, or its data was not kept.
 */
export function readVersion(connection: Connection, dir: string, {run, name, version, slice}: VersionPlace): ReadValue {
  const history = readHistory(connection, run, name);
  const entry = history.find((one) => one.version === version);
  if (!entry) throw noVersion(run, name, version, history);
  const paths = pathsOf(dir);
  // First what is kept: in the middle of a merge the run's file has the next version already.
  const kept = valueAt(join(keptDirectory(paths), keptFile(run, name, version)), name, slice);
  const value =
    kept ?? (entry.isCurrent ? valueAt(join(paths.extractedData, runFileName(run)), name, slice) : undefined) ?? valueOfSummary(entry);
  if (value) return value;
  throw new FirstlightError(
    'no-value',
    `${whatIsMissing(entry)} Its summary and origin are in \`firstlight history ${run.run} ${name}\`.`,
    {
      facts: {...run, name, version},
    },
  );
}

function valueAt(path: string, name: string, slice: Slice | undefined): ReadValue | undefined {
  if (!existsSync(path)) return undefined;
  using file = openFile(path, 'r', {lockTimeoutMs});
  return valueIn(file, name, slice);
}

/** The data of a value whose summary tells all of it. */
function valueOfSummary({state, summary, kind, hasData}: HistoryEntry): ReadValue | undefined {
  if (state !== 'ok' || !hasData || kind === null) return undefined;
  if (typeof summary === 'string') return {kind: 'text', text: summary};
  const isNumber = typeof summary === 'number' || typeof summary === 'bigint' || typeof summary === 'boolean';
  if (!isNumber && (summary === null || !('re' in summary))) return undefined;
  return {kind: 'array', array: asKind(summary as number | bigint | boolean, kind), fullShape: []};
}

const makers: Readonly<Record<string, (value: number) => NDArray['data']>> = {
  float64: (value) => Float64Array.of(value),
  float32: (value) => Float32Array.of(value),
  float16: (value) => Float16Array.of(value),
  int8: (value) => Int8Array.of(value),
  int16: (value) => Int16Array.of(value),
  int32: (value) => Int32Array.of(value),
  uint8: (value) => Uint8Array.of(value),
  uint16: (value) => Uint16Array.of(value),
  uint32: (value) => Uint32Array.of(value),
  bool: (value) => Uint8Array.of(value),
};

function asKind(value: number | bigint | boolean, kind: string): NDArray {
  if (kind === 'int64') return {dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(value))};
  const make = makers[kind];
  return make ? {dtype: kind as NDArray['dtype'], shape: [], data: make(Number(value))} : scalarArray(value);
}

function noVersion({proposal, run}: RunId, name: string, version: number, history: readonly HistoryEntry[]): FirstlightError {
  const [newest] = history;
  const known = newest ? `it has versions 1 to ${newest.version}` : 'it has none';
  return new FirstlightError(
    'no-version',
    `There is no version ${version} of "${name}" for run ${run} of proposal ${proposal}; ${known}.`,
    {
      facts: {proposal, run, name, version},
    },
  );
}

function whatIsMissing({run, name, version, state, kind}: HistoryEntry): string {
  const what = `Version ${version} of "${name}" for run ${run}`;
  if (state !== 'ok') return `${what} has no data: it was ${state === 'none' ? 'none' : state}.`;
  return `The data of version ${version} of "${name}" for run ${run}${kind === null ? '' : ` (${kind})`} is not kept any more.`;
}
