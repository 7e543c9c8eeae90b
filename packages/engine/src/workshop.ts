import {sentenceOf} from '@firstlight/core';
import type {DescribedEvent, OpenJob, RunId} from '@firstlight/core';
import {contextsOf, quarantined} from '@firstlight/store';
import type {Edit, ForeignHand, MergeReport, TimeComment} from '@firstlight/store';
import {Board, startTimeCell} from './board.ts';
import {leaveMark, takeMark} from './closing-mark.ts';
import {Disk, isDiskFull} from './disk.ts';
import type {Feed} from './feed/feed.ts';
import {ForeignWatch} from './foreign.ts';
import type {Health} from './health.ts';
import type {Notes} from './notes.ts';
import {takeFolder} from './ownership.ts';
import {Noticing} from './noticing.ts';
import {runnerDataRoot} from './options.ts';
import type {Settings} from './options.ts';
import {JobOrigins} from './origin/request-origin.ts';
import type {PictureAddress} from './picture.ts';
import {Pruning} from './pruning.ts';
import type {RequestParts} from './process-request.ts';
import {makeDirectory} from './queue/durable-files.ts';
import {Inbox} from './queue/inbox.ts';
import {JobHub} from './queue/job-hub.ts';
import {Scheduler} from './queue/scheduler.ts';
import {errorOf, problemText} from './runner/context-file.ts';
import {runnerLaunches} from './runner/launch.ts';
import {Contexts} from './runner/contexts.ts';
import type {StoredTable} from './stored-table.ts';
import type {Table} from './table.ts';
import {Watch} from './watch.ts';
import {FolderWriter} from './writer.ts';

/** What a workshop shows its work on. */
export interface Surroundings {
  readonly table: Table;
  readonly changes: Feed;
  readonly stored: StoredTable;
  readonly address: PictureAddress;
}

interface Work extends Surroundings {
  readonly board: Board;
  readonly scheduler: Scheduler;
}

interface Parts {
  readonly settings: Settings;
  readonly notes: Notes;
  readonly disk: Disk;
  readonly writer: FolderWriter;
  readonly inbox: Inbox;
  readonly contexts: Contexts;
  /** Whether another program changed the database while we were not there. */
  readonly foreignHand: ForeignHand;
  /** See `FolderWriter.foreignChanges`. */
  readonly databaseAtStart: number;
}

const leftoverPatienceMs = 10_000; // A full disk must not keep the folder from being shown.
const stopMs = 3000;
const lastMergeMs = 800;

