import {buildGraph, selectVariables} from '@firstlight/core';
import type {Activity, Cell, DescribedEvent, Graph, RunId, Summary, ValueEvent} from '@firstlight/core';
import {contentOf, missingCell} from './cell.ts';
import type {Feed} from './feed/feed.ts';
import type {PictureAddress} from './picture.ts';
import type {Job} from './queue/job.ts';
import type {RunRow, Table} from './table.ts';
import {startTimeName} from './table.ts';

/** One reading of the database. */
export interface Reading extends Disposable {
  isAhead(run: RunId, name: string): boolean;
}

/** What happens in jobs, as the table and its change feed show it. */
export class Board {
  readonly #table: Table;
  readonly #changes: Feed;
  readonly #address: PictureAddress;
  readonly #described: () => DescribedEvent | undefined;
  /** Cells announced, but perhaps not in the database yet: there the database is behind. */
  #unstored = new Map<string, number>();
  /** For each reading of the database that is going on, the cells in which it may be behind. */
  readonly #readings = new Set<Set<string>>();
  #announcements = 0;

  /** @param described the context as it was loaded last. */
  constructor(table: Table, changes: Feed, address: PictureAddress, described: () => DescribedEvent | undefined) {
    this.#table = table;
    this.#changes = changes;
    this.#address = address;
    this.#described = described;
  }

  /** Shows a run, or what is newly known of it. */
  run(row: RunRow): void {
    if (this.#table.setRun(row)) this.#changes.push([startTimeCell(this.#table.row(row) ?? row)]);
  }

  /** Shows which cells wait for a job; those it is not going to compute any more are released. */
  queued(job: Job, names: Iterable<string>, others: Iterable<Job>): void {
    const before = job.names;
    job.names = new Set(names);
    this.#setActivity(job.entry, job.names, 'queued');
    this.#release(job.entry, before.difference(job.names), others);
  }

  /** Shows that a variable is being computed. */
  running(job: Job, name: string): void {
    if (job.names.has(name)) this.#setActivity(job.entry, [name], 'running');
  }

  /** Shows a value; gives its summary. A value without a fragment is not kept (a transient variable), and so not shown. */
  value(job: Job, event: ValueEvent, others: Iterable<Job>): Summary {
    const picture = (): string => this.#address(event, event.variable, pngOf(event));
    const content = contentOf(event, hasPicture(event) ? picture() : '');
    if (content && event.fragment !== null) this.#show(event, content);
    job.names = job.names.difference(new Set([event.variable]));
    this.#release(job.entry, [event.variable], others);
    return content?.summary ?? null;
  }

  /** Shows that nothing more comes from a job. */
  ended(job: Job, others: Iterable<Job>): void {
    const left = job.names;
    job.names = new Set();
    this.#release(job.entry, left, others);
  }

  /** The point up to which values are announced; `stored` takes it once they are in the database. */
  get announcements(): number {
    return this.#announcements;
  }

  /** Says that what was announced up to a point is in the database. */
  stored(upTo: number): void {
    for (const [key, announcement] of this.#unstored) if (announcement <= upTo) this.#unstored.delete(key);
  }

  /** Whether this is a value of ours that was not known to be in the database. */
  isUnstored(run: RunId, name: string): boolean {
    return this.#unstored.has(cellKey(run, name));
  }

  /** Begins a reading of the database; what it gives for cells that are announced, but perhaps not in it, is old. */
  reading(): Reading {
    const ahead = new Set(this.#unstored.keys());
    this.#readings.add(ahead);
    return {isAhead: (run, name) => ahead.has(cellKey(run, name)), [Symbol.dispose]: () => void this.#readings.delete(ahead)};
  }

  #show(event: ValueEvent, content: NonNullable<ReturnType<typeof contentOf>>): void {
    this.#announcements += 1;
    const key = cellKey(event, event.variable);
    this.#unstored.set(key, this.#announcements);
    for (const ahead of this.#readings) ahead.add(key);
    if (event.variable !== startTimeName) return this.#changes.push(this.#table.setContent(event, event.variable, content));
    const startTime = typeof content.summary === 'number' ? content.summary : null;
    this.run({proposal: event.proposal, run: event.run, startTime, addedAt: null});
  }

  /** Of a variable that is only a step to others nothing is kept, so it has no cell; nor has a run's start. */
  #setActivity(run: RunId, names: Iterable<string>, activity: Activity): void {
    const steps = stepsOf(this.#described());
    const shown = [...names].filter((name) => name !== startTimeName && !steps.has(name));
    this.#changes.push(this.#table.setActivity(run, shown, activity));
  }

  // A cell that another waiting job is going to compute stays queued.
  #release(run: RunId, names: Iterable<string>, others: Iterable<Job>): void {
    const waiting = [...others].filter(({state}) => state === 'waiting');
    for (const name of names) {
      const isQueued = waiting.some((job) => job.names.has(name));
      this.#setActivity(run, [name], isQueued ? 'queued' : 'idle');
    }
  }
}

const cellKey = ({proposal, run}: RunId, name: string): string => `${proposal}:${run}:${name}`;

const hasPicture = ({summary}: ValueEvent): boolean => typeof summary === 'object' && summary !== null && 'png' in summary;

const pngOf = ({summary}: ValueEvent): string => (typeof summary === 'object' && summary !== null && 'png' in summary ? summary.png : '');

/** A row's start time in the form of a cell, so that the change feed tells new rows as it tells values. */
export const startTimeCell = (row: RunRow): Cell => ({
  ...missingCell({proposal: row.proposal, run: row.run}, startTimeName),
  state: row.startTime === null ? 'missing' : 'ok',
  summary: row.startTime,
});

const steps = new WeakMap<DescribedEvent, ReadonlySet<string>>();

/** The variables of a context that are only steps to others. */
function stepsOf(described: DescribedEvent | undefined): ReadonlySet<string> {
  if (!described) return new Set();
  const known = steps.get(described) ?? new Set(described.variables.filter(({transient}) => transient).map(({name}) => name));
  steps.set(described, known);
  return known;
}

/** The cells that a job will fill, as far as a context tells before it runs. */
export function plannedNames(described: DescribedEvent | undefined, {trigger, variables, only}: Job['entry']): string[] {
  if (!described) return [];
  if (only) return [...(variables ?? [])];
  const graph = graphOf(described);
  const names = variables === null ? null : [...variables];
  return selectVariables(graph, {trigger, names}).filter((name) => graph.variables.get(name)?.transient === false);
}

const graphs = new WeakMap<DescribedEvent, Graph>();

// A thousand triggers of one context need one graph.
/** The graph of a context. */
export function graphOf(described: DescribedEvent): Graph {
  const known = graphs.get(described);
  if (known) return known;
  const graph = buildGraph(described.variables, described.file);
  graphs.set(described, graph);
  return graph;
}
