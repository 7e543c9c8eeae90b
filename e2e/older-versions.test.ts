import {execFile, spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import {open} from '@firstlight/client';
import type {RemoteExperiment} from '@firstlight/client';
import {silentLog} from '@firstlight/engine';
import {serve} from '@firstlight/server';
import type {Serving} from '@firstlight/server';
import {createFolder, openFolder, WriterProcess, writeFragment} from '@firstlight/store';
import type {Outcome, Value} from '@firstlight/store';
import {afterAll, beforeAll, expect, test} from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const python = join(root, '.venv/bin/python');
const directory = mkdtempSync(join(tmpdir(), 'firstlight-versions-'));
const folder = join(directory, 'folder');
const run = {proposal: 1234, run: 7};

const floats = (...values: number[]): Value => ({dtype: 'float32', shape: [values.length], data: Float32Array.from(values)});
const labelled: Value = {
  kind: 'DataArray',
  dims: ['x'],
  coords: {x: {dtype: 'int64', shape: [2], data: BigInt64Array.of(3n, 4n), dims: ['x']}},
  attrs: {},
  array: {dtype: 'float64', shape: [2], data: Float64Array.of(0.5, 1.5)},
};
const half: Value = {dtype: 'float32', shape: [], data: Float32Array.of(0.5)};
const picture: Value = {dtype: 'float64', shape: [30, 40], data: new Float64Array(1200).map((_, i) => i)};

const longName = `ä${'long'.repeat(45)}`; // its kept files have another name

/** What was stored, one version after the other; of each the data of two before the newest is kept. */
const stored: Readonly<Record<string, readonly (Value | Outcome)[]>> = {
  line: [floats(1, 2, 3), floats(4, 5, 6), labelled, floats(7, 8)],
  number: [1.5, half, Number.NaN, true, 2n ** 60n, 'words', {state: 'failed', errorClass: 'ValueError', message: 'no beam'}, 3],
  wave: [{dtype: 'complex64', shape: [], data: Float32Array.of(1, 0.1)}, 2n ** 63n, 2, -1n],
  [longName]: [floats(1), floats(2)],
  bare: [1, 2].map((summaryValue): Outcome => ({state: 'ok', cell: {data: null, summaryValue}})),
  picture: [picture, floats(1, 2), floats(1, 2), floats(3)],
};

/** What each reader gives, in words that every language has. */
const versions: readonly (readonly [name: string, version: number, said: unknown])[] = [
  ['line', 2, {type: 'float32', data: [4, 5, 6]}],
  ['line', 3, {type: 'float64', data: [0.5, 1.5], x: {type: 'int64', data: [3, 4]}}],
  ['line', 4, {type: 'float32', data: [7, 8]}],
  ['number', 1, {type: 'float64', data: [1.5]}],
  ['number', 2, {type: 'float32', data: [0.5]}],
  ['number', 3, {type: 'float64', data: ['nan']}],
  ['number', 4, {type: 'bool', data: [true]}],
  ['number', 5, {type: 'int64', data: [Number(2n ** 60n)]}],
  ['number', 6, 'words'],
  ['number', 8, {type: 'float64', data: [3]}],
  ['wave', 1, {type: 'complex64', data: [Math.fround(1), Math.fround(0.1)]}],
  [longName, 1, {type: 'float32', data: [1]}],
  ['wave', 4, {type: 'int64', data: [-1]}],
];
const origin = (name: string): string => `Its summary and origin are in \`firstlight history 7 ${name}\`.`;
const missing: readonly (readonly [name: string, version: number, code: string, sentence: string])[] = [
  ['line', 1, 'no-value', `The data of version 1 of "line" for run 7 (float32 (3,)) is not kept any more. ${origin('line')}`],
  ['line', 9, 'no-version', 'There is no version 9 of "line" for run 7 of proposal 1234; it has versions 1 to 4.'],
];
/** Without data, `@firstlight/client` gives the summary, or null; the Python client says why there is none. */
const withoutData: typeof missing = [
  ['number', 7, 'no-value', `Version 7 of "number" for run 7 has no data: it was failed. ${origin('number')}`],
  ...[1, 2].map(
    (version) =>
      [
        'bare',
        version,
        'no-value',
        `Version ${version} of "bare" for run 7 has no data: only its summary was stored. ${origin('bare')}`,
      ] as const,
  ),
];

let serving: Serving;
let experiment: RemoteExperiment;

beforeAll(async () => {
  createFolder(folder, {proposal: 1234, contextPython: python, dataRoot: directory});
  const {extractedData} = openFolder(folder);
  {
    await using writer = await WriterProcess.start(folder);
    await writer.edit({edit: 'setting', key: 'fl_history_versions', text: '2'}, null);
    await writer.edit({edit: 'setting', key: 'fl_history_share', text: '1000'}, null);
    for (const [name, values] of Object.entries(stored)) {
      for (const value of values) {
        const outcome: Outcome =
          typeof value === 'object' && value !== null && 'state' in value ? value : {state: 'ok', cell: {data: value}};
        writeFragment(extractedData, run, [{name, outcome}]);
        await writer.merge();
      }
    }
    await writer.pruneKept();
    for (const text of ['first', 'second']) await writer.edit({edit: 'comment', run, text}, 'Ada');
  }
  serving = await serve([folder], {port: 0, log: silentLog, experiment: {watch: false, compute: false}});
  experiment = await open(serving.url);
});

afterAll(async () => {
  await serving?.close();
  rmSync(directory, {recursive: true, force: true});
});

test.each(['folder', 'server'])('the Python client reads versions from a %s', async (place) => {
  const asked = [...versions, ...missing, ...withoutData, ['comment', 1], ['comment', 2]].map(([name, version]) => [name, version]);
  const child = spawn(python, [join(root, 'e2e/versions/read.py'), place === 'folder' ? folder : serving.url], {
    env: {...process.env, PYTHONPATH: join(root, 'python')},
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(asked));
  const {read, history} = JSON.parse(await text(child.stdout)) as {read: unknown[]; history: object};
  const errors = [...missing, ...withoutData].map(([, , code, sentence]) => `UnknownKey ${code}: ${sentence}`);
  expect(read).toEqual([...versions.map(([, , said]) => said), ...errors, 'first', 'second']);
  expect(history).toMatchObject({
    line: [
      [4, true, 'float32 (2,)'],
      [3, true, 'DataArray'],
      [2, true, 'float32 (3,)'],
      [1, false, 'float32 (3,)'],
    ],
  });
});

test('@firstlight/client reads versions, their pictures, and slices of them', async () => {
  const read = async (name: string, version: number) => experiment.read(7, name, {version});
  expect(await read('line', 2)).toEqual(floats(4, 5, 6));
  expect(await read('line', 3)).toMatchObject({dims: ['x'], coords: {x: {data: BigInt64Array.of(3n, 4n)}}});
  expect(await experiment.read(7, 'line', {version: 3, slice: '1:'})).toMatchObject({array: {data: Float64Array.of(1.5)}});
  const numbers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((version) => read('number', version)));
  expect(numbers).toEqual([1.5, 0.5, Number.NaN, true, 2n ** 60n, 'words', null, 3]);
  expect([await read('bare', 1), await read('bare', 2)]).toEqual([1, 2]);
  expect([await read('comment', 1), await read('comment', 2)]).toEqual(['first', 'second']);
  for (const [name, version, code, sentence] of missing) await expect(read(name, version)).rejects.toMatchObject({code, message: sentence});
  expect((await experiment.history(7, 'line')).map(({version, hasData}) => [version, hasData])).toEqual([
    [4, true],
    [3, true],
    [2, true],
    [1, false],
  ]);
  // The data of the image is gone, its thumbnail is not; the newest is a line.
  const [first, newest] = [await experiment.picture(7, 'picture', {version: 1}), await experiment.picture(7, 'picture')];
  expect(first).not.toEqual(newest);
  await expect(experiment.picture(7, 'line', {version: 1})).rejects.toMatchObject({code: 'no-value'});
});

test('the server gives versions at every address of a value, and links them', async () => {
  const at = (path: string) => fetch(new URL(`/api/experiments/p1234/runs/1234/7/${path}`, serving.url));
  const facts = (await (await at('picture?version=1')).json()) as {error?: object; summary?: unknown};
  expect(facts).toMatchObject({error: {code: 'no-value'}});
  const {state, kind, shape, links} = (await (await at('line?version=2')).json()) as {links: Record<string, string>} & Record<
    string,
    unknown
  >;
  expect({state, kind, shape}).toEqual({state: 'ok', kind: 'array', shape: [3]});
  expect(links).toMatchObject({self: expect.stringMatching(/line\?version=2$/), npy: expect.stringMatching(/data\.npy\?version=2$/)});
  const npy = await fetch(new URL(String(links['npy']), serving.url));
  expect(new Float32Array((await npy.arrayBuffer()).slice(128))).toEqual(Float32Array.of(4, 5, 6));
  expect(await (await at('number?version=7')).json()).toMatchObject({state: 'failed', message: 'no beam', kind: null});
  for (const file of ['value.h5', 'data.arrow', 'data.npy', 'preview.png', 'rows.json', 'figure.json', '']) {
    for (const [name, version, code, sentence] of missing) {
      const answer = await at(`${name}/${file}?version=${version}`.replace('/?', '?'));
      expect([file, answer.status, await answer.json()]).toEqual([file, 404, {error: {code, sentence}}]);
    }
    const wrong = await at(`line/${file}?version=0`.replace('/?', '?'));
    expect([file, wrong.status, await wrong.json()]).toMatchObject([file, 400, {error: {code: 'bad-request'}}]);
  }
});

const firstlight = (...args: readonly string[]): Promise<{code: number; stdout: string; stderr: string}> =>
  new Promise((resolve) => {
    const launcher = join(root, 'packages/cli/bin/firstlight.mjs');
    execFile(process.execPath, [launcher, ...args], {cwd: folder}, (error, stdout, stderr) =>
      resolve({code: Number(error?.code ?? 0), stdout, stderr}),
    );
  });

test('firstlight show --version shows a version, and says when its data is not kept', async () => {
  const [kept, number, gone, none, usage, about] = await Promise.all([
    firstlight('show', '7', 'line', '--version', '2', '--json'),
    firstlight('show', '7', 'number', '--version', '2'),
    firstlight('show', '7', 'line', '--version', '1'),
    firstlight('show', '7', 'line', '--version', '9'),
    firstlight('show', '7', '--version', '2'),
    firstlight('--version'),
  ]);
  expect([kept.code, kept.stderr]).toEqual([0, '']);
  expect(JSON.parse(kept.stdout)).toMatchObject({name: 'line', state: 'ok', kind: 'array', dtype: 'float32', data: [4, 5, 6]});
  expect([number.code, number.stdout]).toEqual([0, expect.stringContaining('0.5')]);
  const failures = [gone, none].map(({code, stderr}) => [code, stderr]);
  expect(failures).toEqual(missing.map(([, , , sentence]) => [1, expect.stringContaining(sentence)]));
  expect([usage.code, usage.stderr]).toEqual([2, expect.stringContaining('show RUN NAME --version N')]);
  expect(about.stdout).toMatch(/^\d+\.\d+\.\d+$/m);
});

test('firstlight diff of the newest version compares it with the one before', async () => {
  const {stdout} = await firstlight('diff', '7', 'line', '4', '--json');
  expect(JSON.parse(stdout)).toMatchObject({a: {version: 3}, b: {version: 4}, isChanged: true});
});
