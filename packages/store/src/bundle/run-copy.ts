import {closeSync, openSync, readdirSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as after} from 'node:timers/promises';
import {type RunId, runFileName, runOfFragment} from '@firstlight/core';
import {type H5File, openFile} from '@firstlight/hdf5';
import {areas, copyVariable, variablesIn} from '../fragment/areas.ts';
import {DimensionNumbers} from '../netcdf/copy.ts';

/** A run's file, open and not changing any more, or none. */
export interface RunCopy extends Disposable {
  readonly descriptor: number | undefined;
  /** False when the run was being written all the time: then its rows may be older than its data. */
  readonly isSettled: boolean;
}

export interface RunCopyOptions {
  readonly extractedData: string;
  readonly fragments: Fragments;
  /** Where a file with only some variables may be put; it is removed. */
  readonly workDir: string;
  /** The variables to copy; without, the file as it is. */
  readonly names: ReadonlySet<string> | undefined;
  /** Copies the run's rows; done again when somebody wrote meanwhile. */
  readonly copyRows: () => void;
}

const lockTimeoutMs = 5000;
const tries = 20;
const waitMs = 100;

/**
 * Takes a run's rows and data as they belong together, while others may be writing: a writer puts the new file in place, then changes the table, and only then removes
 * the fragments. So the two belong together when the file is the same before and after the rows are read, and no fragment of the run lies there.
 */
export async function takeRun(run: RunId, options: RunCopyOptions): Promise<RunCopy> {
  const path = join(options.extractedData, runFileName(run));
  for (let attempt = 1; ; attempt++) {
    const before = markOf(path);
    const file = before === undefined ? undefined : openFile(path, 'r', {lockTimeoutMs}); // keeps DAMNIT's own writer out
    const isFree = !options.fragments.has(run);
    options.copyRows();
    const isSettled = isFree && markOf(path) === before;
    if (isSettled || attempt === tries) return copyOf(file, path, {...options, isSettled});
    file?.[Symbol.dispose]();
    await after(waitMs);
  }
}

function copyOf(file: H5File | undefined, path: string, {names, workDir, isSettled}: RunCopyOptions & {isSettled: boolean}): RunCopy {
  if (file === undefined) return {descriptor: undefined, isSettled, [Symbol.dispose]: () => {}};
  if (names === undefined) return opened(path, isSettled, () => file[Symbol.dispose]());
  const part = join(workDir, 'part.h5');
  rmSync(part, {force: true});
  try {
    copyPart(file, part, names);
  } finally {
    file[Symbol.dispose]();
  }
  return opened(part, isSettled, () => rmSync(part, {force: true}));
}

function opened(path: string, isSettled: boolean, release: () => void): RunCopy {
  const descriptor = openSync(path, 'r');
  return {
    descriptor,
    isSettled,
    [Symbol.dispose]: () => {
      closeSync(descriptor);
      release();
    },
  };
}

/** Copies some variables into a new file of a run. */
function copyPart(from: H5File, path: string, names: ReadonlySet<string>): void {
  using target = openFile(path, 'x', {locking: false});
  const provenance = from.attributes.get('provenance');
  if (typeof provenance === 'string') target.attributes.set('provenance', provenance);
  for (const area of Object.values(areas)) target.createGroup(area)[Symbol.dispose]();
  const numbers = new DimensionNumbers(target);
  for (const name of variablesIn(from)) if (names.has(name) || name === 'start_time') copyVariable(from, target, name, numbers);
}

function markOf(path: string): string | undefined {
  const stats = statSync(path, {bigint: true, throwIfNoEntry: false});
  return stats && `${stats.ino}:${stats.size}:${stats.mtimeNs}`;
}

/** The fragments in a directory by run; listed again only when a file came or went, because there may be thousands of runs. */
export class Fragments {
  readonly #directory: string;
  #mark: bigint | undefined;
  #runs: ReadonlySet<string> = new Set();

  constructor(directory: string) {
    this.#directory = directory;
  }

  has({proposal, run}: RunId): boolean {
    const mark = statSync(this.#directory, {bigint: true, throwIfNoEntry: false})?.mtimeNs;
    if (mark === undefined) return false; // a folder without any data
    const isRecent = BigInt(Date.now()) * 1_000_000n - mark < clockStepNs; // another file may come in the same tick of the file system's clock
    if (mark !== this.#mark || isRecent) this.#runs = new Set(readdirSync(this.#directory).flatMap(runIn));
    this.#mark = mark;
    return this.#runs.has(`${proposal}:${run}`);
  }
}

const clockStepNs = 2_000_000_000n;

function runIn(name: string): string[] {
  const of = runOfFragment(name);
  return of ? [`${of.proposal}:${of.run}`] : [];
}
