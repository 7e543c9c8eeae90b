import type {JobEvent, OpenJob, RunId, Trigger, Variable} from '@firstlight/core';
import {FirstlightError} from '@firstlight/core';
import {z} from 'zod';
import {askBytes, askJson} from './ask.ts';
import {follow} from './changes/follow.ts';
import type {ChangeItem} from './changes/item.ts';
import {runsQuery, structure, value as valueFacts, variablesQuery} from './facts.ts';
import type {CellValue, Run} from './facts.ts';
import {graphql} from './graphql.ts';
import {decodeTable} from './table/decode.ts';
import {columnsQuery} from './table/select.ts';
import type {TableSelection} from './table/select.ts';
import type {Table} from './table/table.ts';
import type {Transport} from './transport.ts';
import {bytesOf, readValue} from './values/read.ts';
import type {AnyVariables, ReadOptions} from './values/value.ts';
import {openJobs, post, processEvents} from './work/events.ts';

/** A run: its number, or (where runs of several proposals are in one table) its proposal, too. */
export type RunRef = number | RunId;

/** What is to be computed. */
export interface ProcessRequest {
  /** `'1-5,8'`, `'all'`, or a list. */
  readonly runs: string | readonly RunRef[];
  /** Names; what they need is added. Default: all that the trigger selects. */
  readonly variables?: readonly string[];
  /** Default `'all'`. */
  readonly trigger?: Trigger;
  /** Of runs given as numbers; default the experiment's. */
  readonly proposal?: number;
  /** Values for `param` inputs by name. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Processors a job may use at once. */
  readonly parallel?: number;
  /** A run without data. */
  readonly mock?: boolean;
  /** Compute and tell, but store nothing. */
  readonly trial?: boolean;
}

/** How changes are followed. */
export interface ChangesOptions {
  /** The number of the last change that is known; default: from now on. */
  readonly since?: number;
  readonly signal?: AbortSignal;
  /** How long a server that went away is waited for; default 60. */
  readonly patienceSeconds?: number;
}

/** Whose value is typed, and what its variable is when there is none yet. */
export interface SetOptions {
  /** Whose value it is; default: the server's user. */
  readonly author?: string;
  /** Of a variable that is to be made. */
  readonly type?: 'boolean' | 'integer' | 'number' | 'string';
  readonly title?: string;
}

/** A version of a value, as `firstlight history --json` prints it; what is not known is null. */
export interface Version extends RunId {
  readonly name: string;
  readonly version: number;
  readonly state: string;
  readonly summary: unknown;
  /** Whether `read` can give its data. */
  readonly hasData: boolean;
  readonly [fact: string]: unknown;
}

/** A value that should be computed, and why. */
export interface StaleCell extends RunId {
  readonly name: string;
  readonly state: 'stale' | 'missing';
  readonly why: readonly string[];
}

/** How commands name a run. */
const placeOf = (run: RunRef): Partial<RunId> => (typeof run === 'number' ? {run} : {proposal: run.proposal, run: run.run});

/**
 * An experiment, read and steered through its server. Made by `open`.
 *
 * @template V what its variables give, by name: made by `firstlight types`.
 */
export class RemoteExperiment<V extends object = AnyVariables> implements AsyncDisposable {
  readonly id: string;
  /** Where its folder is, on the server's machine. */
  readonly folder: string;
  readonly proposals: readonly number[];
  readonly #transport: Transport;
  readonly #base: string;

  /** Users call `open`. */
  constructor(transport: Transport, {id, folder, proposals}: {id: string; folder: string; proposals: readonly number[]}) {
    this.id = id;
    this.folder = folder;
    this.proposals = proposals;
    this.#transport = transport;
    this.#base = `/api/experiments/${encodeURIComponent(id)}`;
  }

  // --- Reading

