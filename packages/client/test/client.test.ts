import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {silentLog} from '@firstlight/engine';
import {serve} from '@firstlight/server';
import type {Serving} from '@firstlight/server';
import {createFolder, openFolder, writeFragment} from '@firstlight/store';
import type {Value as StoredValue} from '@firstlight/store';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {DataArray, Dataset, experimentsAt, open, overHttp} from '../src/index.ts';
import type {ChangeItem, JobEvent, RemoteExperiment} from '../src/index.ts';

const context = `
import {meta, variable} from '@firstlight/context';

export const square = variable({title: 'Square', units: 'mJ', inputs: {number: meta('run_number')}}, ({number}) => number * number);
export const broken = variable({title: 'Broken'}, () => {
  throw new Error('no beam');
});
`;

const floats = (...shape: number[]) =>
  ({dtype: 'float32', shape, data: Float32Array.from({length: shape.reduce((a, b) => a * b, 1)}, (_, i) => i + 0.1)}) as const;

/** One value of every kind. */
const stored: Readonly<Record<string, StoredValue>> = {
  number: -0.1,
  nothing_but_nan: Number.NaN,
  whole: 7n,
  huge: 2n ** 63n - 1n,
  flag: true,
  text: 'Grüße\n"NaN"',
  complex: {re: 1, im: Number.NEGATIVE_INFINITY},
  line: floats(5),
  half: {dtype: 'float16', shape: [2], data: Float16Array.of(0.1, Number.NaN)},
  flags: {dtype: 'bool', shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1)},
  trains: {dtype: 'uint64', shape: [2], data: BigUint64Array.of(2n ** 64n - 1n, 3n)},
  waves: {dtype: 'complex64', shape: [2], data: Float32Array.of(1, 2, 3, 4)},
  stack: floats(2, 3, 4),
  empty: floats(0, 3),
  labelled: {
    kind: 'DataArray',
    name: 'frame',
    dims: ['y', 'x'],
    coords: {
      x: {dtype: 'int64', shape: [3], data: BigInt64Array.of(1n, 2n, 9_007_199_254_740_993n), dims: ['x'], attrs: {units: 'mm'}},
      motor: {dtype: 'string', shape: [2], data: ['left', 'right'], dims: ['y'], attrs: {}},
      phase: {dtype: 'complex128', shape: [2], data: Float64Array.of(1, 2, 3, 4), dims: ['y'], attrs: {}},
      temperature: {dtype: 'float32', shape: [], data: Float32Array.of(0.1), dims: [], attrs: {}},
    },
    attrs: {units: 'counts', gain: 3},
    array: floats(2, 3),
  },
  curve: {
    kind: 'DataArray',
    dims: ['t'],
    coords: {
      t: {dtype: 'float64', shape: [1], data: Float64Array.of(Number.NaN), dims: ['t'], attrs: {}},
      value: {dtype: 'int16', shape: [1], data: Int16Array.of(-5), dims: ['t'], attrs: {}},
    },
    attrs: {},
    array: floats(1),
  },
  both: {
    kind: 'Dataset',
    variables: {
      a: {dims: ['x'], attrs: {units: 'K'}, array: floats(2)},
      b: {dims: [], attrs: {}, array: {dtype: 'int8', shape: [], data: Int8Array.of(-1)}},
    },
    coords: {x: {dtype: 'float64', shape: [2], data: Float64Array.of(0.5, 1.5), dims: ['x'], attrs: {}}},
    attrs: {title: 'two'},
  },
  picture: {kind: 'image', rgba: Uint8Array.from({length: 24}, (_, i) => i), width: 3, height: 2},
  figure: {kind: 'plotly', json: '{"data":[{"y":[1,2]}],"layout":{}}'},
};

