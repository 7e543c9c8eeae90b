import {statSync} from 'node:fs';
import {basename} from 'node:path';
import {readTimestamps} from './run-file.ts';
import type {RunFile} from './run-file.ts';

/** Time of each train in nanoseconds since 1970, from the first file that knows it; 0 where none does. */
export function timestampsOf(files: readonly RunFile[], trainIds: BigUint64Array): BigUint64Array {
  const missing = new Map(Array.from(trainIds, (id, i) => [id, i]));
  const times = new BigUint64Array(trainIds.length);
  for (const file of files) {
    if (missing.size === 0) break;
    const stamps = file.trainIds.some((id) => missing.has(id)) ? readTimestamps(file) : undefined;
    if (!stamps) continue;
    for (const [i, id] of file.trainIds.entries()) {
      const at = missing.get(id);
      if (at === undefined) continue;
      times[at] = stamps[i] ?? 0n;
      missing.delete(id);
    }
  }
  return times;
}

/** Seconds since 1970: the first train's time, or when the first raw file (else the first file) was last changed, or now for a run without files. */
export function startTimeOf(files: readonly RunFile[], trainIds: BigUint64Array, now = Date.now()): number {
  const [first] = timestampsOf(files, trainIds.subarray(0, 1));
  if (first) return Number(first / 1000n) / 1e6;
  const file = files.find(({path}) => basename(path).startsWith('RAW')) ?? files[0];
  return (file ? statSync(file.path).mtimeMs : now) / 1000;
}
