import {readdirSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import type {RunId, VariableInfo} from '@firstlight/core';
import {type Connection, openToWrite} from '../database/connection.ts';
import {ensureRun} from '../database/runs.ts';
import {settingText} from '../database/settings.ts';
import {updateVariables} from '../database/variables.ts';
import {makeDirectory} from '../folder/durable.ts';
import {explaining} from '../folder/errors.ts';
import {type NamedCells, noticeCells, noticeNextRows} from '../history/notice.ts';
import {bytesOfRuns, keepingPolicy, pruneKept, removeStrays} from '../history/prune.ts';
import {type RememberedContext, rememberContext, rememberRunFiles, type RunFile} from '../history/remember.ts';
import {deleteFromDatabase, orderDeletion} from '../edits/delete-variable.ts';
import {type Edit, makeEdit} from '../edits/edit.ts';
import type {TimeComment} from '../edits/time-comments.ts';
import {openFolder} from '../folder/open.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {Attempts} from '../merge/attempts.ts';
import {mergeFragments} from '../merge/merge.ts';
import {Ledger, type MergeReport} from '../merge/report.ts';
import {ownerRule} from '../fragment/owners.ts';
import {writeFragment} from '../fragment/write.ts';
import {DatabaseMark, type ForeignHand} from './database-mark.ts';
import {FolderLock} from './lock.ts';

const measureRunsEveryMs = 600_000; // it takes the longer the more runs there are
const abandonedAfterMs = 3_600_000;

/** The one that writes in a folder: holds its lock, its database and its run files. Every call blocks; in a server it lives in a process of its own. */
export class FolderWriter implements Disposable {
  readonly #paths: FolderPaths;
  readonly #lock: FolderLock;
  readonly #mark: DatabaseMark;
  readonly #connection: Connection;
  readonly #ledger = new Ledger();
  readonly #attempts: Attempts;
  #bytesOfRuns = 0;
  #runsMeasuredAt: number | undefined;

  private constructor(paths: FolderPaths, lock: FolderLock, mark: DatabaseMark) {
    this.#paths = paths;
    this.#lock = lock;
    this.#mark = mark;
    this.#connection = mark.around(() => openToWrite(paths.database));
    this.#attempts = new Attempts(paths.privateDir);
  }

  /** Takes a folder. Throws `folder-owned`, `newer-folder`, `no-permission`, `disk-full`, or what `openFolder` throws. */
  static open(dir: string): FolderWriter {
    const folder = openFolder(dir);
    if (folder.readOnly) throw folder.readOnly;
    const lock = FolderLock.take(folder);
    try {
      return explaining(folder.dir, () => {
        makeDirectory(folder.extractedData); // folders of long ago may lack it
        removeAbandoned(folder);
        const mark = new DatabaseMark(folder);
        try {
          return new FolderWriter(folder, lock, mark);
        } catch (error) {
          mark[Symbol.dispose]();
          throw error;
        }
      });
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  /** Whether another process was found to have taken the folder, or it is not there any more: then this writer is of no use any more. */
  get isLost(): boolean {
    return this.#lock.isLost || !this.#mark.isInPlace;
  }

  /** Tells other programs where the server of this folder is; null: nowhere. */
  announceAddress(address: string | null): void {
    explaining(this.#paths.dir, () => this.#lock.announce(address));
  }

  /** Brings names, titles, descriptions, tags and units up to what the context declares. */
  updateVariables(variables: readonly VariableInfo[]): void {
    this.#changing(() =>
      updateVariables(
        this.#connection,
        variables.filter(({transient}) => !transient),
      ),
    );
  }

  /** Gives a run its row, so that it is known before it has values. */
  ensureRun(run: RunId, addedAt: number): void {
    this.#changing(() => ensureRun(this.#connection, run, {addedAt}));
  }

  /** Makes a change by hand; see `makeEdit`. Throws what is wrong with it. */
  edit(edit: Edit, author: string | null): TimeComment | undefined {
    return this.#changing(() => makeEdit(this.#connection, edit, {author, at: Date.now() / 1000}, () => this.#lock.assertOwn()));
  }

  /** First half of deleting a variable: see `orderDeletion`. */
  orderDeletion(name: string): RunId[] {
    return this.#changing(() => orderDeletion(this.#connection, this.#paths, name));
  }

  /** Second half, once that is merged: see `deleteFromDatabase`. */
  deleteFromDatabase(name: string, author: string | null): void {
    this.#changing(() => deleteFromDatabase(this.#connection, name, {author, at: Date.now() / 1000}));
  }

  /** Merges complete fragments, the named ones or all; see `mergeFragments`. */
  merge(names?: readonly string[]): MergeReport {
    return this.#changing(() =>
      mergeFragments(
        {
          paths: this.#paths,
          connection: this.#connection,
          ledger: this.#ledger,
          attempts: this.#attempts,
          owners: ownerRule(this.#paths.dir, settingText(this.#connection, 'fl_fragment_owners')),
          now: () => Date.now() / 1000,
          assertOwn: () => this.#lock.assertOwn(),
        },
        names,
      ),
    );
  }

  /** Removes kept data of older versions beyond the policy, a part of it; gives whether there is more to remove. */
  pruneKept(): boolean {
    return this.#changing(() => {
      if (this.#runsMeasuredAt === undefined) removeStrays(this.#connection, this.#paths);
      if (performance.now() - (this.#runsMeasuredAt ?? -Infinity) > measureRunsEveryMs) {
        this.#bytesOfRuns = bytesOfRuns(this.#paths);
        this.#runsMeasuredAt = performance.now();
      }
      return pruneKept(this.#connection, this.#paths, {policy: keepingPolicy(this.#connection), bytesOfRuns: this.#bytesOfRuns});
    });
  }

  /** Makes versions of values that another program has stored or deleted; see `noticeCells`. */
  noticeCells(cells: readonly NamedCells[]): number {
    return this.#changing(() => noticeCells(this.#connection, this.#paths, cells));
  }

  /** Makes versions of what another program has changed while nobody watched; see `noticeNextRows`. */
  noticeNextRows(after: number): number | null {
    return this.#changing(() => noticeNextRows(this.#connection, this.#paths, after));
  }

  /** Remembers what the identities in origins stand for; see `rememberContext`. */
  rememberContext(described: RememberedContext): void {
    this.#changing(() => rememberContext(this.#connection, described, Date.now() / 1000));
  }

  /** Remembers the files that the identity of a run's data stands for. */
  rememberRunFiles(identity: string, files: readonly RunFile[]): void {
    this.#changing(() => rememberRunFiles(this.#connection, identity, files));
  }

  /** Leaves a fragment that says why variables of a run have no value; gives its file name. Throws what `writeFragment` throws. */
  writeFailures(run: RunId, names: readonly string[], failure: {readonly errorClass: string; readonly message: string}): string {
    const results = names.map((name) => ({name, outcome: {state: 'failed' as const, ...failure}}));
    return writeFragment(this.#paths.extractedData, run, results);
  }

  /** Whether someone else changed the database between our last change of it and this `open`. */
  get foreignHand(): ForeignHand {
    return this.#mark.foreignHand;
  }

  /** A number that changes when another program, not this writer, has changed the database. */
  foreignChanges(): number {
    this.#lock.assertOwn(); // asked every few seconds, so a folder that is lost is noticed also when nothing is written
    return Number(this.#connection.pragma('data_version', {simple: true}));
  }

  [Symbol.dispose](): void {
    this.#connection.close();
    this.#mark[Symbol.dispose]();
    this.#lock[Symbol.dispose]();
  }

  #changing<T>(change: () => T): T {
    this.#lock.assertOwn();
    return explaining(this.#paths.dir, () => this.#mark.around(change));
  }
}

/** Removes what a killed process left half-written: nobody will ever finish it. */
function removeAbandoned({extractedData}: FolderPaths): void {
  for (const name of readdirSync(extractedData)) {
    const path = join(extractedData, name);
    if (/^\.p\d+_r\d+\.h5\.merging/.test(name)) rmSync(path, {force: true});
    if (!name.endsWith('.writing.h5')) continue;
    const stats = statSync(path, {throwIfNoEntry: false});
    if (stats && Date.now() - stats.mtimeMs > abandonedAfterMs) rmSync(path, {force: true});
  }
}
