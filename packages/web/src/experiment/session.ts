import {backoffMs, followFeed, openSocketFeed, waitOrOnline, type OpenFeed} from './feed.ts';
import {fetchContext, fetchTable} from './http.ts';
import type {ContextFacts, FeedItem} from './wire.ts';
import {TableStore, type LoadedTable} from './table-store.ts';

/** How the line to the server is; times are milliseconds since 1970. */
export type Connection =
  | {readonly state: 'connecting'}
  | {readonly state: 'connected'}
  | {readonly state: 'reconnecting'; readonly since: number}
  | {readonly state: 'offline'; readonly since: number; readonly reason: string | null};

/** What the page shows of an experiment; a new object whenever something in it is new. */
export interface SessionView {
  readonly store: TableStore | null;
  readonly connection: Connection;
  readonly problems: ContextFacts['problems'];
  /** When the last change came in, milliseconds since 1970, to the second. */
  readonly lastChangeAt: number | null;
  /** Why the table could not be loaded, while it could not. */
  readonly failure: string | null;
}

/** What a session needs of the world; tests bring their own. */
export interface SessionEffects {
  /** Loads the whole table (null), or so many of its newest rows. */
  readonly load: (id: string, newest: number | null, signal: AbortSignal) => Promise<LoadedTable>;
  readonly context: (id: string, asked: {variables: boolean}, signal: AbortSignal) => Promise<ContextFacts>;
  readonly open: (id: string) => OpenFeed;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly every: (ms: number, action: () => void, signal: AbortSignal) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const browserEffects: SessionEffects = {
  // The library that reads the stream is fetched beside the stream.
  load: (id, newest, signal) =>
    Promise.all([fetchTable(id, newest, signal), import('./arrow.ts')]).then(([bytes, {decodeTable}]) => decodeTable(bytes)),
  context: fetchContext,
  open: openSocketFeed,
  wait: waitOrOnline,
  every: (ms, action, signal) => {
    const timer = setInterval(() => document.hidden || action(), ms); // nobody looks
    signal.addEventListener('abort', () => clearInterval(timer));
  },
  now: () => Date.now(),
};

const offlineAfterMs = 5_000;
const contextEveryMs = 5_000;
const rowsOfFirstLook = 100; // as many as the tallest window shows

/**
 * One experiment on screen: loads the table, then follows its changes until it is closed.
 *
 * Changes are applied in order of their numbers; when one is missing, or the server no longer keeps it, the table is loaded again while the old one stays visible.
 */
export class Session {
  readonly id: string;
  #view: SessionView = {store: null, connection: {state: 'connecting'}, problems: [], lastChangeAt: null, failure: null};
  readonly #effects: SessionEffects;
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  #reloading: AbortController | undefined;

  constructor(id: string, effects: SessionEffects = browserEffects) {
    this.id = id;
    this.#effects = effects;
    void this.#run();
    const {signal} = this.#stop;
    effects.every(1_000, () => this.#tick(), signal);
    effects.every(contextEveryMs, () => void this.#lookAtContext({variables: false}), signal);
  }

  /** The view now; the same object until something changes. */
  view = (): SessionView => this.#view;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Ends every connection and timer. */
  close(): void {
    this.#stop.abort();
  }

  #show(more: Partial<SessionView>): void {
    this.#view = {...this.#view, ...more};
    for (const listener of this.#listeners) listener();
  }

  async #run(): Promise<void> {
    const {signal} = this.#stop;
    await this.#load();
    while (!signal.aborted) {
      this.#reloading = new AbortController();
      await followFeed({
        since: () => this.#view.store?.change ?? 0,
        onOpen: () => this.#opened(),
        onItem: (item) => this.#take(item),
        onLost: () => this.#lost(null),
        signal: AbortSignal.any([signal, this.#reloading.signal]),
        open: this.#effects.open(this.id),
        wait: this.#effects.wait,
      }).catch((error: unknown) => this.#lost(sentenceOf(error)));
      if (!signal.aborted) await this.#load();
    }
  }

  #opened(): void {
    this.#show({connection: {state: 'connected'}});
    void this.#lookAtContext({variables: true});
  }

  #lost(reason: string | null): void {
    if (this.#stop.signal.aborted) return;
    const before = this.#view.connection;
    const since = before.state === 'reconnecting' || before.state === 'offline' ? before.since : this.#effects.now();
    if (before.state !== 'offline') this.#show({connection: {state: 'reconnecting', since}});
    if (reason !== null) this.#show({connection: {state: 'offline', since, reason}});
  }

  /** A loss of a few seconds is a hiccup; a longer one has a name. */
  #tick(): void {
    const {connection} = this.#view;
    if (connection.state !== 'reconnecting' || this.#effects.now() - connection.since < offlineAfterMs) return;
    this.#show({connection: {state: 'offline', since: connection.since, reason: null}});
  }

  #take(item: FeedItem): void {
    const {store} = this.#view;
    if (!store) return;
    if (item.reset || store.apply(item) === 'gap') {
      this.#reloading?.abort();
      return;
    }
    if (item.variables) void this.#lookAtContext({variables: true});
    const lastChangeAt = Math.floor(this.#effects.now() / 1000) * 1000;
    if (lastChangeAt !== this.#view.lastChangeAt) this.#show({lastChangeAt}); // once a second is as much as anyone reads
  }

  /** Shows what is looked at first before all of a long table is here; true when that is all of it. */
  async #loadNewest(signal: AbortSignal): Promise<boolean> {
    const newest = await this.#effects.load(this.id, rowsOfFirstLook, signal);
    this.#show({store: new TableStore(newest), failure: null});
    return newest.total <= newest.runs.length;
  }

  /** Loads the table, trying again until it succeeds or the session is closed. */
  async #load(): Promise<void> {
    const {signal} = this.#stop;
    for (let attempt = 2; !signal.aborted; attempt += 1) {
      try {
        if (!this.#view.store && (await this.#loadNewest(signal))) return;
        const table = await this.#effects.load(this.id, null, signal);
        this.#show({store: new TableStore(table), failure: null});
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#lost(null);
        this.#show({failure: sentenceOf(error)});
        await this.#effects.wait(backoffMs(attempt), signal);
      }
    }
  }

  async #lookAtContext(asked: {variables: boolean}): Promise<void> {
    if (this.#view.connection.state !== 'connected') return;
    try {
      const {variables, problems} = await this.#effects.context(this.id, asked, this.#stop.signal);
      if (variables) this.#view.store?.setVariables(variables);
      if (JSON.stringify(problems) !== JSON.stringify(this.#view.problems)) this.#show({problems});
    } catch {
      // Looked at again with the next connection, change of columns or tick; the connection's state tells that the server is away.
    }
  }
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
