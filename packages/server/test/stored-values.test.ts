import {execFileSync} from 'node:child_process';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {tableFromIPC} from 'apache-arrow';
import {Experiment, silentLog} from '@firstlight/engine';
import {createFolder, decodeNpy, openFolder, writeFragment} from '@firstlight/store';
import type {FragmentResult, Value} from '@firstlight/store';
import type {FastifyInstance} from 'fastify';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {createServer} from '../src/app.ts';

const python = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));
const ok = (name: string, data: Value): FragmentResult => ({name, outcome: {state: 'ok', cell: {data}}});
const floats = (...shape: number[]) =>
  ({dtype: 'float32', shape, data: Float32Array.from({length: shape.reduce((a, b) => a * b, 1)}, (_, i) => i)}) as const;

const values: FragmentResult[] = [
  ok('number', 1.5),
  ok('text', 'hello'),
  ok('image2d', floats(20, 30)),
  ok('stack', floats(3, 4, 5)),
  ok('phase', {dtype: 'complex128', shape: [2], data: Float64Array.of(1, 2, 3, 4)}),
  ok('flags', {dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1)}),
  ok('big', {dtype: 'int64', shape: [2], data: BigInt64Array.of(9_007_199_254_740_993n, -1n)}),
  ok('curve', {kind: 'DataArray', dims: ['x'], coords: {x: {...floats(4), dims: ['x']}}, attrs: {units: 'mJ'}, array: floats(4)}),
  ok('both', {
    kind: 'Dataset',
    variables: {a: {dims: ['x'], attrs: {units: 'K'}, array: floats(4)}},
    coords: {x: {...floats(4), dims: ['x']}},
    attrs: {},
  }),
  ok('labelled', {
    kind: 'DataArray',
    name: 'frame',
    dims: ['y', 'x'],
    coords: {
      x: {...floats(3), dims: ['x'], attrs: {units: 'mm'}},
      phase: {dtype: 'complex128', shape: [2], data: Float64Array.of(1, 2, 3, 4), dims: ['y']},
    },
    attrs: {count: 3n, large: 9_007_199_254_740_993n, limits: [1, Number.NaN]},
    array: floats(2, 3),
  }),
  ok('picture', {kind: 'image', rgba: new Uint8Array(8 * 6 * 4).fill(200), width: 8, height: 6}),
  ok('figure', {kind: 'plotly', json: '{"data":[{"y":[1,2]}],"layout":{}}'}),
  {name: 'broken', outcome: {state: 'failed', errorClass: 'ValueError', message: 'no beam'}},
];

let dir: string;
let folder: string;
let experiment: Experiment;
let app: FastifyInstance;
const run7 = '/api/experiments/p1234/runs/1234/7';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'firstlight-server-'));
  folder = join(dir, 'folder');
  createFolder(folder, {proposal: 1234, contextPython: python, dataRoot: dir});
  await writeFile(join(folder, 'context.py'), '');
  experiment = await Experiment.open(folder, {watch: false, log: silentLog});
  writeFragment(experiment.folder.extractedData, {proposal: 1234, run: 7}, values);
  await experiment[Symbol.asyncDispose]();
  experiment = await Experiment.open(folder, {watch: false, log: silentLog});
  app = await createServer({experiments: [experiment], own: () => ({names: new Set(['localhost']), port: 80})});
});

afterAll(async () => {
  await app?.close();
  await experiment?.[Symbol.asyncDispose]();
  await rm(dir, {recursive: true, force: true});
});

const get = (url: string, headers = {}) => app.inject({url, headers});

test('the table holds the stored values', async () => {
  const {rows} = (await get('/api/experiments/p1234/table?format=json')).json();
  expect(rows).toHaveLength(1);
  expect(rows[0].values.number).toMatchObject({state: 'ok', summary: 1.5});
  expect(rows[0].values.picture.summary.image).toMatch(/^\/api\/experiments\/p1234\/runs\/1234\/7\/picture\/preview\.png\?digest=/);
  expect(rows[0].values.broken).toMatchObject({state: 'failed', message: 'ValueError: no beam'});
});

test('a value says what it is and where its data can be had', async () => {
  expect((await get(`${run7}/curve`)).json()).toMatchObject({
    proposal: 1234,
    run: 7,
    name: 'curve',
    state: 'ok',
    kind: 'DataArray',
    dtype: 'float32',
    shape: [4],
    dims: ['x'],
    units: 'mJ',
    links: {self: `${run7}/curve`, arrow: `${run7}/curve/data.arrow`, npy: `${run7}/curve/data.npy`},
  });
  expect((await get(`${run7}/text`)).json()).toMatchObject({kind: 'text', text: 'hello', links: {self: `${run7}/text`}});
  expect((await get(`${run7}/figure`)).json().links.figure).toBe(`${run7}/figure/figure.json`);
  expect((await get(`${run7}/both`)).json().links['arrow a']).toBe(`${run7}/both/data.arrow?variable=a`);
  expect((await get(`${run7}/broken`)).json()).toMatchObject({
    state: 'failed',
    message: 'ValueError: no beam',
    kind: null,
    links: {self: `${run7}/broken`},
  });
});

