import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {type RunId, runFileName} from '@firstlight/core';
import {type H5File, openFile} from '@firstlight/hdf5';
import type {Connection} from '../database/connection.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {summaryOf} from '../fragment/read.ts';
import {type StoredKind, storedKind} from '../fragment/stored-kind.ts';
import {noticeRow} from './record.ts';

/** Values of one run. */
export interface NamedCells {
  readonly run: RunId;
  readonly names: readonly string[];
}

type Paths = Pick<FolderPaths, 'extractedData'>;

/** Makes versions of the rows of some values that another program has stored or deleted; gives how many. */
export function noticeCells(connection: Connection, paths: Paths, cells: readonly NamedCells[]): number {
  let noticed = 0;
  const write = connection.transaction(() => {
    for (const {run, names} of cells) {
      using file = new RunFileIfAny(paths, run);
      for (const name of names) if (noticeRow(connection, run, name, {seen: () => file.kindOf(name)})) noticed += 1;
    }
  });
  write.immediate();
  return noticed;
}

const rowsAtOnce = 20_000; // a fraction of a second, in which nothing is merged

const changedRows = `
SELECT rows.rowid, rows.proposal, rows.run, rows.name,
  (SELECT fl_history.has_row AND fl_history.timestamp IS rows.timestamp AND fl_history.value IS rows.value FROM fl_history
   WHERE fl_history.proposal = rows.proposal AND fl_history.run = rows.run AND fl_history.name = rows.name ORDER BY fl_history.version DESC LIMIT 1) AS is_known
FROM run_variables AS rows WHERE rows.rowid > ? ORDER BY rows.rowid LIMIT ?`;

/**
 * Makes versions of the next rows that another program has changed since they were in the history, while nobody watched. Rows that never were in it stay
 * out: they are shown as the first version of their value, and written down when they are replaced.
 *
 * @param after where the previous call ended; 0 at the beginning.
 * @returns where this call ended; null when there are no more.
 */
export function noticeNextRows(connection: Connection, paths: Paths, after: number): number | null {
  const rows = connection
    .prepare<[number, number], {rowid: number; proposal: number; run: number; name: string; is_known: number | null}>(changedRows)
    .all(after, rowsAtOnce);
  const changed = rows.filter(({is_known: isKnown}) => isKnown === 0);
  const runs = Map.groupBy(changed, ({proposal, run}) => `${proposal}:${run}`);
  const cells = [...runs.values()].map((ofRun) => ({run: ofRun[0] as RunId, names: ofRun.map(({name}) => name)}));
  if (cells.length > 0) noticeCells(connection, paths, cells);
  return rows.length < rowsAtOnce ? null : (rows.at(-1)?.rowid ?? null);
}

const unknown: StoredKind = {kind: null, isWhole: false};

/** A run's file, opened when someone asks for the first time. Another program may be writing it: then nothing is known of what is in it. */
class RunFileIfAny implements Disposable {
  readonly #path: string;
  #file: H5File | null | undefined;

  constructor({extractedData}: Paths, run: RunId) {
    this.#path = join(extractedData, runFileName(run));
  }

  kindOf(name: string): StoredKind {
    try {
      this.#file ??= existsSync(this.#path) ? openFile(this.#path, 'r') : null;
      return this.#file ? storedKind(this.#file, name, summaryOf(this.#file, name)) : unknown;
    } catch {
      return unknown;
    }
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
  }
}
