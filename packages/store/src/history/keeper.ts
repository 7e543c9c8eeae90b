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
import {isRowKnown, latestVersion, noticeRow, recordedOf} from './record.ts';

/** What is known of a variable while fragments take its place in the run's file, one after the other. */
interface Replacing {
  /** What the run's file held at first. */
  readonly seen: StoredKind;
  /** How many versions took its place already that the history does not have. */
  readonly added: number;
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
 * Keeps, during one merge of a run, what its fragments replace, and knows which of them were merged before: a crash may come between the commit and the removal.
 *
 * The database is asked for versions only where there is something to keep: each question outside of a transaction costs as much as storing a number.
 */
export class Keeper {
  readonly #connection: Connection;
  readonly #directory: string;
  readonly #run: RunId;
  readonly #recorded: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly #replacing = new Map<string, Replacing>();
  readonly #kept: Kept[] = [];
  readonly #problems: string[] = [];

  constructor(
    connection: Connection,
    paths: Pick<FolderPaths, 'privateDir'>,
    {run, fragments}: {run: RunId; fragments: readonly string[]},
  ) {
    const ask = connection.transaction(() => fragments.map((fragment) => [fragment, recordedOf(connection, fragment)] as const));
    this.#recorded = new Map(ask().filter(([, versions]) => versions.size > 0));
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

  /** Whether the history lacks the version that a fragment brings of a variable. */
  isNew(name: string, fragment: string): boolean {
    return this.#recorded.get(fragment)?.has(name) !== true;
  }

  /** To be called before a variable of a fragment takes its place in the run's file; false: something newer has it, which is to stay. */
  takes(file: H5Group, entry: FragmentEntry, fragment: string): boolean {
    const {name} = entry;
    if (!this.isNew(name, fragment)) return !this.#replacing.has(name) && this.#isNewest(name, fragment);
    const before = this.#replacing.get(name) ?? begin(file, name);
    const version = before.isWhole ? undefined : this.#versionToKeep(name, before);
    if (version !== undefined) this.#keep(file, name, version);
    this.#replacing.set(name, {...before, added: before.added + 1, isWhole: entry.state !== 'ok' || entry.isWhole});
    return true;
  }

  /** Brings the names of what was kept to the disk; to be called before the run's file is replaced. */
  finish(): void {
    const directories = new Set(this.#kept.map(({file}) => join(this.#directory, dirname(file))));
    for (const directory of directories) syncToDisk(directory);
  }

  // Then the run's file should have it; it is put there again in case that was lost meanwhile.
  #isNewest(name: string, fragment: string): boolean {
    const isKnown = isRowKnown(this.#connection, this.#run, name);
    const newest = latestVersion(this.#connection, this.#run, name);
    return newest?.version === this.#recorded.get(fragment)?.get(name) && isKnown === newest?.hasRow;
  }

  /**
   * The number of the version that the file holds: the newest of the history, and one more for each new fragment since. Undefined when there is nothing to
   * keep: when the newest version needs no data although there is some, that is the next version's (the file was replaced, but a crash came before the commit).
   */
  #versionToKeep(name: string, {seen, added}: Replacing): number | undefined {
    const ask = this.#connection.transaction(() => {
      noticeRow(this.#connection, this.#run, name, {seen: () => seen});
      return latestVersion(this.#connection, this.#run, name);
    });
    const newest = ask();
    if (added === 0 && (newest === undefined || newest.isWhole)) return undefined;
    return (newest?.version ?? 0) + added;
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
  return {seen, added: 0, isWhole: seen.isWhole};
}
