import {expect, test, vi} from 'vitest';
import {missingCell, type ChangedCell} from './model.ts';
import {Session, type SessionEffects} from './session.ts';
import type {LoadedTable} from './table-store.ts';
import type {FeedItem} from './wire.ts';

const variable = {name: 'energy', title: 'Energy', units: 'mJ', description: null, tags: []};

const table = (change: number, energy: number): LoadedTable => ({
  change,
  total: 1,
  proposals: Int32Array.of(1234),
  runs: Int32Array.of(1),
  startTimes: Float64Array.of(Number.NaN),
  columns: [
    {variable, loaded: {states: Uint8Array.of(0), numbers: {values: Float64Array.of(energy), present: Uint8Array.of(1), boolean: false}}},
  ],
  activity: [],
});

const cell = (summary: number): ChangedCell => ({...missingCell, proposal: 1234, run: 1, name: 'energy', state: 'ok', summary});
const item = (number: number, more: Partial<FeedItem> = {}): FeedItem => ({
  number,
  reset: false,
  variables: false,
  cells: [cell(number)],
  ...more,
});

/** A world whose feed gives, for each connection, the next list of items and then stays silent. */
function world(loads: (LoadedTable | Error)[], connections: FeedItem[][]) {
  const asked: number[] = [];
  let ticks: () => void = () => undefined;
  let now = 0;
  const effects: SessionEffects = {
    load: () => {
      const next = loads.shift();
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? table(0, 0));
    },
    context: () => Promise.resolve({variables: [variable], problems: []}),
    open: () =>
      async function* (since, onOpen, signal) {
        asked.push(since);
        const items = connections.shift();
        if (!items) throw Object.assign(new Error('refused'), {code: 1006});
        onOpen();
        yield* items;
        if (connections.length === 0) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    wait: () => Promise.resolve(),
    every: (ms, action) => {
      if (ms === 1_000) ticks = action;
    },
    now: () => now,
  };
  return {effects, asked, pass: (ms: number) => ((now += ms), ticks())};
}

const energyOf = (session: Session) => session.view().store?.cell(1234, 1, 'energy').summary;

test('a change that is missing makes the table load again, and the feed goes on from there', async () => {
  const {effects, asked} = world([table(5, 5), table(9, 9)], [[item(6), item(8)], [item(10)]]);
  const session = new Session('p1234', effects);
  await vi.waitFor(() => expect(energyOf(session)).toBe(10));
  expect(asked).toEqual([5, 9]);
  session.close();
});

test('changes that are not kept any more make the table load again', async () => {
  const {effects, asked} = world([table(5, 5), table(40, 40)], [[item(30, {reset: true, cells: []})], [item(41)]]);
  const session = new Session('p1234', effects);
  await vi.waitFor(() => expect(energyOf(session)).toBe(41));
  expect(asked).toEqual([5, 40]);
  session.close();
});

test('what comes twice over a broken line is applied once', async () => {
  const {effects, asked} = world([table(5, 5)], [[item(6)], [item(6), item(7)], [item(8)]]);
  const session = new Session('p1234', effects);
  await vi.waitFor(() => expect(energyOf(session)).toBe(8));
  expect(asked).toEqual([5, 6, 7]);
  expect(session.view().connection).toEqual({state: 'connected'});
  session.close();
});

test('a server that cannot give the table yet is asked again, and the reason is shown meanwhile', async () => {
  const failure = new Error('The server does not answer.');
  const {effects} = world([failure, failure, table(1, 1)], [[]]);
  const session = new Session('p1234', effects);
  const seen: (string | null)[] = [];
  session.subscribe(() => seen.push(session.view().failure));
  await vi.waitFor(() => expect(session.view().connection).toEqual({state: 'connected'}));
  expect(seen).toContain('The server does not answer.');
  expect(session.view().failure).toBeNull();
  session.close();
});

test('a loss of more than five seconds has a name and a time', async () => {
  const {effects, pass} = world([table(1, 1)], []);
  const session = new Session('p1234', {
    ...effects,
    wait: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
  });
  await vi.waitFor(() => expect(session.view().connection).toEqual({state: 'reconnecting', since: 0}));
  pass(4_000);
  expect(session.view().connection.state).toBe('reconnecting');
  pass(2_000);
  expect(session.view().connection).toEqual({state: 'offline', since: 0, reason: null});
  session.close();
});

test('of a long table the newest rows are shown before the whole is here, of a short one they are all', async () => {
  const whole = Promise.withResolvers<LoadedTable>();
  const asked: (number | null)[] = [];
  const {effects} = world([], [[]]);
  const session = new Session('p1', {
    ...effects,
    load: (_id, newest) => {
      asked.push(newest);
      return newest === null ? whole.promise : Promise.resolve({...table(1, 5), total: 400});
    },
  });
  await vi.waitFor(() => expect(energyOf(session)).toBe(5));
  expect(session.view().connection.state).toBe('connecting');
  whole.resolve(table(3, 6));
  await vi.waitFor(() => expect(energyOf(session)).toBe(6));
  expect(asked).toEqual([expect.any(Number), null]);
  session.close();
});