test('an array comes as Arrow with its shape and labels', async () => {
  const image = tableFromIPC((await get(`${run7}/image2d/data.arrow`)).rawPayload);
  expect(image.schema.metadata.get('shape')).toBe('[20,30]');
  expect(image.getChild('value')?.toArray()).toEqual(floats(20, 30).data);
  const curve = tableFromIPC((await get(`${run7}/curve/data.arrow`)).rawPayload);
  expect(curve.schema.fields.map(({name}) => name)).toEqual(['value', 'x']);
  expect([curve.schema.metadata.get('units'), curve.schema.metadata.get('dims')]).toEqual(['mJ', '["x"]']);
  const phase = tableFromIPC((await get(`${run7}/phase/data.arrow`)).rawPayload);
  expect([...(phase.getChild('value.im') ?? [])]).toEqual([2, 4]);
  const flags = tableFromIPC((await get(`${run7}/flags/data.arrow`)).rawPayload);
  expect([flags.getChild('value')?.toArray(), flags.schema.metadata.get('dtype')]).toEqual([Uint8Array.of(1, 0, 1), 'bool']);
  const part = tableFromIPC((await get(`${run7}/both/data.arrow?variable=a`)).rawPayload);
  expect([part.numRows, part.schema.metadata.get('units')]).toEqual([4, 'K']);
});

test('labels come with their types, whatever they are, so that nothing is lost', async () => {
  const described = (await get(`${run7}/labelled`)).json();
  expect(described).toMatchObject({
    dims: ['y', 'x'],
    attrs: {count: 3, large: '9007199254740993', limits: [1, 'NaN']},
    arrayName: 'frame',
    arrays: [
      {name: 'phase', dtype: 'complex128', shape: [2], dims: ['y'], coordinate: true},
      {name: 'x', dtype: 'float32', shape: [3], dims: ['x'], attrs: {units: 'mm'}, coordinate: true},
    ],
  });
  const {metadata} = tableFromIPC((await get(`${run7}/labelled/data.arrow`)).rawPayload).schema;
  expect(JSON.parse(metadata.get('coords') ?? '')).toEqual({
    phase: {dims: ['y'], dtype: 'complex128', shape: [2]},
    x: {dims: ['x'], dtype: 'float32', shape: [3], values: [0, 1, 2]},
  });
  const phase = tableFromIPC((await get(`${run7}/labelled/data.arrow?variable=phase`)).rawPayload);
  expect([...(phase.getChild('value.im') ?? [])]).toEqual([2, 4]);
  expect((await get(`${run7}/labelled/data.arrow?variable=nope`)).json().error.code).toBe('bad-request');
});

test('a large image comes reduced when asked', async () => {
  const small = tableFromIPC((await get(`${run7}/image2d/data.arrow?max=10x10`)).rawPayload);
  expect([small.schema.metadata.get('shape'), small.schema.metadata.get('block'), small.schema.metadata.get('fullShape')]).toEqual([
    '[10,10]',
    '[2,3]',
    '[20,30]',
  ]);
  const slice = tableFromIPC((await get(`${run7}/stack/data.arrow?slice=-1&max=100x100`)).rawPayload);
  expect([slice.schema.metadata.get('shape'), slice.getChild('value')?.get(0)]).toEqual(['[4,5]', 40]);
});

test('an array and a slice of it come as .npy, as numpy reads it', async () => {
  const sliced = decodeNpy((await get(`${run7}/stack/data.npy?slice=0:2,1`)).rawPayload);
  expect(sliced).toEqual({dtype: 'float32', shape: [2, 5], data: Float32Array.of(5, 6, 7, 8, 9, 25, 26, 27, 28, 29)});
  const path = join(dir, 'big.npy');
  await writeFile(path, (await get(`${run7}/big/data.npy`)).rawPayload);
  const seen = execFileSync(python, ['-c', 'import numpy, sys; a = numpy.load(sys.argv[1]); print(a.dtype, a.shape, a[0])', path], {
    encoding: 'utf8',
  });
  expect(seen.trim()).toBe('int64 (2,) 9007199254740993');
});

test('pictures and figures are served as they are', async () => {
  const thumbnail = await get(`${run7}/image2d/preview.png`);
  expect([thumbnail.headers['content-type'], thumbnail.rawPayload.subarray(1, 4).toString()]).toEqual(['image/png', 'PNG']);
  const full = (await get(`${run7}/picture/preview.png?full=true`)).rawPayload;
  expect([full.readUInt32BE(16), full.readUInt32BE(20)]).toEqual([8, 6]);
  const {rows} = (await get('/api/experiments/p1234/table?format=json&columns=picture')).json();
  expect((await get(rows[0].values.picture.summary.image)).headers['content-type']).toBe('image/png');
  expect((await get(`${run7}/figure/figure.json`)).json()).toEqual({data: [{y: [1, 2]}], layout: {}});
});

