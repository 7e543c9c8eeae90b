import {type BigIntStats, closeSync, fstatSync, openSync, readdirSync, rmSync, statSync} from 'node:fs';
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
  /** Where a file with only some variables may be put; the caller removes it. */
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
    const opened = OpenedFile.open(path);
    const isFree = !options.fragments.has(run);
    options.copyRows();
    const isSettled = isFree && markOf(path) === opened?.mark;
    if (isSettled || attempt === tries) return copyOf(opened, {...options, isSettled});
    opened?.[Symbol.dispose]();
    await after(waitMs);
  }
}

/** A run's file, open twice: to read its bytes, whatever takes its place, and so that DAMNIT's own writer, which writes into it, stays away. */
class OpenedFile implements Disposable {
  readonly descriptor: number;
  readonly mark: string;
  readonly content: H5File;

  private constructor(descriptor: number, content: H5File) {
    this.descriptor = descriptor;
    this.mark = markIn(fstatSync(descriptor, {bigint: true}));
    this.content = content;
  }

  static open(path: string): OpenedFile | undefined {
    if (markOf(path) === undefined) return undefined;
    const descriptor = openSync(path, 'r');
    try {
      return new OpenedFile(descriptor, openFile(path, 'r', {lockTimeoutMs}));
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.content[Symbol.dispose]();
    closeSync(this.descriptor);
  }
}

function copyOf(file: OpenedFile | undefined, {names, workDir, isSettled}: RunCopyOptions & {isSettled: boolean}): RunCopy {
  if (file === undefined) return {descriptor: undefined, isSettled, [Symbol.dispose]: () => {}};
  if (names === undefined) return {descriptor: file.descriptor, isSettled, [Symbol.dispose]: () => file[Symbol.dispose]()};
  using all = file;
  const part = join(workDir, 'part.h5');
  rmSync(part, {force: true});
  copyPart(all.content, part, names);
  const descriptor = openSync(part, 'r');
  return {descriptor, isSettled, [Symbol.dispose]: () => closeSync(descriptor)};
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
  return stats && markIn(stats);
}

const markIn = ({ino, size, mtimeNs}: BigIntStats): string => `${ino}:${size}:${mtimeNs}`;

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
