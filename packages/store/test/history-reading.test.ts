import Database from 'better-sqlite3';
import {expect, test} from 'vitest';
import {type ExperimentFolder, ReaderProcess, WriterProcess, writeFragment} from '../src/index.ts';
import {leave, newFolder, run} from './folders.ts';
import {leaveWithOrigin, originOf} from './origins.ts';
import {array} from './support.ts';
import {everyKind} from './values.ts';

/** Changes a row as another program does it. */
function changeRow({database}: ExperimentFolder, name: string, value: number, timestamp: number): void {
  const connection = new Database(database);
  connection
    .prepare(
      "INSERT INTO run_variables (proposal, run, name, version, value, timestamp, provenance, summary_method) VALUES (?, ?, ?, 1, ?, ?, 'other.py', '') ON CONFLICT (proposal, run, name, version) DO UPDATE SET value = excluded.value, timestamp = excluded.timestamp, provenance = excluded.provenance",
    )
    .run(BigInt(run.proposal), BigInt(run.run), name, value, timestamp);
  connection.close();
}

test('the history of a value tells what each version was made of, the newest first', async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  await using reader = await ReaderProcess.start();
  const input = {parameter: 'x', kind: 'var', name: 'other', identity: 'abc', state: 'ok'} as const;
  const first = originOf({inputs: [input], dependsOn: {'mask.npy': 'def'}, data: 'raw-1+proc-1'});
  const second = originOf({code: 'code-2', job: 'job-2', data: null, memoryBytes: null, user: null});
  await writer.rememberRunFiles('raw-1', [{name: 'RAW-1.h5', size: 10, mtimeMs: 5}]);
  await writer.rememberRunFiles('proc-1', [{name: 'CORR-1.h5', size: 20, mtimeMs: 6}]);
  await writer.rememberContext({
    language: 'python',
    variables: [{name: 'value', code: {identity: first.code, source: 'def value(run): ...', files: ['helper.py']}}, {name: 'without_code'}],
    context: {
      identity: first.context,
      files: [
        {path: 'context.py', text: 'import helper\n'},
        {path: 'helper.py', text: ''},
      ],
    },
    environment: {
      identity: first.environment,
      language: 'python',
      interpreter: '/usr/bin/python',
      version: '3.11',
      packages: {numpy: '2.4'},
    },
  });
  leaveWithOrigin(folder, 'value', {data: true, units: 'mJ'}, first);
  await writer.merge();
  leaveWithOrigin(folder, 'value', {data: 2}, second);
  await writer.merge();
  const [newest, oldest, ...others] = await reader.history(folder.dir, run, 'value');
  expect(others).toEqual([]);
  expect(newest).toMatchObject({
    version: 2,
    isCurrent: true,
    state: 'ok',
    summary: 2,
    kind: 'float64',
    origin: second,
    code: null,
    files: null,
  });
  expect(oldest).toMatchObject({
    version: 1,
    isCurrent: false,
    summary: true,
    attributes: {units: 'mJ'},
    origin: first,
    provenance: 'context.py',
  });
  expect(oldest?.code).toMatchObject({name: 'value', source: 'def value(run): ...', files: ['helper.py']});
  expect(oldest?.environment?.packages).toEqual({numpy: '2.4'});
  expect(oldest?.files?.map(({name}) => name)).toEqual(['RAW-1.h5', 'CORR-1.h5']);
  expect(await reader.source(folder.dir, second.code)).toBeUndefined();
  expect(await reader.contextVersion(folder.dir, first.context)).toMatchObject({files: {'context.py': 'import helper\n', 'helper.py': ''}});
});

test('an origin that is not understood costs neither the value nor the others, and is told', async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  await using reader = await ReaderProcess.start();
  const broken = leaveWithOrigin(folder, 'broken', {data: 1}, '{"broken": ');
  leaveWithOrigin(folder, 'wrong', {data: 2}, '{"wrong": {"identity": 3}}', {proposal: 1234, run: 8});
  leaveWithOrigin(folder, 'wrong_too', {data: 2}, '{"wrong_too": 3}', {proposal: 1234, run: 8});
  const {notes, quarantined} = await writer.merge();
  expect(quarantined).toEqual([]);
  expect(notes).toHaveLength(2);
  expect(notes.find((note) => note.startsWith(broken))).toContain(' was stored, but not what its values were made of: ');
  expect(notes.find((note) => note.includes('_r8'))).toMatch(/and 1 more were stored, .* what it says of "wrong(_too)?" is not an origin$/);
  expect(await reader.history(folder.dir, run, 'broken')).toMatchObject([{summary: 1, origin: null}]);
});

