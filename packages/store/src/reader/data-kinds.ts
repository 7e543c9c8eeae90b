import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {type RunId, runFileName} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import {pathsOf} from '../folder/layout.ts';
import {describeData, type ValueDescription} from './describe-value.ts';

/** What sort of thing one value of a run is. */
export interface DataKind extends Pick<ValueDescription, 'kind' | 'dtype'> {
  readonly name: string;
  /** Whether it is a single number, truth value or text. */
  readonly single: boolean;
}

const lockTimeoutMs = 5_000; // an official tool may be merging into the file

/** Tells what sort of things the merged values of a run are, opening its file once; what cannot be understood is left out. */
export function dataKinds(dir: string, run: RunId): DataKind[] {
  const path = join(pathsOf(dir).extractedData, runFileName(run));
  if (!existsSync(path)) return [];
  using file = openFile(path, 'r', {lockTimeoutMs});
  return file
    .keys()
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      try {
        const {kind, dtype, shape} = describeData(file, run, name);
        return [{name, kind, dtype, single: kind === 'text' || (kind === 'array' && shape?.length === 0)}];
      } catch {
        return []; // `verify` says what is wrong with it
      }
    });
}
