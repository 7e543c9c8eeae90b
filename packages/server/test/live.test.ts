import type {AddressInfo} from 'node:net';
import {createClient} from 'graphql-ws';
import type {Client} from 'graphql-ws';
import type {FastifyInstance} from 'fastify';
import {beforeEach, expect, test} from 'vitest';
import {WebSocket} from 'ws';
import {createServer} from '../src/app.ts';
import {experimentInMemory} from './experiment-in-memory.ts';
import type {Double} from './experiment-in-memory.ts';

interface ChangeItem {
  number: number;
  reset: boolean;
  variables: boolean;
  cells: {run: number; name: string; state: string; summary: unknown; activity: string; message: string | null}[];
}

const query =
  'subscription($experiment: ID!, $since: Int) {changes(experiment: $experiment, since: $since) {number reset variables cells {proposal run name state summary activity message attributes maxDiff}}}';

let experiment: Double;
let app: FastifyInstance;
let port: number;

beforeEach(async () => {
  experiment = await experimentInMemory();
  app = await createServer({experiments: [experiment], own: () => ({names: new Set(['127.0.0.1']), port})});
  await app.listen({port: 0, host: '127.0.0.1'});
  port = (app.server.address() as AddressInfo).port;
  return () => app.close();
});

const connect = (): Client => createClient({url: `ws://127.0.0.1:${port}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0});

async function* changes(client: Client, since?: number): AsyncGenerator<ChangeItem> {
  const results = client.iterate<{changes: ChangeItem}>({query, variables: {experiment: 'p1234', since}});
  for await (const {data, errors} of results) {
    if (errors) throw errors[0];
    if (data) yield data.changes;
  }
}

const take = async (items: AsyncGenerator<ChangeItem>, count: number): Promise<ChangeItem[]> => {
  const taken: ChangeItem[] = [];
  while (taken.length < count) {
    const step = await items.next();
    if (step.done) break;
    taken.push(step.value);
  }
  return taken;
};

async function change(run: number, summary: number): Promise<number> {
  experiment.changes.push(
    experiment.table.setContent({proposal: 1234, run}, 'energy', {state: 'ok', summary, message: null, attributes: null, maxDiff: null}),
  );
  await experiment.changes.flush();
  return experiment.changes.current;
}

test('a change reaches a subscriber whole, with its number', async () => {
  const client = connect();
  const items = changes(client, experiment.changes.current);
  const next = items.next();
  const number = await change(3, 42.5);
  expect((await next).value).toEqual({
    number,
    reset: false,
    variables: false,
    cells: [
      {
        proposal: 1234,
        run: 3,
        name: 'energy',
        state: 'ok',
        summary: 42.5,
        activity: 'idle',
        message: null,
        attributes: null,
        maxDiff: null,
      },
    ],
  });
  await client.dispose();
});

test('who comes back with the last number gets what was missed, without gap or repeat', async () => {
  const first = connect();
  const before = changes(first, 0);
  const seen = (await take(before, experiment.changes.current)).map(({number}) => number);
  await first.dispose();
  for (const summary of [1, 2, 3]) await change(1, summary + 100);
  const second = connect();
  const after = changes(second, seen.at(-1));
  const missed = (await take(after, 3)).map(({number}) => number);
  const live = after.next();
  await change(1, 200);
  missed.push((await live).value.number);
  expect([...seen, ...missed]).toEqual(Array.from({length: experiment.changes.current}, (_, i) => i + 1));
  await second.dispose();
});

test('a number that is not known any more gives a reset to go on from', async () => {
  const client = connect();
  const [item] = await take(changes(client, 1_000_000), 1);
  expect(item).toEqual({number: experiment.changes.current, reset: true, variables: false, cells: []});
  await client.dispose();
});

test('thirty listeners get the same change, and two questions get their own answers', async () => {
  const clients = Array.from({length: 30}, connect);
  const since = experiment.changes.current;
  const waiting = clients.map((client) => changes(client, since).next());
  const small = connect();
  const numbers = small.iterate({query: `subscription {changes(experiment: "p1234", since: ${since}) {n: number}}`}).next();
  const number = await change(2, 7);
  const items = (await Promise.all(waiting)).map(({value}) => value);
  expect(new Set(items.map((item) => JSON.stringify(item))).size).toBe(1);
  expect(items[0]).toMatchObject({number, cells: [{run: 2, summary: 7}]});
  expect((await numbers).value).toEqual({data: {changes: {n: number}}});
  for (const client of [...clients, small]) await client.dispose();
});

test('questions and mistakes are answered over the same connection', async () => {
  const client = connect();
  const ask = (text: string) => client.iterate({query: text}).next();
  expect((await ask('{experiments {id proposals}}')).value).toEqual({data: {experiments: [{id: 'p1234', proposals: [1234]}]}});
  expect((await ask('subscription {changes(experiment: "nope") {number}}')).value).toMatchObject({
    errors: [{message: expect.stringContaining('no experiment "nope"'), extensions: {code: 'no-such-experiment'}}],
  });
  await expect(ask('{nope}')).rejects.toMatchObject([{message: expect.stringContaining('nope')}]);
  await expect(ask(`{${'a '.repeat(5000)}}`)).rejects.toMatchObject([{message: expect.stringContaining('tokens')}]);
  await client.dispose();
});

test('a subscriber that leaves while nothing happens is forgotten at once', async () => {
  let ended = false;
  const since = experiment.changes.since.bind(experiment.changes);
  experiment.changes.since = async function* follow(number, signal) {
    yield* since(number, signal);
    ended = true;
  };
  const client = connect();
  const items = changes(client, 0);
  await take(items, 1);
  await client.dispose();
  await expect.poll(() => ended).toBe(true);
});

test.for([
  [{origin: 'http://evil.example'}, '127.0.0.1'],
  [{host: 'evil.example'}, '127.0.0.1'],
])('a WebSocket from elsewhere (%j) is refused', async ([headers]) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {headers: headers as Record<string, string>});
  const {promise, resolve} = Promise.withResolvers<number | undefined>();
  socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
  socket.once('error', () => undefined);
  expect(await promise).toBe(403);
  socket.terminate();
});

test('the server closes at once though someone listens', async () => {
  const client = connect();
  const next = changes(client, 0).next();
  await next;
  const before = performance.now();
  await app.close();
  expect(performance.now() - before).toBeLessThan(2000);
});

test('a change is executed and encoded once, however many listen', async () => {
  let readings = 0;
  const cell = {...experiment.table.cell({proposal: 1234, run: 1}, 'energy')};
  Object.defineProperty(cell, 'message', {
    enumerable: true,
    get: () => {
      readings += 1;
      return `reading ${readings}`;
    },
  });
  const clients = Array.from({length: 10}, connect);
  const since = experiment.changes.current;
  const waiting = clients.map((client) => changes(client, since).next());
  await expect.poll(async () => (await app.inject({url: '/health', headers: {host: `127.0.0.1:${port}`}})).statusCode).toBe(200);
  experiment.changes.push([cell]);
  const messages = (await Promise.all(waiting)).map(({value}) => value.cells[0].message);
  expect(new Set(messages)).toEqual(new Set([messages[0]]));
  for (const client of clients) await client.dispose();
});

test('a client that does not read holds nothing back, and misses nothing when it reads again', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
  const received: {type: string; payload?: {data: {changes: {number: number; reset: boolean}}}}[] = [];
  socket.on('message', (data: Buffer) => received.push(JSON.parse(String(data))));
  await expect.poll(() => socket.readyState).toBe(WebSocket.OPEN);
  socket.send(JSON.stringify({type: 'connection_init'}));
  await expect.poll(() => received.length).toBe(1);
  const since = experiment.changes.current;
  socket.send(JSON.stringify({type: 'subscribe', id: '1', payload: {query, variables: {experiment: 'p1234', since}}}));
  await change(1, -1);
  await expect.poll(() => received.length).toBe(2);
  socket.pause();
  const text = 'x'.repeat(50_000);
  for (let i = 0; i < 1500; i++) {
    experiment.changes.push(
      experiment.table.setContent({proposal: 1234, run: 1}, 'text', {
        state: 'ok',
        summary: `${i} ${text}`,
        message: null,
        attributes: null,
        maxDiff: null,
      }),
    );
    await experiment.changes.flush();
  }
  socket.resume();
  const numbers = () => received.flatMap(({payload}) => (payload ? [payload.data.changes] : []));
  await expect.poll(() => numbers().at(-1)?.number, {timeout: 20_000}).toBe(experiment.changes.current);
  const steps = numbers()
    .slice(1)
    .map((item, i) => item.reset || item.number === (numbers()[i]?.number ?? 0) + 1);
  expect(steps.every(Boolean)).toBe(true);
  socket.close();
});
