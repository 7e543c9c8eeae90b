import {copyFileSync, constants, existsSync, renameSync, rmSync, statSync} from 'node:fs';
import {basename, join} from 'node:path';
import {type RunId, runFileName} from '@firstlight/core';
import {type H5File, type H5Group, openFile} from '@firstlight/hdf5';
import {faultPoint} from '../fault-point.ts';
import {syncToDisk} from '../folder/durable.ts';
import {openToAll} from '../folder/modes.ts';
import {areas, copyVariable, ownGroup, removeVariable, variablesIn} from '../fragment/areas.ts';
import {GuardedFile} from '../fragment/guarded.ts';
import type {OwnerRule} from '../fragment/owners.ts';
import {type FragmentContents, type FragmentEntry, readFragment} from '../fragment/read.ts';
import type {Keeper} from '../history/keeper.ts';
import {DimensionNumbers} from '../netcdf/copy.ts';

/** A run's file is rewritten without its gaps when it is bigger than this and holds less than half of that in data. */
const smallestToCompact = 16 * 2 ** 20;

/** What a merge into a run's file asks before it takes a fragment, and before it replaces something. */
export interface Replacing {
  readonly owners: OwnerRule;
  /** Throws when the folder is another's by now. */
  readonly assertOwn: () => void;
  readonly keeper: Keeper;
}

/**
 * Puts fragments of a run, in the given order, into its file: a copy is changed, brought to the disk and renamed, so that readers and a crash see the old
 * file or the new one, never something between. Doing it again gives the same file.
 *
 * @returns what each fragment brings to the table. Throws `poisoned-fragment`, and `fragment-changed` when somebody wrote into one meanwhile.
 */
export function mergeIntoRunFile(
  extractedData: string,
  run: RunId,
  fragments: readonly string[],
  {owners, keeper, assertOwn}: Replacing,
): FragmentContents[] {
  const final = join(extractedData, runFileName(run));
  const beside = join(extractedData, `.${runFileName(run)}.merging`);
  rmSync(beside, {force: true});
  try {
    if (existsSync(final)) copyFileSync(final, beside, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    faultPoint('writer:after-copy');
    const contents = change(
      beside,
      fragments.map((name) => join(extractedData, name)),
      {owners, keeper},
    );
    compact(beside);
    openToAll(beside);
    syncToDisk(beside);
    keeper.finish();
    faultPoint('writer:before-rename');
    assertOwn();
    renameSync(beside, final);
    syncToDisk(extractedData);
    faultPoint('writer:after-rename');
    return contents;
  } catch (error) {
    rmSync(beside, {force: true});
    throw error;
  }
}

function change(path: string, fragments: readonly string[], {owners, keeper}: Omit<Replacing, 'assertOwn'>): FragmentContents[] {
  using target = openFile(path, existsSync(path) ? 'r+' : 'x', {locking: false}); // nobody else knows this file
  for (const area of Object.values(areas)) target.requireGroup(area)[Symbol.dispose]();
  const numbers = new DimensionNumbers(target);
  const contents = fragments.map((fragment) => {
    using source = GuardedFile.open(fragment, {owners});
    const content = readFragment(source.file);
    for (const entry of content.entries) if (keeper.takes(target, entry, basename(fragment))) take(target, source.file, entry, numbers);
    finish(target, content);
    source.assertUnchanged();
    return content;
  });
  return contents;
}

function take(target: H5File, source: H5File, {name, state}: FragmentEntry, numbers: DimensionNumbers): void {
  removeVariable(target, name);
  if (state !== 'none') copyVariable(source, target, name, numbers);
}

function finish(target: H5File, {provenance}: FragmentContents): void {
  if (!target.attributes.has('provenance')) target.attributes.set('provenance', provenance);
  // What is ours in a fragment is for whoever merges it; the official combiner may have left it here.
  if (target.has(ownGroup)) target.delete(ownGroup);
}

/** HDF5 does not give back the space of replaced values; when most of a big file is gaps, what is in use moves to a new one. */
function compact(path: string): void {
  const {size} = statSync(path);
  if (size < smallestToCompact) return;
  const fresh = `${path}.compact`;
  rmSync(fresh, {force: true});
  {
    using source = openFile(path, 'r', {locking: false});
    if (bytesInUse(source) * 2 > size) return;
    using target = openFile(fresh, 'x', {locking: false});
    for (const area of Object.values(areas)) target.createGroup(area)[Symbol.dispose]();
    const provenance = source.attributes.get('provenance');
    target.attributes.set('provenance', typeof provenance === 'string' ? provenance : '');
    const numbers = new DimensionNumbers(target);
    for (const name of variablesIn(source)) copyVariable(source, target, name, numbers);
  }
  renameSync(fresh, path);
}

function bytesInUse(group: H5Group): number {
  return group.keys().reduce((sum, name) => {
    const kind = group.kind(name);
    if (kind === 'dataset') {
      using dataset = group.dataset(name);
      return sum + dataset.bytes;
    }
    if (kind !== 'group') return sum;
    using inner = group.group(name);
    return sum + bytesInUse(inner);
  }, 0);
}
