import type {DataDiff} from './history/compare-data.ts';
import type {FirstlightError, RunId} from '@firstlight/core';
import {type CallOptions, HelperProcess} from '@firstlight/hdf5';
import type {KnownCode, KnownContext} from './history/known.ts';
import type {HistoryEntry} from './history/read-history.ts';
import type {OriginColumns} from './history/read-origins.ts';
import type {DataKind} from './reader/data-kinds.ts';
import type {ValueDescription} from './reader/describe-value.ts';
import type {ReadValue, Slice} from './reader/read-value.ts';
import {withUndeclared, withUnlisted} from './reader/load-structure.ts';
import type {CellColumns, CellPage, LoadedTable, TableStructure} from './reader/table-model.ts';
import type {FoundFragment} from './reader/list-fragments.ts';
import type {TimeComment} from './edits/time-comments.ts';
import type {FolderCheck} from './verify/check-folder.ts';
import type {Defect, RunCheck} from './verify/defects.ts';

/** Which version of a value; left out: the newest, also when it waits to be merged. */
export interface ValueOptions extends CallOptions {
  readonly version?: number | undefined;
}

/**
 * Reads tables, arrays, figures and pictures in a process of its own: a slow disk does not stop the server, and a damaged file that crashes the HDF5 library
 * costs one request (`helper-crashed`); the next one starts a new process.
 *
 * @example
 * await using reader = await ReaderProcess.start();
 * const {variables, runs, cells} = await reader.loadTable('/data/beamtime');
 */
export class ReaderProcess implements AsyncDisposable {
  readonly #helper: HelperProcess;

  private constructor(helper: HelperProcess) {
    this.#helper = helper;
  }

  /** Starts a reader; it serves any number of folders. */
  static async start({onCrash}: {onCrash?: (error: FirstlightError) => void} = {}): Promise<ReaderProcess> {
    return new ReaderProcess(
      await HelperProcess.start(new URL('./reader-main.ts', import.meta.url), {name: 'reader', ...(onCrash ? {onCrash} : {})}),
    );
  }

  /** The process id; undefined between a crash and the next call. */
  get pid(): number | undefined {
    return this.#helper.pid;
  }

  /** The variables and runs of the table, without cells. Throws `no-folder`. */
  loadStructure(dir: string, options?: CallOptions): Promise<TableStructure> {
    return this.#helper.call('loadStructure', dir, options);
  }

  /**
   * The stored cells of the newest runs, or of those from `upTo` downwards: about `atLeast` cells (default 20 000), always all of a run. `next` begins the
   * next page.
   */
  loadPage(dir: string, upTo: RunId | null, {atLeast, ...options}: CallOptions & {atLeast?: number} = {}): Promise<CellPage> {
    return this.#helper.call('loadPage', {dir, upTo, atLeast}, options);
  }

  /** Everything the table shows, as columns, read page by page; `cellsOf` makes cells of them. Throws `no-folder`. */
  async loadTable(dir: string, options?: CallOptions): Promise<LoadedTable> {
    const {variables, runs} = await this.loadStructure(dir, options);
    const cells: CellColumns[] = [];
    for (let upTo: RunId | null = null; ; ) {
      const page: CellPage = await this.loadPage(dir, upTo, options);
      cells.push(page.cells);
      if (page.next === null) return {variables: withUndeclared(variables, cells), runs: withUnlisted(runs, cells), cells};
      upTo = page.next;
    }
  }

  /** The stored cells of one run, all or the named ones, as `loadTable` gives them. */
  loadCells(dir: string, run: RunId, names?: readonly string[], options?: CallOptions): Promise<Pick<LoadedTable, 'cells'>> {
    return this.#helper.call('loadCells', {dir, run, names}, options);
  }

  /** What a value is (kind, dtype, shape, labels) without reading its elements. Throws `no-value`, `no-version`. */
  describeValue(dir: string, run: RunId, name: string, {version, ...options}: ValueOptions = {}): Promise<ValueDescription> {
    return this.#helper.call('describeValue', {dir, run, name, version}, options);
  }

  /** What sort of things the values of a run are, as far as they are merged. */
  dataKinds(dir: string, run: RunId, options?: CallOptions): Promise<DataKind[]> {
    return this.#helper.call('dataKinds', {dir, run}, options);
  }

  /** A value's data, whole or a slice of it. Throws `no-value` (also: the data of this version is not kept any more), `no-version`, `damaged-value`. */
  readData(
    dir: string,
    run: RunId,
    name: string,
    {slice, version, ...options}: ValueOptions & {readonly slice?: Slice | undefined} = {},
  ): Promise<ReadValue> {
    return this.#helper.call('readData', {dir, run, name, slice, version}, options);
  }

