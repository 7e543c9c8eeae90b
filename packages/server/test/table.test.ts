import {tableFromIPC} from 'apache-arrow';
import {beforeAll, expect, test} from 'vitest';
import type {FastifyInstance} from 'fastify';
import {createServer} from '../src/app.ts';
import {experimentInMemory} from './experiment-in-memory.ts';
import type {Double} from './experiment-in-memory.ts';

let experiment: Double;
let app: FastifyInstance;
const table = '/api/experiments/p1234/table';

beforeAll(async () => {
  experiment = await experimentInMemory();
  app = await createServer({experiments: [experiment, experiment], own: () => ({names: new Set(['localhost']), port: 80})});
  return () => app.close();
});

const get = (url: string, headers = {}) => app.inject({url, headers});

test('experiments are listed, each under an id of its own', async () => {
  const list = (await get('/api/experiments')).json();
  expect(list).toEqual([
    {id: 'p1234', folder: '/folder', proposals: [1234], change: experiment.changes.current},
    {id: 'p1234-2', folder: '/folder', proposals: [1234], change: experiment.changes.current},
  ]);
});

test('the table as JSON says numbers, NaN, pictures and complex values as documented', async () => {
  const {change, columns, rows} = (await get(`${table}?format=json`)).json();
  expect(change).toBe(experiment.changes.current);
  expect(columns[0]).toEqual({name: 'energy', title: 'ENERGY', unit: 'mJ'});
  expect(rows.map(({run}: {run: number}) => run)).toEqual([1, 2, 3]);
  expect(rows[0].values.energy).toEqual({state: 'ok', summary: 1.5, activity: 'idle', message: null});
  expect(rows[0].values.picture.summary).toEqual({image: '/api/experiments/p1234/runs/1234/1/picture/preview.png?v=7'});
  expect(rows[0].values.phase.summary).toEqual({re: 1, im: 'Infinity'});
  expect(rows[1].values.energy.summary).toBe('NaN');
  expect(rows[1].values.picture).toEqual({state: 'missing', summary: null, activity: 'running', message: null});
  expect(rows[2].values.energy).toEqual({state: 'failed', summary: null, activity: 'idle', message: 'ZeroDivisionError: division by zero'});
  expect(rows[2].values.ok).toEqual({state: 'missing', summary: null, activity: 'idle', message: null});
});

test('pictures are named by the id the experiment has here', async () => {
  const {rows} = (await get('/api/experiments/p1234-2/table?format=json&columns=picture')).json();
  expect(rows[0].values.picture.summary.image).toContain('/api/experiments/p1234-2/runs/');
});

test('the table as Arrow has typed columns, states, messages and activities', async () => {
  const response = await get(table);
  expect(response.headers['content-type']).toBe('application/vnd.apache.arrow.stream');
  const arrow = tableFromIPC(response.rawPayload);
  expect([...(arrow.getChild('run') ?? [])]).toEqual([1, 2, 3]);
  expect([...(arrow.getChild('start_time') ?? [])]).toEqual([1_700_000_000.5, null, null]);
  expect([...(arrow.getChild('energy') ?? [])]).toEqual([1.5, Number.NaN, null]);
  expect([...(arrow.getChild('energy#state') ?? [])]).toEqual([0, 0, 3]);
  expect([...(arrow.getChild('energy#message') ?? [])]).toEqual([null, null, 'ZeroDivisionError: division by zero']);
  expect([...(arrow.getChild('text') ?? [])]).toEqual([JSON.stringify('Grüße, "wow"'), '"9007199254740993"', null]);
  expect([...(arrow.getChild('picture#activity') ?? [])]).toEqual([0, 2, 0]);
  expect(arrow.getChild('energy#activity')).toBeNull();
  expect(arrow.getChild('energy#details')).toBeNull();
  expect([...(arrow.getChild('phase#details') ?? [])]).toEqual([null, '{"attributes":{"bold":true},"maxDiff":"NaN"}', null]);
  expect(arrow.schema.metadata.get('change')).toBe(String(experiment.changes.current));
  expect(JSON.parse(arrow.schema.metadata.get('activity') ?? '')).toEqual([[1, 'picture', 'running']]);
  const field = arrow.schema.fields.find(({name}) => name === 'energy');
  expect(Object.fromEntries(field?.metadata ?? [])).toEqual({title: 'ENERGY', units: 'mJ', tags: '[]', type: 'number'});
  expect(arrow.schema.fields.find(({name}) => name === 'ok')?.metadata.get('type')).toBe('boolean');
});

test.for([
  ['rows=1-2', [2, 3]],
  ['rows=1,1', [2]],
  ['rows=5-9', []],
  ['rows=0,0', []],
] as const)('a window %s holds the rows %j', async ([query, runs]) => {
  const arrow = tableFromIPC((await get(`${table}?${query}&columns=ok,energy`)).rawPayload);
  expect([...(arrow.getChild('run') ?? [])]).toEqual(runs);
  expect(arrow.schema.fields.filter(({name}) => !name.includes('#')).map(({name}) => name)).toEqual([
    'proposal',
    'run',
    'start_time',
    'ok',
    'energy',
  ]);
  expect(arrow.schema.metadata.get('total')).toBe('3');
});

test('a table that did not change is not sent again', async () => {
  const first = await get(table);
  const headers = {'if-none-match': String(first.headers.etag)};
  expect((await get(table, headers)).statusCode).toBe(304);
  expect((await get(`${table}?rows=0-0`, headers)).statusCode).toBe(200);
  experiment.changes.push(
    experiment.table.setContent({proposal: 1234, run: 3}, 'ok', {
      state: 'ok',
      summary: false,
      message: null,
      attributes: null,
      maxDiff: null,
    }),
  );
  await experiment.changes.flush();
  expect((await get(table, headers)).statusCode).toBe(200);
});

test.for([
  ['/api/experiments/p9/table', 404, 'no-such-experiment'],
  [`${table}?rows=5-1`, 400, 'bad-rows'],
  [`${table}?rows=x`, 400, 'bad-rows'],
  [`${table}?columns=nope`, 404, 'no-such-variable'],
  [`${table}?format=xml`, 400, 'bad-request'],
  [`${table}?colums=ok`, 400, 'bad-request'],
  ['/api/nope', 404, 'no-such-address'],
] as const)('%s answers %i %s with a sentence', async ([url, status, code]) => {
  const response = await get(url);
  expect(response.statusCode).toBe(status);
  expect(response.json()).toEqual({error: {code, sentence: expect.stringMatching(/^\S.+\.$/)}});
});

test('JSON is compressed for those who can read it, Arrow is not', async () => {
  const headers = {'accept-encoding': 'gzip, br'};
  expect((await get(`${table}?format=json`, headers)).headers['content-encoding']).toBe('gzip');
  expect((await get(table, headers)).headers['content-encoding']).toBeUndefined();
});