test('a pandas table is served by its arrays, and its first rows for people to look at', async () => {
  await mkdir(join(dir, 'tables'), {recursive: true});
  const script = [
    'import io, sys, h5py, numpy, pandas',
    "frame = pandas.DataFrame({'a': [1.5, float('nan'), 3], 's': ['x', None, 'z'], 't': pandas.to_datetime(['2026-01-31 18:05:09.5', None, '1969-12-31 23:59:59.000000001'])}, index=pandas.Index([10, 20, 30], name='train'))",
    'buffer = io.BytesIO()',
    "frame.to_parquet(buffer, engine='pyarrow')",
    "with h5py.File(sys.argv[1], 'a') as file:",
    "    file['frame/data'] = numpy.frombuffer(buffer.getvalue(), 'uint8')",
    "    file['frame'].attrs['_damnit_objtype'] = 'dataframe'",
    "    file['.reduced/frame'] = 'DataFrame (0.00MB)'",
  ].join('\n');
  const other = join(dir, 'tables', 'folder');
  createFolder(other, {proposal: 1234, contextPython: python, dataRoot: dir});
  const {extractedData} = openFolder(other);
  const fragment = writeFragment(extractedData, {proposal: 1234, run: 1}, [ok('number', 1)]);
  execFileSync(python, ['-c', script, join(extractedData, fragment)]);
  await using opened = await Experiment.open(other, {watch: false, log: silentLog});
  await using server = await createServer({experiments: [opened], own: () => ({names: new Set(['localhost']), port: 80})});
  const ask = async (path: string) => server.inject(`/api/experiments/p1234/runs/1234/1/frame${path}`);
  expect((await ask('')).json()).toMatchObject({kind: 'Dataset', table: true, links: {rows: expect.stringMatching(/rows\.json$/)}});
  expect((await ask('/rows.json?first=3')).json()).toEqual({
    total: 3,
    columns: [
      {name: 'train', index: true, units: null},
      {name: 'a', index: false, units: null},
      {name: 's', index: false, units: null},
      {name: 't', index: false, units: 'nanoseconds since 1970-01-01'},
    ],
    rows: [
      [10, 1.5, 'x', '2026-01-31 18:05:09.5'],
      [20, 'NaN', '', ''],
      [30, 3, 'z', '1969-12-31 23:59:59.000000001'],
    ],
  });
  const column = tableFromIPC((await ask('/data.arrow?variable=a')).rawPayload);
  expect([column.schema.metadata.get('dims'), column.schema.fields.map(({name}) => name)]).toEqual(['["train"]', ['value', 'train']]);
  expect((await get(`${run7}/curve/rows.json`)).json().error.code).toBe('no-table');
});

test.for(['', '/data.arrow', '/data.npy?slice=0', '/preview.png'])('curve%s is not sent again when it did not change', async (file) => {
  const first = await get(`${run7}/curve${file}`);
  expect(first.statusCode).toBe(200);
  const again = await get(`${run7}/curve${file}`, {'if-none-match': String(first.headers.etag)});
  expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0]);
});

test.for([
  ['/api/experiments/p9/runs/1234/7/curve', 404, 'no-such-experiment'],
  ['/api/experiments/p1234/runs/1234/99/curve', 404, 'no-such-run'],
  ['/api/experiments/p1234/runs/x/7/curve', 400, 'bad-request'],
  [`${run7}/nope`, 404, 'no-such-variable'],
  [`${run7}/broken/data.arrow`, 404, 'no-value'],
  [`${run7}/text/data.npy`, 404, 'no-array'],
  [`${run7}/curve/figure.json`, 404, 'no-figure'],
  [`${run7}/number/preview.png`, 404, 'no-preview'],
  [`${run7}/stack/data.npy?slice=0,0,0,0`, 400, 'bad-slice'],
  [`${run7}/stack/data.npy?slice=7`, 400, 'bad-slice'],
  [`${run7}/stack/data.npy?slice=a`, 400, 'bad-slice'],
  [`${run7}/stack/data.arrow?max=big`, 400, 'bad-request'],
  [`${run7}/both/data.arrow`, 400, 'bad-request'],
] as const)('%s answers %i %s with a sentence', async ([url, status, code]) => {
  const response = await get(url);
  expect([response.statusCode, response.json().error]).toEqual([status, {code, sentence: expect.stringMatching(/^\S.+\.$/)}]);
});

test('a value can be read as soon as its fragment is complete, before it is merged', async () => {
  const first = (await get(`${run7}/curve/data.npy`)).headers.etag;
  writeFragment(experiment.folder.extractedData, {proposal: 1234, run: 7}, [
    ok('curve', {dtype: 'float64', shape: [1], data: Float64Array.of(99)}),
  ]);
  const response = await get(`${run7}/curve/data.npy`, {'if-none-match': String(first)});
  expect(decodeNpy(response.rawPayload).data).toEqual(Float64Array.of(99));
});

test('a reader that dies costs one request', async () => {
  const {pid} = experiment.reader;
  process.kill(pid ?? 0, 'SIGKILL');
  await expect.poll(async () => (await get(`${run7}/stack`)).statusCode, {timeout: 20_000}).toBe(200);
});