  /** Writes all that is stored of a value into a new file, laid out like a run's. Throws `no-value`, `no-version`. */
  extractValue(dir: string, run: RunId, name: string, path: string, {version, ...options}: ValueOptions = {}): Promise<void> {
    return this.#helper.call('extractValue', {dir, run, name, path, version}, options);
  }

  /** Why a complete fragment cannot be merged, in a sentence; undefined when it can. */
  fragmentDamage(path: string, options?: CallOptions): Promise<string | undefined> {
    return this.#helper.call('fragmentDamage', path, options);
  }

  /** What a double click shows: the explicit preview, else data that can be drawn, else undefined. */
  readPreview(dir: string, run: RunId, name: string, {version, ...options}: ValueOptions = {}): Promise<ReadValue | undefined> {
    return this.#helper.call('readPreview', {dir, run, name, version}, options);
  }

  /** A small PNG: the stored thumbnail, or drawn from the preview or data; undefined when there is nothing to draw. */
  previewPng(dir: string, run: RunId, name: string, {version, ...options}: ValueOptions = {}): Promise<Uint8Array | undefined> {
    return this.#helper.call('previewPng', {dir, run, name, version}, options);
  }

  /** Everything the folder says about itself (`metameta`), as it is stored. */
  settings(dir: string, options?: CallOptions): Promise<Record<string, string | number | null>> {
    return this.#helper.call('settings', dir, options);
  }

  /** Every version of a value, the newest first; none when there never was one. */
  history(dir: string, run: RunId, name: string, options?: CallOptions): Promise<readonly HistoryEntry[]> {
    return this.#helper.call('history', {dir, run, name}, options);
  }

  /** What the values in the table were made of, as columns. */
  origins(dir: string, options?: CallOptions): Promise<OriginColumns> {
    return this.#helper.call('origins', dir, options);
  }

  /** How the data of two versions of a value differ, element by element. Throws `no-version`. */
  compareData(dir: string, run: RunId, name: string, a: number, b: number, options?: CallOptions): Promise<DataDiff> {
    return this.#helper.call('compareData', {dir, run, name, a, b}, options);
  }

  /** The code that a code identity stands for; undefined when no context with it was loaded here. */
  source(dir: string, code: string, options?: CallOptions): Promise<KnownCode | undefined> {
    return this.#helper.call('source', {dir, code}, options);
  }

  /** The texts of a version of the context; undefined when it was not loaded here. */
  contextVersion(dir: string, context: string, options?: CallOptions): Promise<KnownContext | undefined> {
    return this.#helper.call('contextVersion', {dir, context}, options);
  }

  /** A number that changes whenever any other program (the folder's own writer, too) has changed the database; see `WriterProcess.foreignChanges`. */
  dataVersion(dir: string, options?: CallOptions): Promise<number> {
    return this.#helper.call('dataVersion', dir, options);
  }

  /** What lies in `extracted_data/` besides the run files, the oldest first, looked into as a merge would. */
  fragments(dir: string, options?: CallOptions): Promise<FoundFragment[]> {
    return this.#helper.call('fragments', dir, options);
  }

  /** The comments on moments, in the order of time. */
  timeComments(dir: string, options?: CallOptions): Promise<TimeComment[]> {
    return this.#helper.call('timeComments', dir, options);
  }

  /** What is wrong with a folder as a whole, and the runs to look at; see `checkRun`. */
  checkFolder(dir: string, options?: CallOptions): Promise<FolderCheck> {
    return this.#helper.call('checkFolder', dir, options);
  }

  /** What is wrong with the data that the history keeps. */
  checkKept(dir: string, options?: CallOptions): Promise<readonly Defect[]> {
    return this.#helper.call('checkKept', dir, options);
  }

  /** Reads all values of a run (or the named ones) and says what is wrong with them. A damaged file may end it with `helper-crashed`. */
  checkRun(dir: string, run: RunId, names?: readonly string[], options?: CallOptions): Promise<RunCheck> {
    return this.#helper.call('checkRun', {dir, run, names}, options);
  }

  /** The names of all values of a run. */
  namesOfRun(dir: string, run: RunId, options?: CallOptions): Promise<readonly string[]> {
    return this.#helper.call('namesOfRun', {dir, run}, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#helper[Symbol.asyncDispose]();
  }
}
