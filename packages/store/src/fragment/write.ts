import {randomInt} from 'node:crypto';
import {existsSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {FirstlightError, isVariableName, type Origin, type RunId, unfinishedFragment} from '@firstlight/core';
import {type H5Group, openFile} from '@firstlight/hdf5';
import {faultPoint} from '../fault-point.ts';
import {renameIntoPlace} from '../folder/durable.ts';
import {explaining} from '../folder/errors.ts';
import {openToAll} from '../folder/modes.ts';
import type {FragmentResult} from '../value/model.ts';
import {areas, noneAttribute, ownGroup} from './areas.ts';
import {originsName} from './read-origins.ts';
import {storeOutcome} from './store-value.ts';

/** What a fragment says beside its values. */
export interface WriteFragmentOptions {
  /** Who produced the values; `context.py` for a context's, whatever its language. */
  readonly provenance?: string;
  /** What the values were made of, by name. */
  readonly origins?: Readonly<Record<string, Origin>> | undefined;
  /** Told the fragment's file name just before the complete file gets it. */
  readonly aboutTo?: (fileName: string) => void;
}

/**
 * Leaves results of a run in `extracted_data/` as a fragment: one file that the folder's writer merges. When this returns, it is complete and on the disk.
 *
 * Throws `value-not-storable` (a value that no file can hold), `bad-name`, `disk-full` or `no-permission`, and then leaves nothing behind.
 *
 * @returns the fragment's file name.
 * @example
 * writeFragment(folder.extractedData, {proposal: 1234, run: 7}, [{name: 'energy', outcome: {state: 'ok', cell: {data: 9.3, units: 'keV'}}}]);
 */
export function writeFragment(
  extractedData: string,
  run: RunId,
  results: readonly FragmentResult[],
  {provenance = 'context.py', origins, aboutTo}: WriteFragmentOptions = {},
): string {
  for (const {name} of results) checkName(name);
  const {writing, ready, fileName} = freeName(extractedData, run);
  try {
    explaining(extractedData, () => {
      {
        using file = openFile(writing, 'x', {locking: false});
        fill(file, results, {provenance, origins});
      }
      openToAll(writing);
      aboutTo?.(fileName);
      faultPoint('fragment:before-rename');
      renameIntoPlace(writing, ready);
      faultPoint('fragment:after-rename');
    });
  } catch (error) {
    rmSync(writing, {force: true});
    throw error;
  }
  return fileName;
}

function checkName(name: string): void {
  if (isVariableName(name)) return;
  throw new FirstlightError(
    'bad-name',
    `"${name}" cannot be the name of a variable: it must be made of letters, digits and underscores (and dots between groups).`,
  );
}

function fill(file: H5Group, results: readonly FragmentResult[], {provenance, origins}: WriteFragmentOptions & {provenance: string}): void {
  file.attributes.set('provenance', provenance);
  for (const area of Object.values(areas)) file.createGroup(area)[Symbol.dispose]();
  for (const {name, outcome} of results) if (outcome.state !== 'none') storeOutcome(file, name, outcome);
  const none = results.filter(({outcome}) => outcome.state === 'none').map(({name}) => name);
  if (none.length === 0 && !origins) return;
  using own = file.createGroup(ownGroup);
  if (none.length > 0) own.attributes.set(noneAttribute, {dtype: 'string', shape: [none.length], data: none});
  if (origins) own.createDataset(originsName, JSON.stringify(origins))[Symbol.dispose]();
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789_';

function freeName(directory: string, {proposal, run}: RunId): {writing: string; ready: string; fileName: string} {
  const random = Array.from({length: 8}, () => letters[randomInt(letters.length)]).join('');
  const stem = `p${proposal}_r${run}.${random}`;
  const fileName = `${stem}.ready.h5`;
  const ready = join(directory, fileName);
  if (existsSync(ready)) return freeName(directory, {proposal, run});
  return {ready, writing: join(directory, unfinishedFragment(fileName)), fileName};
}
