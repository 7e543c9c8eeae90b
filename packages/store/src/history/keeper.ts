import {dirname, join} from 'node:path';
import {type RunId, sentenceOf} from '@firstlight/core';
import type {H5Group} from '@firstlight/hdf5';
import type {Connection} from '../database/connection.ts';
import {syncToDisk} from '../folder/durable.ts';
import {isDiskFull, isForbidden} from '../folder/errors.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {areas} from '../fragment/areas.ts';
import {type FragmentEntry, summaryOf} from '../fragment/read.ts';
import {type StoredKind, storedKind} from '../fragment/stored-kind.ts';
import {keepData, keptDirectory, keptFile} from './kept-files.ts';
import {isRecorded, latestVersion, noticeRow} from './record.ts';

/** What is known of a variable while fragments take its place in the run's file, one after the other. */
interface Replacing {
  /** What the run's file held at first. */
  readonly seen: StoredKind;
  /** Those that took its place already. */
  readonly fragments: readonly string[];
  /** Whether a summary tells all that the file holds now. */
  readonly isWhole: boolean;
}

/** Data that was kept, and of which version it is. */
export interface Kept {
  readonly name: string;
  readonly version: number;
  /** Below the directory of kept data. */
  readonly file: string;
}

const nothing: StoredKind = {kind: null, isWhole: true};

/**
 * Keeps, during one merge of a run, what its fragments replace. The database is asked only where there is something to keep: each question outside of a
 * transaction costs as much as storing a number.
 */
export class Keeper {
  readonly #connection: Connection;
  readonly #directory: string;
  readonly #run: RunId;
  readonly #replacing = new Map<string, Replacing>();
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

  /** What the run's file held of a variable before anything took its place. */
  seen(name: string): StoredKind {
    return this.#replacing.get(name)?.seen ?? nothing;
  }

  /** To be called before a variable of a fragment takes its place in the run's file. */
  beforeReplacing(file: H5Group, entry: FragmentEntry, fragment: string): void {
    const {name} = entry;
    const before = this.#replacing.get(name) ?? begin(file, name);
    const version = before.isWhole ? undefined : this.#versionToKeep(name, before, fragment);
    if (version !== undefined) this.#keep(file, name, version);
    this.#replacing.set(name, {...before, fragments: [...before.fragments, fragment], isWhole: entry.state !== 'ok' || entry.isWhole});
  }

  /** Brings the names of what was kept to the disk; to be called before the run's file is replaced. */
  finish(): void {
    const directories = new Set(this.#kept.map(({file}) => join(this.#directory, dirname(file))));
    for (const directory of directories) syncToDisk(directory);
  }

  /**
   * The number of the version that the file holds: the newest of the history, and one more for each new fragment since. Undefined when there is nothing to
   * keep: a fragment that the history has already (it is merged again after a crash) replaces nothing, and when the newest version needs no data although
   * there is some, that is the next version's (the file was replaced, but the crash came before the commit).
   */
  #versionToKeep(name: string, {seen, fragments}: Replacing, fragment: string): number | undefined {
    const ask = this.#connection.transaction(() => {
      if (isRecorded(this.#connection, fragment, name)) return undefined;
      noticeRow(this.#connection, this.#run, name, {seen: () => seen});
      const newest = latestVersion(this.#connection, this.#run, name);
      const added = fragments.filter((one) => !isRecorded(this.#connection, one, name)).length;
      if (added === 0 && (newest === undefined || newest.isWhole)) return undefined;
      return (newest?.version ?? 0) + added;
    });
    return ask();
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

function begin(file: H5Group, name: string): Replacing {
  const holdsData = file.has(name) || file.has(`${areas.preview}/${name}`);
  const seen = holdsData ? storedKind(file, name, summaryOf(file, name)) : nothing;
  return {seen, fragments: [], isWhole: seen.isWhole};
}