let dir: string;
let serving: Serving;
let experiment: RemoteExperiment;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'firstlight-client-'));
  const folder = join(dir, 'folder');
  createFolder(folder, {proposal: 1234, language: 'typescript', contextPython: 'python3', dataRoot: dir});
  await writeFile(join(folder, 'context.ts'), context);
  const {extractedData} = openFolder(folder);
  const results = Object.entries(stored).map(([name, data]) => ({name, outcome: {state: 'ok', cell: {data}} as const}));
  writeFragment(extractedData, {proposal: 1234, run: 7}, [
    ...results,
    {name: 'failing', outcome: {state: 'failed', errorClass: 'ValueError', message: 'no beam'}},
    {name: 'left_out', outcome: {state: 'skipped', errorClass: 'Skip', message: 'no data'}},
  ]);
  writeFragment(extractedData, {proposal: 1234, run: 8}, [{name: 'number', outcome: {state: 'ok', cell: {data: 2.5, units: 'keV'}}}]);
  serving = await serve([folder], {port: 0, log: silentLog, experiment: {watch: false}});
  experiment = await open(serving.url);
  await serving.experiments[0]?.contextLoaded();
});

afterAll(async () => {
  await serving?.close();
  await rm(dir, {recursive: true, force: true});
});

describe('reading', () => {
  test('lists experiments, runs and variables', async () => {
    expect(await experimentsAt(serving.url)).toMatchObject([{id: 'p1234', proposals: [1234]}]);
    expect(await experiment.runs()).toEqual([
      {proposal: 1234, run: 7, startTime: null},
      {proposal: 1234, run: 8, startTime: null},
    ]);
    expect((await experiment.variables()).find(({name}) => name === 'square')).toMatchObject({title: 'Square', units: 'mJ'});
  });

  const plain = Object.entries(stored).filter(([, value]) => typeof value !== 'object' || (value !== null && !('kind' in value)));
  test.each(plain)('%s comes back to the last bit', async (name, value) => {
    expect(await experiment.read(7, name)).toStrictEqual(name === 'whole' ? 7 : value); // strict: also the kind of typed array
  });

  test('labelled arrays come back with their labels, attributes and methods', async () => {
    for (const name of ['labelled', 'curve']) {
      const read = (await experiment.read(7, name)) as DataArray;
      expect(read).toBeInstanceOf(DataArray);
      const {dims, coords, attrs, array, name: own} = read;
      const wanted = stored[name] as unknown as DataArray;
      expect({dims, coords, attrs, array, own}).toEqual({
        dims: wanted.dims,
        coords: wanted.coords,
        attrs: wanted.attrs,
        array: wanted.array,
        own: wanted.name,
      });
    }
    const dataset = (await experiment.read(7, 'both')) as Dataset;
    expect(dataset).toBeInstanceOf(Dataset);
    expect([dataset.names, dataset.get('a').units, dataset.get('b').item(), dataset.attrs]).toEqual([['a', 'b'], 'K', -1, {title: 'two'}]);
    expect(dataset.get('a').coords.x?.data).toEqual(Float64Array.of(0.5, 1.5));
  });

  test('figures and pictures come back', async () => {
    expect(await experiment.read(7, 'figure')).toEqual({data: [{y: [1, 2]}], layout: {}});
    const {kind: _, ...picture} = stored.picture as {kind: 'image'; rgba: Uint8Array};
    expect(await experiment.read(7, 'picture')).toEqual(picture);
    expect([...(await experiment.picture(7, 'flags')).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  });

  test('a slice of an array comes alone, with its labels', async () => {
    expect(await experiment.read(7, 'stack', {slice: '1,:,::3'})).toMatchObject({shape: [3, 2]});
    const part = (await experiment.read(7, 'labelled', {slice: ':,1:'})) as DataArray;
    expect([part.shape, part.coords.x?.data]).toEqual([[2, 2], BigInt64Array.of(2n, 9_007_199_254_740_993n)]);
  });

  test('what gave no value is null, and says why', async () => {
    expect([await experiment.read(7, 'failing'), await experiment.read(7, 'left_out'), await experiment.read(8, 'line')]).toEqual([
      null,
      null,
      null,
    ]);
    expect(await experiment.value(7, 'failing')).toMatchObject({state: 'failed', error: 'ValueError: no beam', summary: null});
    expect(await experiment.value(8, 'number')).toMatchObject({state: 'ok', summary: 2.5, units: 'keV', error: null});
    expect(await experiment.value({proposal: 1234, run: 7}, 'huge')).toMatchObject({summary: 2n ** 63n - 1n});
  });

  test('the table has typed columns', async () => {
    const table = await experiment.table();
    expect([...table.runs]).toEqual([7, 8]);
    const number = table.column('number');
    expect([number.kind, number.numbers, [...number]]).toEqual(['number', Float64Array.of(-0.1, 2.5), [-0.1, 2.5]]);
    expect([table.column('flag').kind, [...table.column('flag')]]).toEqual(['boolean', [true, null]]);
    expect([table.column('flag').numbers, table.column('text').kind]).toEqual([Float64Array.of(1, Number.NaN), 'mixed']);
    expect([...table.column('nothing_but_nan')]).toEqual([Number.NaN, null]);
    expect([table.column('huge').at(0), table.column('complex').at(0)]).toEqual([2n ** 63n - 1n, {re: 1, im: Number.NEGATIVE_INFINITY}]);
    expect(table.column('failing').value(0)).toMatchObject({state: 'failed', error: 'ValueError: no beam'});
    expect(number.value(1)).toMatchObject({units: 'keV'});
    expect(table.column('number').state(1)).toBe('ok');
    expect(() => table.column('numbr')).toThrow(/no variable "numbr"/);
  });

  test('a part of the table is asked for by names and runs', async () => {
    const table = await experiment.table({variables: ['text', 'number'], runs: '8-99'});
    expect([...table.rows()]).toEqual([{proposal: 1234, run: 8, startTime: null, text: null, number: 2.5}]);
    expect([table.row(8), table.row(7)]).toEqual([0, undefined]);
    expect((await experiment.table({runs: [7], proposal: 1})).length).toBe(0);
    await expect(experiment.table({variables: ['nope']})).rejects.toMatchObject({code: 'no-such-variable'});
  });
});

describe('working', () => {
  test('runs are processed on request, and the changes of it are followed', async () => {
    const since = await experiment.change();
    const events: JobEvent[] = [];
    for await (const event of experiment.process({runs: '9', mock: true, variables: ['square', 'broken']})) events.push(event);
    expect(events.map(({event}) => event)).toEqual(['queued', 'started', 'value', 'value', 'value', 'finished', 'finished']);
    const values = events.filter((event) => event.event === 'value');
    expect(values.find(({name}) => name === 'square')).toMatchObject({run: 9, state: 'ok', summary: 81});
    const numbers: number[] = [];
    for await (const {number, cells} of experiment.changes({since})) {
      numbers.push(number);
      if (cells.some(({name, state}) => name === 'broken' && state === 'failed')) break;
    }
    expect(numbers).toEqual(numbers.map((_, i) => since + 1 + i));
    expect(await experiment.read(9, 'square')).toBe(81);
  });

  test('commands are done by name; their errors are the command’s own', async () => {
    const lines: object[] = [];
    for await (const line of experiment.command('settings')) lines.push(line);
    expect(lines.length).toBeGreaterThan(0);
    await expect(experiment.command('nope').next()).rejects.toMatchObject({code: 'no-such-command'});
  });

  test('values and comments are typed, with their history', async () => {
    await experiment.set(8, 'quality', 3, {type: 'integer', title: 'Quality', author: 'someone'});
    await experiment.comment({proposal: 1234, run: 8}, 'good beam');
    expect((await experiment.table({variables: ['quality', 'comment'], runs: '8'})).rows().next().value).toMatchObject({
      quality: 3,
      comment: 'good beam',
    });
    expect(await experiment.read(8, 'quality')).toBe(3);
    await experiment.set(8, 'quality', 4);
    const versions = await experiment.history(8, 'quality');
    expect(versions.map(({version, name}) => [version, name])).toEqual([
      [2, 'quality'],
      [1, 'quality'],
    ]);
    await expect(experiment.set(8, 'quality', 'not a number')).rejects.toMatchObject({message: expect.stringMatching(/\.$/)});
  });

  test('what was computed with the context as it is now is not stale', async () => {
    expect((await experiment.stale({runs: [9]})).filter(({name}) => ['square', 'broken'].includes(name))).toEqual([]);
    await expect(experiment.stale({runs: [99]})).rejects.toMatchObject({code: 'no-such-run'});
  });

  test('a job that is unknown cannot be stopped', async () => {
    expect([await experiment.jobs(), await experiment.cancel('nope')]).toEqual([[], false]);
  });
});

describe('the line', () => {
  const sentence = expect.stringMatching(/^\S.+[.?]$/);

  test('whatever is wrong is told in a sentence', async () => {
    await expect(open('/data/folder')).rejects.toMatchObject({code: 'bad-address', message: sentence});
    await expect(open('http://127.0.0.1:1')).rejects.toMatchObject({code: 'no-server', message: sentence});
    await expect(open(serving.url, {experiment: 'p9'})).rejects.toMatchObject({code: 'no-such-experiment', message: sentence});
    await expect(experiment.read(99, 'number')).rejects.toMatchObject({code: 'no-such-run', message: sentence});
    await expect(experiment.read(7, 'nmber')).rejects.toMatchObject({code: 'no-such-variable', message: sentence});
    await expect(experiment.changes({since: -1}).next()).rejects.toMatchObject({code: 'bad-request', message: sentence});
  });

  test('the address of the page opens its experiment', async () => {
    expect((await open(`${serving.url}#/p1234/run/7/number`)).id).toBe('p1234');
    expect((await open(`${serving.url}#/p1234`)).id).toBe('p1234');
  });

  test('a line that breaks is made anew, and no change is lost or told twice', async () => {
    const http = overHttp(serving.url);
    const lines: AbortController[] = [];
    const breaking = await open({
      ...http,
      request: (path, init) => {
        const line = new AbortController();
        if (path.includes('/changes')) lines.push(line);
        return http.request(path, {...init, signal: AbortSignal.any([line.signal, ...(init?.signal ? [init.signal] : [])])});
      },
    });
    const since = await breaking.change();
    const work = Array.fromAsync(breaking.process({runs: '10-14', mock: true, variables: ['square']}));
    const items: ChangeItem[] = [];
    for await (const item of breaking.changes({since})) {
      items.push(item);
      lines.at(-1)?.abort();
      const done = new Set(
        items.flatMap(({cells}) => cells.filter(({state, activity}) => state === 'ok' && activity === 'idle').map(({run}) => run)),
      );
      if ([10, 11, 12, 13, 14].every((run) => done.has(run))) break;
    }
    await work;
    expect(items.map(({number}) => number)).toEqual(items.map((_, i) => since + 1 + i));
    expect(lines.length).toBeGreaterThan(1);
  });

  test('work whose server goes away ends with a sentence', async () => {
    const http = overHttp(serving.url);
    const line = '{"event":"queued","job":"1","proposal":1234,"run":1,"trigger":"all","variables":null}\n';
    const answers = [
      () =>
        new ReadableStream({
          start: (body) => body.enqueue(new TextEncoder().encode(line)),
          pull: (body) => body.error(new TypeError('terminated')),
        }),
      () => new ReadableStream({start: (body) => (body.enqueue(new TextEncoder().encode(line)), body.close())}),
    ];
    for (const body of answers) {
      const leaving = await open({
        ...http,
        request: (path, init) => (path.endsWith('/process') ? Promise.resolve(new Response(body())) : http.request(path, init)),
      });
      const events = leaving.process({runs: '1'});
      expect((await events.next()).value).toMatchObject({event: 'queued'});
      await expect(events.next()).rejects.toMatchObject({code: 'server-lost', message: sentence});
    }
  });

  test('a listener that stops ends its connection', async () => {
    const leaving = new AbortController();
    const following = experiment.changes({signal: leaving.signal});
    const next = following.next();
    await experiment.change();
    leaving.abort();
    expect(await next).toEqual({done: true, value: undefined});
  });
});
