import {userInfo} from 'node:os';
import {FirstlightError} from '@firstlight/core';
import type {DescribedEvent, JobEvent, OpenJob, Problem, RunId} from '@firstlight/core';
import type {Edit, ExperimentFolder, HistoryEntry, MergeReport, ReaderProcess, TimeComment} from '@firstlight/store';
import {assemble} from './assemble.ts';
import type {Parts} from './assemble.ts';
import {parseRequest} from './commands/command.ts';
import {commandNamed} from './commands/index.ts';
import type {Feed} from './feed/feed.ts';
import type {Health} from './health.ts';
import {diffVersions} from './history/diff.ts';
import type {VersionDiff} from './history/version-diff.ts';
import {onlyLooking} from './options.ts';
import type {ExperimentOptions} from './options.ts';
import {processRequest} from './process-request.ts';
import type {ProcessRequest} from './request.ts';
import {brokenContext} from './runner/context-file.ts';
import {contextsToLookAt} from './runner/look-at.ts';
import {everyRun, judgeFolder, unfreshCells} from './stale/judge-folder.ts';
import type {JudgedCell} from './stale/judge-folder.ts';
import {assertStored, receiveFragment} from './submit.ts';
import type {Table} from './table.ts';
import type {Workshop} from './workshop.ts';

/**
 * An experiment folder at work: its table in memory, its numbered changes, its queue.
 *
 * While it is open it is the folder's only owner; a folder that cannot be written (no permission, a newer format) can be looked at. What was not done when it
 * ended, however it ended, is done after the next `open`.
 *
 * @example
 * await using experiment = await Experiment.open('/data/beamtime');
 * for await (const event of experiment.process({runs: [{proposal: 1234, run: 7}]})) console.log(event);
 */
