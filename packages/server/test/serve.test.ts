import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer as createNetServer} from 'node:net';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {silentLog} from '@firstlight/engine';
import {createFolder} from '@firstlight/store';
import {createClient} from 'graphql-ws';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {WebSocket} from 'ws';
import {serve} from '../src/serve.ts';
import type {Serving} from '../src/serve.ts';

const python = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));
const context = `
from damnit_ctx import Variable
import os, time
GATE = "the gate file"

@Variable(title="Number")
def number(run, n: "meta#run_number"):
    return 1.5 * n

@Variable(title="Curve")
def curve(run):
    import numpy
    return numpy.arange(100.0)

@Variable(title="Image")
def image(run):
    import numpy
    return numpy.arange(64.0).reshape(8, 8)

@Variable(title="Broken")
def broken(run):
    raise ValueError("no beam")

@Variable(title="Gate")
def gate(run, n: "meta#run_number"):
    while n >= 100 and not os.path.exists(GATE):
        time.sleep(0.02)
    return True
`;

let dir: string;
let folder: string;
let serving: Serving;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'firstlight-serve-'));
  folder = join(dir, 'folder');
  createFolder(folder, {proposal: 1234, contextPython: python, dataRoot: dir});
  await writeFile(join(folder, 'context.py'), context.replace('the gate file', join(dir, 'gate')));
  serving = await serve([folder], {port: 0, log: silentLog, experiment: {watch: false}});
});

afterAll(async () => {
  await serving?.close();
  await rm(dir, {recursive: true, force: true});
});

const address = (path: string) => new URL(path, serving.url);
const process = (body: object, signal?: AbortSignal) =>
  fetch(address('/api/experiments/p1234/process'), {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify(body),
    ...(signal && {signal}),
  });
const graphql = async (query: string): Promise<unknown> =>
  (await fetch(address('/graphql'), {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({query})})).json();
const table = async () =>
  (await (await fetch(address('/api/experiments/p1234/table?format=json'))).json()) as {
    rows: {run: number; values: Record<string, {state: string; summary: unknown}>}[];
  };
const cellOf = async (run: number, name: string) => (await table()).rows.find((row) => row.run === run)?.values[name];

test('a run is processed on request: its events, its cells and its data can be had', async () => {
  const response = await process({runs: '7', mock: true});
  const events = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(
    events
      .filter(({event}) => event === 'value')
      .map(({name, state}) => `${name} ${state}`)
      .sort(),
  ).toEqual(['broken failed', 'curve ok', 'gate ok', 'image ok', 'number ok', 'start_time ok']);
  expect(events.at(-1)).toMatchObject({event: 'finished', runs: 1, values: {ok: 5, failed: 1}});
  expect(await cellOf(7, 'number')).toMatchObject({state: 'ok', summary: 10.5});
  expect(await cellOf(7, 'broken')).toMatchObject({state: 'failed', message: expect.stringContaining('no beam')});
  const facts = await (await fetch(address('/api/experiments/p1234/runs/1234/7/curve'))).json();
  expect(facts).toMatchObject({kind: 'array', dtype: 'float64', shape: [100]});
  const {image} = events.find(({name}) => name === 'image').summary;
  expect(image).toMatch(/^\/api\/experiments\/p1234\/runs\/1234\/7\/image\/preview\.png\?/);
  expect((await fetch(address(image))).headers.get('content-type')).toBe('image/png');
});

test('every change of a run reaches a listener once, in order, and the last state of each cell is the one in the table', async () => {
  const client = createClient({url: `ws://127.0.0.1:${serving.port}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0});
  const since = serving.experiments[0]?.changes.current ?? 0;
  const query = `subscription {changes(experiment: "p1234", since: ${since}) {number reset cells {run name state activity summary}}}`;
  const numbers: number[] = [];
  const cells = new Map<string, {state: string; activity: string; summary: unknown}>();
  const items = client.iterate<{
    changes: {number: number; cells: {run: number; name: string; state: string; activity: string; summary: unknown}[]};
  }>({query});
  const done = graphql('mutation {process(experiment: "p1234", runs: "8-9", mock: true, variables: ["number", "broken"]) {run message}}');
  for await (const {data} of items) {
    if (!data) continue;
    numbers.push(data.changes.number);
    for (const {run, name, ...cell} of data.changes.cells) cells.set(`${run} ${name}`, cell);
    const wanted = ['8 number', '9 number', '8 broken', '9 broken'].map((key) => cells.get(key));
    if (wanted.every((cell) => cell && cell.state !== 'missing' && cell.activity === 'idle')) break;
  }
  expect(await done).toEqual({
    data: {
      process: [
        {run: 8, message: null},
        {run: 9, message: null},
      ],
    },
  });
  expect(numbers).toEqual(numbers.map((_, i) => since + 1 + i));
  expect(cells.get('9 number')).toEqual({state: 'ok', activity: 'idle', summary: 13.5});
  await client.dispose();
});

test('a run that does not exist is refused with a sentence', async () => {
  expect(await graphql('mutation {process(experiment: "p1234", runs: "999") {run}}')).toMatchObject({
    errors: [{message: expect.stringMatching(/\.$/), extensions: {code: 'no-such-run'}}],
  });
  const events = (await (await process({runs: '999'})).text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events).toMatchObject([
    {event: 'finished', run: 999, outcome: 'failed'},
    {event: 'finished', runs: 1},
  ]);
});

test('work goes on when the client that asked for it leaves', async () => {
  const leave = new AbortController();
  const response = await process({runs: '100', mock: true, variables: ['gate']}, leave.signal);
  await response.body?.getReader().read();
  leave.abort();
  expect(await (await fetch(address('/health'))).json()).toMatchObject({status: 'ok', experiments: [{writer: 'alive'}]});
  await writeFile(join(dir, 'gate'), '');
  await expect.poll(async () => (await cellOf(100, 'gate'))?.state, {timeout: 30_000}).toBe('ok');
});

test('a request under a foreign name is refused', async () => {
  const response = await fetch(address('/api/experiments'), {headers: {origin: 'http://evil.example'}});
  expect([response.status, await response.json()]).toEqual([403, {error: {code: 'foreign-origin', sentence: expect.any(String)}}]);
});

test('a port that is taken gives a sentence, and leaves the folder alone', async () => {
  const other = createNetServer().listen(0, '127.0.0.1');
  await expect.poll(() => other.listening).toBe(true);
  const {port} = other.address() as AddressInfo;
  await expect(serve([folder], {port, log: silentLog})).rejects.toMatchObject({
    code: 'port-taken',
    message: expect.stringContaining('--port'),
  });
  other.close();
});

test('a folder that another server has is not opened, and nothing is left behind', async () => {
  await expect(serve([folder], {port: 0, log: silentLog, experiment: {watch: false}})).rejects.toMatchObject({code: 'folder-owned'});
});

test('a server stops within five seconds in the middle of work, by its signal, and the next one goes on', async () => {
  await rm(join(dir, 'gate'));
  const response = await process({runs: '101', mock: true, variables: ['gate']});
  const reader = response.body?.getReader();
  await reader?.read();
  const before = performance.now();
  await serving.close();
  expect(performance.now() - before).toBeLessThan(5000);
  await writeFile(join(dir, 'gate'), '');
  const stop = new AbortController();
  serving = await serve([folder], {port: 0, log: silentLog, experiment: {watch: false}, signal: stop.signal});
  await expect.poll(async () => (await cellOf(101, 'gate'))?.state, {timeout: 30_000}).toBe('ok');
  stop.abort();
  await serving.closed;
});