test('a row of another program is a version, even before anyone wrote it down, and is written down before it is replaced', async () => {
  const folder = newFolder();
  await using reader = await ReaderProcess.start();
  changeRow(folder, 'value', 5, 1000);
  expect(await reader.history(folder.dir, run, 'value')).toMatchObject([
    {version: 1, summary: 5, provenance: 'other.py', origin: null, isCurrent: true},
  ]);
  await using writer = await WriterProcess.start(folder.dir);
  leave(folder, 'value', {data: 6});
  await writer.merge();
  changeRow(folder, 'value', 7, 2000);
  leave(folder, 'value', {data: 8});
  const before = await reader.history(folder.dir, run, 'value');
  expect(before.map(({version, summary, isCurrent}) => [version, summary, isCurrent])).toEqual([
    [3, 7, true],
    [2, 6, false],
    [1, 5, false],
  ]);
  await writer.merge();
  const after = await reader.history(folder.dir, run, 'value');
  expect(after.map(({version, summary, provenance}) => [version, summary, provenance])).toEqual([
    [4, 8, 'context.py'],
    [3, 7, 'other.py'],
    [2, 6, 'context.py'],
    [1, 5, 'other.py'],
  ]);
});

test('the data of a version is read from where it is: the run file, what was kept, or the summary', async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  await using reader = await ReaderProcess.start();
  const cells = [
    {data: array('float32', [2], Float32Array.of(1, 2))},
    everyKind.labelled_line as {data: never},
    {data: 'text'},
    {data: array('float32', [], Float32Array.of(0.5))},
    {data: array('int64', [2], BigInt64Array.of(3n, 4n))},
  ];
  for (const cell of cells) {
    leave(folder, 'value', cell);
    await writer.merge();
  }
  const read = (version: number) => reader.readData(folder.dir, run, 'value', {version});
  expect(await read(1)).toMatchObject({kind: 'array', array: cells[0]?.data});
  expect(await read(2)).toMatchObject({kind: 'DataArray', dims: ['energy'], coords: {scan: {data: ['second']}}});
  expect(await read(3)).toEqual({kind: 'text', text: 'text'});
  expect(await read(4)).toMatchObject({kind: 'array', array: {dtype: 'float32', shape: [], data: Float32Array.of(0.5)}});
  expect(await read(5)).toMatchObject({kind: 'array', array: {dtype: 'int64', data: BigInt64Array.of(3n, 4n)}});
  await expect(read(6)).rejects.toMatchObject({code: 'no-version', message: expect.stringContaining('it has versions 1 to 5')});
  writeFragment(folder.extractedData, run, [{name: 'value', outcome: {state: 'none'}}]);
  await writer.merge();
  await expect(read(6)).rejects.toMatchObject({code: 'no-value'});
  expect(await read(5)).toMatchObject({array: {data: BigInt64Array.of(3n, 4n)}});
});

test('origins are those of the values in the table; one that another program replaced has none', async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  await using reader = await ReaderProcess.start();
  const origin = originOf({inputs: [{parameter: 'x', kind: 'meta', name: 'run', identity: null, state: 'ok'}]});
  leaveWithOrigin(folder, 'first', {data: 1}, originOf({code: 'old'}));
  leaveWithOrigin(folder, 'replaced', {data: 1}, origin);
  leave(folder, 'submitted', {data: 1});
  await writer.merge();
  leaveWithOrigin(folder, 'first', {data: 2}, origin);
  await writer.merge();
  changeRow(folder, 'replaced', 9, 10);
  const {length, texts, name, version, identity, code, context, data, ingredients} = await reader.origins(folder.dir);
  const rows = Array.from({length}, (_, i) => [texts[name[i] as number], version[i], identity[i], texts[code[i] as number]]);
  expect(rows).toEqual([
    ['first', 2, origin.identity, origin.code],
    ['submitted', 1, null, undefined],
  ]);
  expect(texts[context[0] as number]).toBe(origin.context);
  expect(texts[data[0] as number]).toBe(origin.data);
  expect(JSON.parse(ingredients[0] as string)).toEqual({inputs: origin.inputs});
});
