import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Experiment, silentLog} from '@firstlight/engine';
import {createFolder, writeFragment} from '@firstlight/store';
import type {FragmentResult} from '@firstlight/store';
import type {FastifyInstance} from 'fastify';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {createServer} from '../src/app.ts';

const python = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));
const line = {dtype: 'float64', shape: [3], data: Float64Array.of(1, 2, Number.NaN)} as const;
const results: FragmentResult[] = [
  {name: 'fit', outcome: {state: 'ok', cell: {data: 2.5, units: 'mm'}}},
  {name: 'curve', outcome: {state: 'ok', cell: {data: line}}},
];
const hdf5 = {'content-type': 'application/x-hdf5'};
const run = '/api/experiments/p1234/runs/1234/9';

let directory: string;
let experiment: Experiment;
let app: FastifyInstance;
let values: Buffer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'firstlight-submit-'));
  const folder = join(directory, 'folder');
  createFolder(folder, {proposal: 1234, contextPython: python, dataRoot: directory});
  await writeFile(join(folder, 'context.py'), '');
  values = await readFile(join(directory, writeFragment(directory, {proposal: 1234, run: 9}, results)));
  experiment = await Experiment.open(folder, {watch: false, log: silentLog});
  app = await createServer({experiments: [experiment], own: () => ({names: new Set(['localhost']), port: 80})});
});

afterAll(async () => {
  await app?.close();
  await experiment?.[Symbol.asyncDispose]();
  await rm(directory, {recursive: true, force: true});
});

const post = (payload: Buffer, headers: Record<string, string> = hdf5) => app.inject({method: 'POST', url: run, payload, headers});

test('values that a program sends are in the table when the answer comes, also of a run that is new', async () => {
  expect((await post(values)).statusCode).toBe(201);
  const {rows} = (await app.inject('/api/experiments/p1234/table?format=json')).json();
  expect(rows).toMatchObject([{run: 9, values: {fit: {state: 'ok', summary: 2.5}, curve: {state: 'ok'}}}]);
  expect((await app.inject(`${run}/fit`)).json()).toMatchObject({state: 'ok', units: 'mm'});
});

test('a value can be had as a file, and be given back as it came', async () => {
  const {rawPayload, headers} = await app.inject(`${run}/curve/value.h5`);
  expect(headers).toMatchObject({'content-type': 'application/x-hdf5', 'content-length': String(rawPayload.length)});
  expect((await post(rawPayload)).statusCode).toBe(201);
  const described = (await app.inject(`${run}/curve`)).json();
  expect(described).toMatchObject({state: 'ok', kind: 'array', dtype: 'float64', shape: [3]});
  expect((await app.inject('/api/experiments/p1234/runs/1234/9/nothing/value.h5')).statusCode).toBe(404);
});

test('the table comes by columns, with what JSON cannot say as objects', async () => {
  const {runs, values: columns} = (await app.inject('/api/experiments/p1234/table?format=columns')).json();
  expect(runs).toEqual([[1234, 9, null]]);
  expect(columns).toMatchObject({fit: [2.5], curve: ['<sparkline>']});
});

test('what is no such file is refused with the reason, and leaves nothing', async () => {
  for (const payload of [Buffer.from('not HDF5'), values.subarray(0, 900)]) {
    const answer = await post(payload);
    expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'bad-fragment']);
  }
  const other = await post(values, {'content-type': 'application/json'});
  expect(other.statusCode).toBe(400);
  expect(await readdir(join(experiment.folder.privateDir, 'incoming'))).toEqual([]);
  expect((await readdir(experiment.folder.extractedData)).filter((name) => name.includes('.ready.') || name.includes('.writing.'))).toEqual(
    [],
  );
});
