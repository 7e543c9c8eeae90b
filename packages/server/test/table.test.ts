import {tableFromIPC} from 'apache-arrow';
import {beforeAll, expect, test} from 'vitest';
import type {FastifyInstance} from 'fastify';
import {createServer} from '../src/app.ts';
import {experimentInMemory} from './experiment-in-memory.ts';
import type {Double} from './experiment-in-memory.ts';

let experiment: Double;
let app: FastifyInstance;
let both: FastifyInstance;
const table = '/api/experiments/p1234/table';

beforeAll(async () => {
  experiment = await experimentInMemory();
  app = await createServer({experiments: [experiment], own});
  const [one, other] = [
    {...experiment, id: 'p1234-aaaaaa'},
    {...experiment, id: 'p1234-bbbbbb'},
  ];
  both = await createServer({experiments: [one, other], own});
  return async () => void (await Promise.all([app.close(), both.close()]));
});

const own = () => ({names: new Set(['localhost']), port: 80});

const get = (url: string, headers = {}) => app.inject({url, headers});

const listed = async (server: FastifyInstance): Promise<unknown[]> => (await server.inject('/api/experiments')).json();

test('an experiment has a short id when it is the only one of its proposal, else the one that is always its own', async () => {
  const facts = {folder: '/folder', proposals: [1234], change: experiment.changes.current};
  expect(await listed(app)).toEqual([{id: 'p1234', ...facts}]);
  expect(await listed(both)).toEqual([
    {id: 'p1234-aaaaaa', ...facts},
    {id: 'p1234-bbbbbb', ...facts},
  ]);
  expect((await both.inject('/api/experiments/p1234/table')).json().error.sentence).toMatch(/has p1234-aaaaaa, p1234-bbbbbb/);
});

test('the id that is always its own is understood where a short one is shown', async () => {
  const reader = {...experiment.reader, previewPng: () => Promise.resolve(Uint8Array.of(137))};
  const alone = await createServer({experiments: [{...experiment, id: 'p1234-aaaaaa', reader}], own});
  expect(await listed(alone)).toMatchObject([{id: 'p1234'}]);
  for (const id of ['p1234', 'p1234-aaaaaa']) {
    const {rows} = (await alone.inject(`/api/experiments/${id}/table?format=json&columns=picture`)).json();
    const picture = rows[0].values.picture.summary.image;
    expect(picture).toContain(`/api/experiments/${id}/runs/`);
    expect((await alone.inject(picture.replace('v=', 'version='))).statusCode).toBe(200);
  }
  await alone.close();
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
  const {rows} = (await both.inject('/api/experiments/p1234-bbbbbb/table?format=json&columns=picture')).json();
  expect(rows[0].values.picture.summary.image).toContain('/api/experiments/p1234-bbbbbb/runs/');
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
  expect([...(arrow.getChild('text') ?? [])]).toEqual([JSON.stringify('Grüße, "wow"'), '{"int":"9007199254740993"}', null]);
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
  ['rows=-2', [2, 3]],
  ['rows=-9', [1, 2, 3]],
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