  /** The rows of the table, by proposal and run number. */
  async runs(): Promise<readonly Run[]> {
    return structure.shape.runs.parse((await this.#ask(runsQuery))['runs']);
  }

  /** The columns of the table. */
  async variables(): Promise<readonly Variable[]> {
    return structure.shape.variables.parse((await this.#ask(variablesQuery))['variables']);
  }

  /** The table, or the wanted runs and variables of it, in typed columns. @throws FirstlightError `no-such-variable`, `bad-runs`. */
  async table({signal, ...selection}: TableSelection & {readonly signal?: AbortSignal} = {}): Promise<Table> {
    const bytes = await askBytes(this.#transport, `${this.#base}/table${columnsQuery(selection)}`, signal ? {signal} : {});
    return decodeTable(bytes, selection);
  }

  /** What the table shows of a value: its state, its summary, or why there is none. @throws FirstlightError `no-such-run`, `no-such-variable`. */
  async value(run: RunRef, name: keyof V & string): Promise<CellValue> {
    const {state, summary, message, attributes, maxDiff, units} = await askJson(this.#transport, valueFacts, this.#path(run, name));
    return {state, summary, units, error: message, maxDiff, attributes};
  }

  /**
   * The data of a value: a number or text, an array (with its labels, if it has some), a figure; null when the variable gave none for this run (`value` says why).
   *
   * Elements have the bits that are stored. pandas tables come as xarray would have them: a DataFrame as a Dataset, a Series as a DataArray.
   *
   * @throws FirstlightError `no-such-run`, `no-such-variable`, `too-large` (more than 256 MB: ask for a slice), `damaged-value`; for a version `no-version`, and `no-value` when its
   * data is not kept any more (`hasData` in `history` says so).
   */
  async read<N extends keyof V & string>(run: RunRef, name: N, options: ReadOptions = {}): Promise<V[N]> {
    return (await readValue({transport: this.#transport, path: this.#path(run, name), options})) as V[N];
  }

  /** A picture that stands for a value, as a PNG. @throws FirstlightError `no-preview` when nothing in it can be drawn. */
  picture(run: RunRef, name: keyof V & string, options: Pick<ReadOptions, 'version' | 'signal'> = {}): Promise<Uint8Array> {
    return bytesOf({transport: this.#transport, path: this.#path(run, name), options}, '/preview.png');
  }

  // --- Following

  /** The number of the last change. */
  async change(): Promise<number> {
    return z.int().parse((await this.#ask('change'))['change']);
  }

  /**
   * Every change after a number, then those to come, without gap or repeat, whatever happens to the line in between; ends with the signal, or by `break`.
   *
   * @example
   * const table = await experiment.table();
   * for await (const {cells} of experiment.changes({since: table.change})) for (const {run, name, summary} of cells) console.log(run, name, summary);
   */
  async *changes({since, signal, patienceSeconds = 60}: ChangesOptions = {}): AsyncGenerator<ChangeItem, void, undefined> {
    const leaving = new AbortController();
    try {
      yield* follow({
        transport: this.#transport,
        path: `${this.#base}/changes`,
        since: since ?? (await this.change()),
        signal: signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal,
        patienceMs: patienceSeconds * 1000,
      });
    } finally {
      leaving.abort();
    }
  }

  // --- Working

  /**
   * Asks for runs to be computed, and tells what happens, beginning with the first `next()`. The work is durable: it goes on when you stop listening, and `cancel` ends it.
   *
   * @example
   * for await (const event of experiment.process({runs: '7', variables: ['xgm.energy']})) if (event.event === 'value') console.log(event.name, event.summary);
   */
  process(request: ProcessRequest, signal?: AbortSignal): AsyncGenerator<JobEvent, void, undefined> {
    return processEvents(this.#transport, `${this.#base}/process`, request, signal);
  }

  /** The jobs that wait or run, the oldest first. */
  async jobs(): Promise<readonly OpenJob[]> {
    const query = 'query ($id: ID!) {experiment(id: $id) {jobs {job proposal run trigger state variables since}}}';
    return openJobs.parse(await graphql(this.#transport, query, {id: this.id})).experiment.jobs;
  }

  /** Stops a job, or one variable of it. False when there is nothing to stop. */
  async cancel(job: string, variable?: string): Promise<boolean> {
    const query = 'mutation ($id: ID!, $job: ID!, $variable: String) {cancel(experiment: $id, job: $job, variable: $variable)}';
    return z.boolean().parse((await graphql(this.#transport, query, {id: this.id, job, variable}))['cancel']);
  }

  /**
   * Does what the command `firstlight NAME` does (`history`, `set`, `comment`, `stale`, `settings`, `export`, …), and gives the lines that it prints with `--json`.
   *
   * @param request what is asked, as `/api` of the server describes it.
   * @throws FirstlightError `no-such-command`, `bad-request`, `read-only`, and the command's own.
   */
  command<Line extends object = Readonly<Record<string, unknown>>>(
    name: string,
    request: object = {},
    signal?: AbortSignal,
  ): AsyncGenerator<Line, void, undefined> {
    return post(this.#transport, `${this.#base}/commands/${encodeURIComponent(name)}`, request, signal) as AsyncGenerator<
      Line,
      void,
      undefined
    >;
  }

  /** Types a value for a run; an empty text takes it away. With a type, makes the variable when there is none of this name. */
  async set(run: RunRef, name: keyof V & string, value: string | number | boolean, options: SetOptions = {}): Promise<void> {
    await this.#done('set', {...placeOf(run), name, value: String(value), ...options});
  }

  /** Comments on a run; an empty text takes the comment away. */
  async comment(run: RunRef, text: string, options: {readonly author?: string} = {}): Promise<void> {
    await this.#done('comment', {...placeOf(run), text, ...options});
  }

  /** Every version of a value with all that is known of it, the newest first. @throws FirstlightError `no-such-value`. */
  async history(run: RunRef, name: keyof V & string): Promise<readonly Version[]> {
    return Array.fromAsync(this.command<Version>('history', {...placeOf(run), name}));
  }

  /** The values that should be computed again, and those that are missing, with the reasons. */
  async stale({runs, ...options}: {readonly runs?: readonly number[]; readonly proposal?: number} = {}): Promise<readonly StaleCell[]> {
    return Array.fromAsync(this.command<StaleCell>('stale', {...(runs && {runs}), ...options}));
  }

  /** Ends what `open` started for this experiment; nothing for one of a server. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport.close?.();
  }

  async #done(name: string, request: object): Promise<void> {
    await Array.fromAsync(this.command(name, request)); // it tells what we know already
  }

  /** Fields of this experiment, by GraphQL. */
  async #ask(fields: string): Promise<Readonly<Record<string, unknown>>> {
    const {experiment} = await graphql(this.#transport, `query ($id: ID!) {experiment(id: $id) {${fields}}}`, {id: this.id});
    return experiment as Record<string, unknown>;
  }

  #path(run: RunRef, name: string): string {
    const {proposal, run: number} = typeof run === 'number' ? {proposal: this.#onlyProposal(run), run} : run;
    return `${this.#base}/runs/${proposal}/${number}/${encodeURIComponent(name)}`;
  }

  #onlyProposal(run: number): number {
    const [proposal, another] = this.proposals;
    if (proposal !== undefined && another === undefined) return proposal;
    throw new FirstlightError(
      'which-run',
      `This experiment has the proposals ${this.proposals.join(', ') || '(none)'}, so say which: {proposal: ${proposal ?? 1234}, run: ${run}}.`,
    );
  }
}
