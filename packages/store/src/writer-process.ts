import type {FirstlightError, RunId, VariableInfo} from '@firstlight/core';
import {HelperProcess} from '@firstlight/hdf5';
import type {NamedCells} from './history/notice.ts';
import type {RememberedContext, RunFile} from './history/remember.ts';
import type {Edit} from './edits/edit.ts';
import type {TimeComment} from './edits/time-comments.ts';
import type {MergeReport} from './merge/report.ts';
import type {ForeignHand} from './writer/database-mark.ts';

/** How the process of a writer is started. */
export interface WriterOptions {
  /** Told when the writer ended without being asked to; the next call starts it again. */
  readonly onCrash?: (error: FirstlightError) => void;
  /** Environment of the process; default: ours. */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * A folder's writer in a process of its own: it holds the folder's lock from `start` to its end, and nobody else writes the database and the run files.
 *
 * When it crashes, the call it was working on is rejected with `helper-crashed`; the next call starts a new one, which takes the lock again. Nothing is lost:
 * a fragment stays until all of it is in the folder.
 *
 * @example
 * await using writer = await WriterProcess.start('/data/beamtime');
 * const {merged} = await writer.merge();
 */
export class WriterProcess implements AsyncDisposable {
  readonly #helper: HelperProcess;
  #address: string | null = null;
  #mustAnnounce = false;

  private constructor(helper: HelperProcess) {
    this.#helper = helper;
  }

  /** Starts the writer and takes the folder. Throws `folder-owned` (facts: pid, host, address), `newer-folder`, `no-permission`, `no-folder`, `disk-full`. */
  static async start(dir: string, {onCrash, environment}: WriterOptions = {}): Promise<WriterProcess> {
    let writer: WriterProcess | undefined;
    const helper = await HelperProcess.start(new URL('./writer-main.ts', import.meta.url), {
      name: `writer of ${dir}`,
      args: [dir],
      ...(environment ? {environment} : {}),
      onCrash: (error) => {
        if (writer) writer.#mustAnnounce = true;
        onCrash?.(error);
      },
    });
    try {
      await helper.call('open');
    } catch (error) {
      await helper[Symbol.asyncDispose]();
      throw error;
    }
    writer = new WriterProcess(helper);
    return writer;
  }

  /** The process id; undefined between a crash and the next call. */
  get pid(): number | undefined {
    return this.#helper.pid;
  }

  /** Tells other programs, in `.firstlight/owner.json`, where this folder is served; null: nowhere. */
  async announceAddress(address: string | null): Promise<void> {
    this.#address = address;
    await this.#helper.call('announceAddress', address);
    this.#mustAnnounce = false;
  }

  /** Brings the folder's variables (titles, descriptions, tags, units) up to what a context declares; transient ones are left out. */
  updateVariables(variables: readonly VariableInfo[]): Promise<void> {
    return this.#call('updateVariables', variables);
  }

  /** Makes a run known before it has values. `addedAt` is in seconds since 1970. */
  ensureRun(run: RunId, addedAt: number): Promise<void> {
    return this.#call('ensureRun', {run, addedAt});
  }

  /**
   * Makes a change by hand: a typed value, a comment, a setting. Gives the time comment it was about, if it was about one.
   *
   * Throws what is wrong with it: `no-such-run`, `no-such-variable`, `not-editable`, `bad-value`, `bad-name`, `name-taken`, `no-such-comment`, `protected-setting`.
   */
  edit(edit: Edit, author: string | null): Promise<TimeComment | undefined> {
    return this.#call('edit', {edit, author});
  }

  /** First half of deleting a variable: leaves fragments that take its values away, and gives the runs that had one. Throws `no-such-variable`. */
  orderDeletion(name: string): Promise<RunId[]> {
    return this.#call('orderDeletion', name);
  }

  /** Second half, once those are merged: removes what the database says of it. */
  deleteFromDatabase(name: string, author: string | null): Promise<void> {
    return this.#call('deleteFromDatabase', {name, author});
  }

  /**
   * Merges the named fragments, or every complete one in `extracted_data/`, whoever wrote it; to look for them takes the longer the more runs there are. Throws
   * `disk-full`, `database-locked`, `no-permission`: call again later.
   */
  merge(names?: readonly string[]): Promise<MergeReport> {
    return this.#call('merge', names);
  }

  /** Remembers what the identities in origins stand for: code, texts of the context, interpreter and packages. */
  rememberContext({language, variables, context, environment}: RememberedContext): Promise<void> {
    const codes = variables.map(({name, code}) => ({name, code}));
    return this.#call('rememberContext', {language, variables: codes, context, environment});
  }

  /** Remembers the files that the identity of a run's data stands for. */
  rememberRunFiles(identity: string, files: readonly RunFile[]): Promise<void> {
    return this.#call('rememberRunFiles', {identity, files});
  }

  /** Makes versions of values that another program has stored or deleted; gives how many there were. */
  noticeCells(cells: readonly NamedCells[]): Promise<number> {
    return this.#call('noticeCells', cells);
  }

  /** Makes versions of what another program has changed while nobody watched, some rows at a time: begin with 0, go on with what it gives until that is null. */
  noticeNextRows(after: number): Promise<number | null> {
    return this.#call('noticeNextRows', after);
  }

  /** Removes kept data of older versions beyond the policy of the folder, a part of it; gives whether there is more to remove. */
  pruneKept(): Promise<boolean> {
    return this.#call('pruneKept');
  }

  /** Leaves a fragment that says why variables of a run have no value; gives its file name. Throws `disk-full` or `no-permission`. */
  writeFailures(run: RunId, names: readonly string[], failure: {readonly errorClass: string; readonly message: string}): Promise<string> {
    return this.#call('writeFailures', {run, names, failure});
  }

  /** Whether someone else changed the database between our last change of it and this start; `perhaps` when we were killed in the middle of one. */
  foreignHand(): Promise<ForeignHand> {
    return this.#call('foreignHand');
  }

  /** A number that changes when a program other than this writer has changed the database. */
  foreignChanges(): Promise<number> {
    return this.#call('foreignChanges');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#helper[Symbol.asyncDispose]();
  }

  async #call<Result>(name: string, args?: unknown): Promise<Result> {
    if (this.#mustAnnounce && this.#address !== null) await this.announceAddress(this.#address);
    return this.#helper.call<Result>(name, args);
  }
}