/** Everything that computes and stores values, in a folder that is ours. */
export class Workshop implements AsyncDisposable {
  readonly #parts: Parts;
  readonly #hub = new JobHub();
  readonly #origins: JobOrigins;
  readonly #watches: AsyncDisposable[] = [];
  /** What was stored before the table was loaded. */
  readonly #leftovers: MergeReport[] = [];
  readonly #pruning: Pruning;
  #isMergeTold = false;
  #work: Work | undefined;
  #isStopping = false;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#origins = new JobOrigins(runnerDataRoot(parts.settings));
    this.#pruning = new Pruning(parts.writer, (error) => parts.notes.add(sentenceOf(error)));
    this.#pruning.soon({isMore: false});
  }

  /** Takes a folder, stores what lies there unmerged, and begins to load the context. */
  static async take(settings: Settings, notes: Notes): Promise<Workshop> {
    const {folder, log} = settings;
    // What these parts report goes to the workshop, which is complete only after them.
    let workshop: Workshop | undefined;
    const onNote = (sentence: string): void => notes.add(sentence);
    await using stack = new AsyncDisposableStack();
    const disk = stack.use(new Disk(folder.privateDir, (state) => (workshop ? workshop.#onDisk(state) : undefined)));
    const writer = stack.use(
      await takeFolder(async () =>
        FolderWriter.open(folder.dir, {
          log,
          announcements: () => (workshop ? workshop.#announcements : 0),
          onMerged: (report, upTo) => (workshop ? workshop.#onMerged(report, upTo) : undefined),
          onDiskFull: () => disk.isFull(),
          onRegained: (why) => {
            notes.remove(why);
            if (workshop) workshop.#work?.scheduler.dispatch();
          },
          onNote,
        }),
      ),
    );
    const databaseAtStart = await writer.foreignChanges();
    const {changedMeanwhile} = await takeMark(folder);
    const foreignHand = changedMeanwhile ? 'yes' : await writer.foreignHand();
    await makeDirectory(folder.processLogs);
    const aside = quarantined(folder).length;
    if (aside > 0)
      notes.add(`${aside} ${aside === 1 ? 'file was' : 'files were'} set aside in this folder earlier; \`firstlight doctor\` says why.`);
    const inbox = await Inbox.open(folder.privateDir);
    const contexts = stack.use(
      Contexts.start({
        files: () => contextsOf(folder.dir),
        launches: (language) => runnerLaunches(settings, language),
        size: settings.jobsAtOnce,
        watch: settings.compute,
        onContext: (described) => (workshop ? workshop.#onContext(described) : undefined),
        onNote,
      }),
    );
    workshop = new Workshop({settings, notes, disk, writer, inbox, contexts, foreignHand, databaseAtStart});
    await Promise.race([writer.merged(), patience(leftoverPatienceMs)]);
    stack.move();
    return workshop;
  }

  /** Resumes the queue and begins to watch for runs, unless nothing is to be computed. */
  async begin(surroundings: Surroundings): Promise<void> {
    const {settings, disk, writer, inbox, contexts} = this.#parts;
    const {folder, jobsAtOnce, processors, log} = settings;
    const {table, changes, address} = surroundings;
    if (this.#parts.foreignHand === 'yes' && changes.current > 0) await changes.forget();
    const board = new Board(table, changes, address, () => contexts.described);
    const scheduler = new Scheduler({
      folder,
      dataRoot: runnerDataRoot(settings),
      origins: this.#origins,
      jobsAtOnce,
      processors,
      inbox,
      contexts,
      writer,
      board,
      changes,
      hub: this.#hub,
      disk,
      log,
      onNote: (sentence) => this.#parts.notes.add(sentence),
    });
    this.#work = {...surroundings, board, scheduler};
    this.#noticeOthers(surroundings.stored);
    if (contexts.described) this.#onContext(contexts.described);
    if (settings.address !== undefined) await this.announce(settings.address);
    await this.#resume(this.#work);
    this.#startWatches(this.#work);
  }

  /** A number that changes when another program has changed the database. */
  async foreignChanges(): Promise<number> {
    return this.#parts.writer.foreignChanges();
  }

  /** All of the table is in memory. Who listened before cannot be told what another program changed while it was being read, and has to load it anew. */
  async tableLoaded(foreignChanges: number | undefined): Promise<void> {
    const {stored, board, changes} = this.#begun;
    if ((await this.foreignChanges()) === foreignChanges) return;
    await stored.refresh(board);
    await changes.forget();
  }

  /** What a request needs to know of this workshop. Must have begun. */
  get requestParts(): Pick<RequestParts, 'inbox' | 'hub' | 'scheduler' | 'contexts' | 'runJob'> {
    const {inbox, contexts, settings} = this.#parts;
    const runJob = {
      contexts,
      origins: this.#origins,
      dataRoot: runnerDataRoot(settings),
      log: settings.log,
      share: () => settings.processors,
    };
    return {inbox, hub: this.#hub, scheduler: this.#begun.scheduler, contexts, runJob};
  }

  /** Waits until all that lies there is stored. */
  async merged(): Promise<void> {
    await this.#parts.writer.merged();
  }

  /** Waits until the context file as it is now is loaded, or found broken. */
  async contextLoaded(): Promise<DescribedEvent> {
    return this.#parts.contexts.check();
  }

  get described(): DescribedEvent | undefined {
    return this.#parts.contexts.described;
  }

  get health(): Pick<Health, 'folder' | 'writer' | 'waiting' | 'running' | 'held' | 'disk' | 'context'> {
    const {writer, disk} = this.#parts;
    const {described} = this;
    const context = described === undefined ? 'loading' : errorOf(described) ? 'broken' : 'ok';
    const folder = writer.isLost ? 'lost' : 'ok';
    return {...this.#begun.scheduler.counts, folder, writer: writer.state, disk: disk.state, context};
  }

  /** Stops a job, or one variable of it; false when there is nothing to stop. */
  async cancel(job: string, variable: string | null): Promise<boolean> {
    return this.#begun.scheduler.cancel(job, variable, 'It was cancelled.');
  }

  /** The jobs that are not over. */
  jobs(): OpenJob[] {
    return this.#begun.scheduler.jobs;
  }

  /** Waits until every fragment that is there now is merged or put aside. The first time it tells what was merged when the folder was taken. */
  async merge(): Promise<readonly MergeReport[]> {
    await this.#parts.writer.merged();
    const untold = this.#isMergeTold ? [] : this.#leftovers;
    this.#isMergeTold = true;
    return untold;
  }

  /** Makes a change by hand, and announces what it changed in the table. Throws what is wrong with it. */
  async edit(edit: Edit, author: string | null): Promise<TimeComment | undefined> {
    const {stored, board} = this.#begun;
    const comment = await this.#parts.writer.edit(edit, author);
    if ('run' in edit) await stored.refreshRun(edit.run, board);
    return comment;
  }

  /** Deletes a variable with all its values; gives the runs that had one. Throws `no-such-variable`. */
  async deleteVariable(name: string, author: string | null): Promise<RunId[]> {
    const {stored, board} = this.#begun;
    const runs = await this.#parts.writer.deleteVariable(name, author);
    await stored.refreshWithout(name, board);
    return runs;
  }

  /** Waits until every fragment that is there now is stored, and shows what is stored of a run. */
  async storeAll(run: RunId): Promise<void> {
    const {stored, board} = this.#begun;
    await this.#parts.writer.merged();
    await stored.refreshRun(run, board);
  }

  /** Tells others where the folder is served. */
  async announce(address: string | null): Promise<void> {
    await this.#parts.writer.announceAddress(address);
  }

  /** The change feed could not be written. */
  feedTrouble(error: unknown): void {
    if (isDiskFull(error)) return this.#parts.disk.isFull();
    this.#parts.notes.add(`Changes cannot be announced for the moment: ${sentenceOf(error)}`);
  }

  /** Begins nothing more, and stores what is there. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const {contexts} = this.#parts;
    const watches = Promise.all(this.#watches.map(async (watch) => watch[Symbol.asyncDispose]()));
    await this.#work?.scheduler.stop(stopMs);
    await Promise.all([
      contexts[Symbol.asyncDispose](),
      Promise.race([this.#lastMerge(), patience(lastMergeMs)]),
      Promise.race([watches, patience(lastMergeMs)]),
    ]);
  }

  async #lastMerge(): Promise<void> {
    await this.#parts.writer.merged();
    await this.#pruning.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Promise.all([this.#parts.writer[Symbol.asyncDispose](), this.#parts.disk[Symbol.asyncDispose]()]);
    if (this.#work)
      await leaveMark(this.#parts.settings.folder).catch((error: unknown) => this.#parts.settings.log.warn(sentenceOf(error)));
  }

  get #begun(): Work {
    if (!this.#work) throw new Error('The workshop has not begun.');
    return this.#work;
  }

  // What others store becomes versions, too; at once when we see it, and in the background when it came while we were not there.
  #noticeOthers(stored: StoredTable): void {
    const {writer, notes, foreignHand} = this.#parts;
    const onTrouble = (error: unknown): void => notes.add(sentenceOf(error));
    const noticing = new Noticing(writer, onTrouble);
    stored.onReplaced = (cells) => noticing.add(cells);
    if (foreignHand === 'no') return;
    // After the table, for which somebody waits; not at all when we are closed before.
    void stored.whole().then(
      async () => writer.noticeAll().catch(onTrouble),
      () => {},
    );
  }

  // Everything about the runs in the inbox is told again: when the process ended, values may have been stored but not announced. So may what others left.
  async #resume({table, changes, scheduler}: Work): Promise<void> {
    const {entries, quarantined} = await this.#parts.inbox.list();
    for (const sentence of quarantined) this.#parts.notes.add(sentence);
    // Killed in the middle of a change, we cannot tell whether the next one was ours.
    const left = this.#parts.foreignHand === 'perhaps' ? table.runs() : this.#leftovers.flatMap(({merged}) => merged.map(({run}) => run));
    for (const run of [...entries, ...left]) {
      const row = table.row(run);
      changes.push([...(row ? [startTimeCell(row)] : []), ...table.tellAgain(run)]);
    }
    if (this.#parts.settings.compute) scheduler.add(entries);
    for (const [proposal, run, name] of changes.activeAtOpen) {
      const cell = table.cell({proposal, run}, name);
      if (table.isAwaited(cell)) table.tellAgain(cell);
      else if (cell.activity === 'idle') changes.push([cell]);
    }
  }

  #startWatches({board, scheduler, stored, table}: Work): void {
    const {settings, notes, writer, inbox} = this.#parts;
    const {folder, dataRoot, pollMs, settleMs} = settings;
    const onTrouble = (error: unknown): void => notes.add(sentenceOf(error));
    const onDatabase = async (): Promise<void> => stored.refresh(board);
    this.#watches.push(
      new ForeignWatch({extractedData: folder.extractedData, writer, since: this.#parts.databaseAtStart, onDatabase, onTrouble}),
    );
    if (!settings.watch) return;
    const proposals = [...new Set([...settings.proposals, ...table.runs().map(({proposal}) => proposal)])];
    const onRun = async (run: RunId): Promise<void> => {
      const addedAt = Date.now() / 1000;
      board.run({...run, startTime: null, addedAt});
      await writer.ensureRun(run, addedAt);
    };
    const onNote = (sentence: string): void => notes.add(sentence);
    const {privateDir} = folder;
    const computed = (): RunId[] => table.runs().filter(({startTime}) => startTime !== null);
    this.#watches.push(
      new Watch({dataRoot, proposals, pollMs, settleMs, privateDir, inbox, scheduler, computed, onRun, onNote, onTrouble}),
    );
  }

  get #announcements(): number {
    return this.#work?.board.announcements ?? 0;
  }

  #onContext(described: DescribedEvent): void {
    if (!this.#work) return; // `begin` takes it up.
    const {changes, stored, scheduler} = this.#work;
    const {notes, writer} = this.#parts;
    if (stored.describe(described)) changes.push([], {variables: true});
    const problem = errorOf(described);
    if (problem) return notes.add(problemText(problem));
    void writer.updateVariables(described.variables).catch((error: unknown) => notes.add(sentenceOf(error)));
    for (const part of this.#parts.contexts.parts)
      void writer.rememberContext(part).catch((error: unknown) => notes.add(sentenceOf(error)));
    scheduler.contextLoaded();
  }

  #onMerged(report: MergeReport, upTo: number): void {
    if (report.kept > 0) this.#pruning.soon();
    if (!this.#work) return void this.#leftovers.push(report);
    const {board, stored, table} = this.#work;
    const isForeign = report.merged.some(({run, names}) => names.some((name) => !board.isUnstored(run, name)));
    board.stored(upTo);
    for (const {run, names} of report.merged) stored.ownStored(run, names, new Date());
    if (isForeign) for (const {run} of report.merged) if (table.isAwaited(run)) table.tellAgain(run);
    if (isForeign) void stored.refresh(board).catch((error: unknown) => this.#parts.notes.add(sentenceOf(error)));
  }

  #onDisk(state: 'ok' | 'full'): void {
    const {notes, settings} = this.#parts;
    const sentence = `The disk of ${settings.folder.dir} is full; processing waits and goes on by itself when there is space.`;
    if (state === 'full') return notes.add(sentence);
    notes.remove(sentence);
    settings.log.info('There is space on the disk again; processing goes on.');
    this.#work?.scheduler.dispatch();
  }
}

const patience = async (ms: number): Promise<undefined> => new Promise((resolve) => void setTimeout(resolve, ms, undefined).unref());
