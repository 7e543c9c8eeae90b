import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {FirstlightError, type NDArray, runFileName} from '@firstlight/core';
import {type H5File, openFile} from '@firstlight/hdf5';
import type {Connection} from '../database/connection.ts';
import {pathsOf} from '../folder/layout.ts';
import {areas, variablesIn} from '../fragment/areas.ts';
import {storeOutcome} from '../fragment/store-value.ts';
import {type OpenValue, openRunFile} from '../reader/read-value.ts';
import {scalarArray} from '../value/storable.ts';
import {keptDirectory, keptFile} from './kept-files.ts';
import {type HistoryEntry, readHistory} from './read-history.ts';
import {type VersionPlace, versionIn} from './version-place.ts';

const lockTimeoutMs = 5_000; // an official tool may be merging into the file

/** What opens the data of a version; undefined: of the newest value, also when it waits to be merged. */
export const opener = (connection: Connection, version: number | undefined): OpenValue =>
  version === undefined ? openRunFile : (dir, run, name) => openVersion(connection, dir, {run, name, version});

/**
 * Opens a file that has all that is left of a version, laid out like a run's: what was kept, the run's file, or one in memory when the summary tells all.
 *
 * Throws `no-version` when there is none with this number; `no-value` when it has no data, or its data was not kept.
 */
function openVersion(connection: Connection, dir: string, place: VersionPlace): H5File {
  const {run, name, version} = place;
  const entry = versionIn(readHistory(connection, run, name), place);
  const paths = pathsOf(dir);
  // First what is kept: in the middle of a merge the run's file has the next version already.
  const kept = openWith(name, join(keptDirectory(paths), keptFile(run, name, version)));
  const file = kept ?? (entry.isCurrent ? openWith(name, join(paths.extractedData, runFileName(run))) : undefined) ?? fileOfSummary(entry);
  if (file) return file;
  const sentence = `${whatIsMissing(entry)} Its summary and origin are in \`firstlight history ${run.run} ${name}\`.`;
  throw new FirstlightError('no-value', sentence, {facts: {...run, name, version}});
}

/** Opens a file that has something of a variable. */
function openWith(name: string, path: string): H5File | undefined {
  if (!existsSync(path)) return undefined;
  const file = openFile(path, 'r', {lockTimeoutMs});
  if (variablesIn(file).includes(name) && !file.has(`${areas.errors}/${name}`)) return file;
  file[Symbol.dispose]();
  return undefined;
}

/** A value whose summary tells all of it, in a file in memory. */
function fileOfSummary(entry: HistoryEntry): H5File | undefined {
  const data = dataOfSummary(entry);
  if (data === undefined) return undefined;
  const file = openFile('summary.h5', 'x', {inMemory: true, locking: false});
  for (const area of Object.values(areas)) file.createGroup(area)[Symbol.dispose]();
  storeOutcome(file, entry.name, {state: 'ok', cell: {data}});
  return file;
}

function dataOfSummary({state, summary, kind, hasData}: HistoryEntry): string | NDArray | undefined {
  if (state !== 'ok' || !hasData || kind === null || !scalarKind.test(kind)) return undefined;
  if (typeof summary === 'string') return summary;
  if (typeof summary === 'number' || typeof summary === 'bigint' || typeof summary === 'boolean') return asKind(summary, kind);
  if (summary === null || !('re' in summary)) return undefined;
  return kind === 'complex64' ? {dtype: kind, shape: [], data: Float32Array.of(summary.re, summary.im)} : scalarArray(summary);
}

const scalarKind = /^(text|bool|(u?int|float|complex)\d+)$/; // not `float64 (3, 4)`, `DataArray`: then the summary is something else

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

function whatIsMissing({run, name, version, state, kind, hasData}: HistoryEntry): string {
  const what = `ersion ${version} of "${name}" for run ${run}`;
  if (state !== 'ok') return `V${what} has no data: it was ${state}.`;
  if (hasData) return `V${what} has no data: only its summary was stored.`;
  return `The data of v${what}${kind === null ? '' : ` (${kind})`} is not kept any more.`;
}