export class Experiment implements AsyncDisposable {
  /** Names the experiment in addresses: its proposal and a few digits of the folder's place. */
  readonly id: string;
  readonly folder: ExperimentFolder;
  readonly table: Table;
  readonly changes: Feed;
  /** Reads what is too big for the table, in a process of its own. */
  readonly reader: ReaderProcess;
  readonly #parts: Parts;
  #disposal: Promise<void> | undefined;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.id = parts.id;
    this.folder = parts.settings.folder;
    this.table = parts.table;
    this.changes = parts.changes;
    this.reader = parts.reader;
  }

  /**
   * Opens a folder, takes it, stores what an earlier owner left behind, and resumes its queue; the context is loaded meanwhile (see `contextLoaded`).
   *
   * Throws `folder-owned` with the owner's `address` in its facts, and what `openFolder` throws.
   */
  static async open(dir: string, options: ExperimentOptions = {}): Promise<Experiment> {
    return new Experiment(await assemble(dir, options));
  }

  /** The proposals whose runs belong here: the folder's own first, then others in its table. */
  get proposals(): readonly number[] {
    return [...new Set([...this.#parts.settings.proposals, ...this.table.runs().map(({proposal}) => proposal)])];
  }

  /**
   * Queues runs for good and tells what happens to them, beginning with the first `next()`; last comes one event that counts it all.
   *
   * Who stops reading leaves the jobs to go on; the signal cancels them. A run without data ends at once with a sentence; one that waits already for the same
   * work is joined, not queued twice. Throws `read-only`, `no-such-variable` or `disk-full`, before anything is queued.
   */
  async *process(request: ProcessRequest, signal?: AbortSignal): AsyncGenerator<JobEvent, void, undefined> {
    const {settings, table} = this.#parts;
    const workshop = this.#computing();
    const described = await workshop.contextLoaded();
    if (request.stale) await Promise.all([this.whole(), workshop.merged()]);
    const {dir} = this.folder;
    yield* processRequest(
      {...workshop.requestParts, dir, reader: this.reader, dataRoot: settings.dataRoot, proposals: this.proposals, table, described},
      request,
      signal,
    );
  }

  /**
   * Stores values that another program has computed: an HDF5 file laid out like a run's. When this returns they are in the table.
   *
   * Throws `read-only`, `too-large`, and `bad-fragment` with the reason.
   */
  async submit(run: RunId, content: AsyncIterable<Uint8Array>): Promise<void> {
    const workshop = this.#workshop();
    const fragment = await receiveFragment(this, run, content);
    await workshop.storeAll(run);
    await assertStored(this.folder, fragment);
  }

  /**
   * Tells which values are not what the context would give now, and why; and which are missing though their data is there. Fresh ones are left out.
   *
   * `unknown` are values that another program has stored. Where the folder can only be looked at its context is loaded for this alone. Throws `context-broken`.
   *
   * @param runs default: `runsToJudge()`.
   */
  async *stale(runs?: readonly RunId[]): AsyncGenerator<JudgedCell, void, undefined> {
    const {settings, table, workshop} = this.#parts;
    await using own = workshop ? undefined : contextsToLookAt(settings);
    const contexts = own ?? this.#workshop().requestParts.contexts;
    const described = await (workshop ? workshop.contextLoaded() : contexts.check());
    await Promise.all([this.whole(), workshop?.merged()]);
    const {dataRoot} = settings;
    const parts = {dir: this.folder.dir, dataRoot, reader: this.reader, table, described, contexts};
    yield* unfreshCells(await judgeFolder(parts, runs ?? (await this.runsToJudge())));
  }

  /** The runs of the table, and those that have data and wait to be computed. */
  async runsToJudge(): Promise<RunId[]> {
    await Promise.all([this.whole(), this.#parts.workshop?.merged()]);
    return everyRun(this.table, this.#parts.settings.dataRoot, this.proposals);
  }

  /** Stops a job, or one variable of it; what is done already stays. False when there is nothing to stop: it is over, or was never there. */
  async cancel(job: string, variable?: string): Promise<boolean> {
    return this.#workshop().cancel(job, variable ?? null);
  }

  /** The jobs that wait or run, whoever asked for them, the oldest first. */
  jobs(): readonly OpenJob[] {
    return this.#parts.workshop?.jobs() ?? [];
  }

  /** Waits until all that is stored is in the table; only of use after `open` without `whole`. */
  async whole(): Promise<void> {
    await this.#parts.stored.whole();
  }

  /** Waits until what is stored of some runs is in the table. */
  async loaded(runs: readonly RunId[]): Promise<void> {
    await this.#parts.stored.loaded(runs);
  }

  /** Tells other programs that want this folder where it is served, or (null) that it is not. */
  async announce(address: string | null): Promise<void> {
    await this.#parts.workshop?.announce(address);
  }

  /** Waits until the context file as it is now is loaded, or found broken, and describes it. */
  async contextLoaded(): Promise<DescribedEvent> {
    return (await this.#parts.workshop?.contextLoaded()) ?? this.describe();
  }

  /** Describes the context file as it was loaded last; before the first time it has one problem that says so. */
  describe(): DescribedEvent {
    const {folder} = this.#parts.settings;
    const {workshop} = this.#parts;
    return workshop?.described ?? brokenContext(folder, workshop ? 'The context file is being loaded.' : (folder.readOnly?.message ?? ''));
  }

  /**
   * Does what is asked by name (see `commands`), and gives what it tells, beginning with the first `next()`; the signal ends it early.
   *
   * Throws `no-such-command` and `bad-request` at once, `read-only` when it would change a folder that can only be looked at.
   */
  command(name: string, request: unknown, signal: AbortSignal = new AbortController().signal): AsyncIterable<object> {
    const command = commandNamed(name);
    const asked = parseRequest(command, request);
    if (command.compute) this.#computing();
    else if (command.writes(asked) && !command.looks) this.#workshop();
    const run = (): AsyncIterable<object> => command.run(this, asked, signal);
    return command.cells ? this.#whenWhole(run) : run();
  }

  /** Every version of a value that is stored, the newest first, each with what it was made of. */
  async history(run: RunId, name: string): Promise<readonly HistoryEntry[]> {
    return this.reader.history(this.folder.dir, run, name);
  }

  /** How two versions of a value differ, by default the last two: the values, their code, inputs, files and packages. Throws `no-version`. */
  async diff(run: RunId, name: string, a?: number, b?: number): Promise<VersionDiff> {
    return diffVersions(this.reader, this.folder.dir, {run, name, a, b});
  }

  /** Everything the folder says about itself, as it is stored. */
  async settings(): Promise<Record<string, string | number | null>> {
    return this.reader.settings(this.folder.dir);
  }

  /**
   * Makes a change by hand: a typed value, a comment, a setting. It is announced like a computed value, and what was there before is kept.
   *
   * @param author whose hand; default who runs this process. Throws `read-only`, and what is wrong with it: `no-such-run`, `no-such-variable`, `not-editable`,
   * `bad-value`, `bad-name`, `name-taken`, `no-such-comment`, `protected-setting`.
   */
  async edit(edit: Edit, author: string = userName()): Promise<TimeComment | undefined> {
    return this.#workshop().edit(edit, author);
  }

  /** Deletes a variable with all its values, in the table and in the run files; gives the runs that had one. Throws `read-only` or `no-such-variable`. */
  async deleteVariable(name: string, author: string = userName()): Promise<RunId[]> {
    return this.#workshop().deleteVariable(name, author);
  }

  /**
   * Waits until every fragment that is there now is merged or put aside; until then when the disk is full or the database locked. The first time it gives what
   * was merged when the folder was opened. Throws `read-only`.
   */
  async merge(): Promise<readonly MergeReport[]> {
    return this.#workshop().merge();
  }

  /** The comments on moments, in the order of time. */
  async timeComments(): Promise<TimeComment[]> {
    return this.reader.timeComments(this.folder.dir);
  }

  /** Lists what is wrong with the context file, each with its place. */
  problems(): readonly Problem[] {
    return this.#parts.workshop?.described?.problems ?? [];
  }

  /** Tells how the experiment is: what waits, and what keeps it from working. */
  health(): Health {
    const {workshop, looking, notes, settings} = this.#parts;
    const folder = looking?.isLost ? 'lost' : 'ok';
    const idle = {folder, writer: 'none', waiting: 0, running: 0, held: 0, disk: 'ok', context: 'ok'} as const;
    return {...idle, ...workshop?.health, readOnly: onlyLooking(settings)?.message ?? null, notes: notes.all};
  }

  /** Stops: waits up to three seconds for running jobs, leaves the rest for the next start, and ends all processes; within five seconds in all. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    await this.#disposal;
  }

  async #dispose(): Promise<void> {
    this.#parts.closing.abort();
    this.#parts.stored.close(new FirstlightError('stopped', 'The experiment was closed while its table was being loaded.'));
    await Promise.all([this.#parts.workshop?.stop(), this.#parts.looking?.[Symbol.asyncDispose]()]);
    await this.changes[Symbol.asyncDispose]();
    await Promise.all([this.#parts.workshop?.[Symbol.asyncDispose](), this.reader[Symbol.asyncDispose]()]);
    await this.#parts.loading;
  }

  async *#whenWhole(run: () => AsyncIterable<object>): AsyncGenerator<object, void, undefined> {
    await this.whole();
    yield* run();
  }

  #workshop(): Workshop {
    const {workshop, settings} = this.#parts;
    if (workshop) return workshop;
    throw new FirstlightError('read-only', onlyLooking(settings)?.message ?? 'This folder can only be looked at.');
  }

  #computing(): Workshop {
    const workshop = this.#workshop();
    if (this.#parts.settings.compute) return workshop;
    throw new FirstlightError('internal', 'This experiment was opened without computing, so nothing can be processed in it.');
  }
}

/** Who runs this process, as the system calls him. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? '?'}`; // he has no name here
  }
}
