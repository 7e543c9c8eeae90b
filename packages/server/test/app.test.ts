import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Health} from '@firstlight/engine';
import type {FastifyInstance} from 'fastify';
import {beforeAll, expect, test} from 'vitest';
import {createServer} from '../src/app.ts';
import {experimentInMemory} from './experiment-in-memory.ts';

let app: FastifyInstance;
let webRoot: string;
let folder: Health['folder'] = 'ok';

beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'firstlight-page-'));
  const double = await experimentInMemory();
  const experiment = {...double, health: (): Health => ({...double.health(), folder})};
  app = await createServer({experiments: [experiment], own: () => ({names: new Set(['localhost']), port: 80}), webRoot});
  return async () => {
    await app.close();
    await rm(webRoot, {recursive: true});
  };
});

test('a page that is not built says so; built, it answers every address inside it', async () => {
  const before = await app.inject('/');
  expect([before.statusCode, before.body]).toEqual([503, expect.stringContaining('npm run setup')]);
  await mkdir(join(webRoot, 'assets'));
  await writeFile(join(webRoot, 'index.html'), '<!doctype html>the page');
  await writeFile(join(webRoot, 'assets', 'index-abc.js'), 'code');
  for (const address of ['/', '/index.html', '/p1234/run/7', '/p1234?cell=a.b']) {
    expect((await app.inject(address)).body).toBe('<!doctype html>the page');
  }
  const asset = await app.inject('/assets/index-abc.js');
  expect([asset.body, asset.headers['cache-control']]).toEqual(['code', 'public, max-age=31536000, immutable']);
  expect((await app.inject('/assets/none.js')).statusCode).toBe(404);
  expect((await app.inject('/..%2f..%2f..%2fetc/passwd.txt')).statusCode).toBeGreaterThanOrEqual(400);
});

test('health says who is alive and what waits', async () => {
  expect((await app.inject('/health')).json()).toMatchObject({
    status: 'ok',
    serving: true,
    experiments: [{id: 'p1234', status: 'ok', writer: 'alive', waiting: 0, running: 0, disk: 'ok'}],
  });
});

test('health is degraded while a folder is lost, and ok when it is back', async () => {
  const statuses = async () => {
    const {status, experiments} = (await app.inject('/health')).json();
    return [status, experiments[0].status, experiments[0].folder];
  };
  folder = 'lost';
  expect(await statuses()).toEqual(['degraded', 'degraded', 'lost']);
  folder = 'ok';
  expect(await statuses()).toEqual(['ok', 'ok', 'ok']);
});

test('the interface is described for people', async () => {
  const {body, headers} = await app.inject('/api');
  expect(headers['content-type']).toContain('text/html');
  for (const word of ['/api/experiments/ID/table', 'data.npy', 'type Subscription', 'changes(']) expect(body).toContain(word);
});

test('foreign hosts and origins are refused with a sentence', async () => {
  for (const headers of [{host: 'evil.example'}, {origin: 'http://evil.example'}]) {
    const response = await app.inject({url: '/api/experiments', headers});
    expect([response.statusCode, response.json().error.sentence]).toEqual([403, expect.stringMatching(/\.$/)]);
  }
});

test('process streams the events of the work as JSON lines', async () => {
  const response = await app.inject({method: 'POST', url: '/api/experiments/p1234/process', payload: {runs: '1-2'}});
  expect(response.headers['content-type']).toBe('application/x-ndjson');
  const events = response.body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.map(({event, run}) => [event, run])).toEqual([
    ['queued', 1],
    ['queued', 2],
    ['finished', undefined],
  ]);
});

test.for([
  [{runs: 'x'}, 'bad-runs'],
  [{}, 'bad-request'],
  [{runs: '1', nope: 1}, 'bad-request'],
  [{runs: [1.5]}, 'bad-request'],
  ['no json', 'bad-request'],
] as const)('the body %j is refused as %s', async ([payload, code]) => {
  const response = await app.inject({
    method: 'POST',
    url: '/api/experiments/p1234/process',
    headers: {'content-type': 'application/json'},
    payload,
  });
  expect([response.statusCode, response.json().error.code]).toEqual([400, code]);
});
