import {dirname, join} from 'node:path';
import {type RunId, sentenceOf} from '@firstlight/core';
import type {H5Group} from '@firstlight/hdf5';
import type {Connection} from '../database/connection.ts';
import {syncToDisk} from '../folder/durable.ts';
import {isDiskFull, isForbidden} from '../folder/errors.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {areas} from '../fragment/areas.ts';
import {type FragmentEntry, summaryOf} from '../fragment/read.ts';
import {storedKind} from '../fragment/stored-kind.ts';
import {keepData, keptDirectory, keptFile} from './kept-files.ts';
import {isRecorded, latestVersion, noticeRow} from './record.ts';

/** A version that is being replaced, or would be next. */
interface Current {
  readonly version: number;
  readonly isWhole: boolean;
}

/** Data that was kept, and of which version it is. */
export interface Kept {
  readonly name: string;
  readonly version: number;
  /** Below the directory of kept data. */
  readonly file: string;
}

/**
 * Keeps, during one merge of a run, what its fragments replace. It knows which version the run's file holds: the newest of the history, then that of each
 * fragment in turn. A fragment that the history has already (it is merged again after a crash) replaces nothing.
 */
export class Keeper {
  readonly #connection: Connection;
  readonly #directory: string;
  readonly #run: RunId;
  readonly #current = new Map<string, Current>();
  readonly #kept: Kept[] = [];
  readonly #problems: string[] = [];

  constructor(connection: Connection, paths: Pick<FolderPaths, 'privateDir'>, run: RunId) {
    this.#connection = connection;
    this.#directory = keptDirectory(paths);
    this.#run = run;
  }

  /** What was kept until now. */
  get kept(): readonly Kept[] {
    return this.#kept;
  }

  /** Why some data could not be kept, a sentence each. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** To be called before a variable of a fragment takes its place in the run's file. */
  beforeReplacing(file: H5Group, entry: FragmentEntry, fragment: string): void {
    const {name} = entry;
    if (isRecorded(this.#connection, fragment, name)) return;
    const current = this.#current.get(name) ?? this.#stored(file, name);
    if (!current.isWhole && holdsData(file, name)) this.#keep(file, name, current.version);
    this.#current.set(name, {version: current.version + 1, isWhole: entry.state !== 'ok' || entry.isWhole});
  }

  /** Brings the names of what was kept to the disk; to be called before the run's file is replaced. */
  finish(): void {
    const directories = new Set(this.#kept.map(({file}) => join(this.#directory, dirname(file))));
    for (const directory of directories) syncToDisk(directory);
  }

  #stored(file: H5Group, name: string): Current {
    const seen = (): ReturnType<typeof storedKind> => storedKind(file, name, summaryOf(file, name));
    noticeRow(this.#connection, this.#run, name, {seen});
    return latestVersion(this.#connection, this.#run, name) ?? {version: 0, isWhole: true};
  }

  #keep(file: H5Group, name: string, version: number): void {
    const kept = keptFile(this.#run, name, version);
    try {
      keepData(join(this.#directory, kept), file, name);
      this.#kept.push({name, version, file: kept});
    } catch (error) {
      if (isDiskFull(error) || isForbidden(error)) throw error; // Another try may overcome it.
      this.#problems.push(`The previous data of "${name}" of run ${this.#run.run} could not be kept: ${sentenceOf(error)}`);
    }
  }
}

const holdsData = (file: H5Group, name: string): boolean => file.has(name) || file.has(`${areas.preview}/${name}`);
