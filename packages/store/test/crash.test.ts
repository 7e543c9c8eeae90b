import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type ExperimentFolder, openFolder, type Outcome, WriterProcess, writeFragment} from '../src/index.ts';
import {openToRead} from '../src/database/connection.ts';
import {readHistory} from '../src/history/read-history.ts';
import {opener} from '../src/history/open-version.ts';
import {readData} from '../src/reader/read-value.ts';
import {fragmentsOf, leave, newFolder, run, storedCells} from './folders.ts';
import {array} from './support.ts';
import {everyKind} from './values.ts';

const steps = [
  'after-copy',
  'before-keeping',
  'after-keeping',
  'before-rename',
  'after-rename',
  'before-commit',
  'after-commit',
  'between-unlinks',
];

const line = (first: number) => array('float64', [3], Float64Array.of(first, 0, 0));

/** A folder with a merged run, and newer fragments for it: a value changed twice, one that goes, one that fails, one that comes, for two runs. */
async function folderBetweenMerges(): Promise<ExperimentFolder> {
  const folder = newFolder();
  leave(folder, 'changing', {data: 1});
  leave(folder, 'going', everyKind.labelled_line as never);
  leave(folder, 'failing', {data: 1});
  leave(folder, 'staying', everyKind.dataset as never);
  leave(folder, 'line', {data: line(1)});
  leave(folder, 'growing', {data: 1});
  await using writer = await WriterProcess.start(folder.dir);
  await writer.merge();
  leave(folder, 'changing', {data: 2});
  leave(folder, 'coming', everyKind.labelled_matrix as never);
  const outcomes: [string, Outcome][] = [
    ['going', {state: 'none'}],
    ['failing', {state: 'failed', errorClass: 'ValueError', message: 'no'}],
  ];
  for (const [name, outcome] of outcomes) writeFragment(folder.extractedData, run, [{name, outcome}]);
  leave(folder, 'changing', {data: 3});
  leave(folder, 'line', {data: line(2)});
  leave(folder, 'growing', {data: line(2)});
  leave(folder, 'line', {data: line(3)});
  leave(folder, 'elsewhere', {data: true}, {proposal: 900, run: 7});
  return folder;
}

function expectAllMerged(folder: ExperimentFolder): void {
  expect(fragmentsOf(folder)).toEqual([]);
  expect(readdirSync(folder.extractedData).toSorted()).toEqual(['p1234_r7.h5', 'p900_r7.h5']);
  const {cells, count} = storedCells(folder);
  expect(count).toBe(8);
  expect(cells['7 changing']?.summary).toBe(3);
  expect(cells['7 going']?.state).toBe('none');
  expect(cells['7 failing']).toMatchObject({state: 'failed', message: 'no'});
  expect(cells['7 elsewhere']?.summary).toBe(true);
  const read = (name: string) => readData(folder.dir, run, name);
  expect(read('changing')).toMatchObject({array: array('float64', [], Float64Array.of(3))});
  for (const name of ['going', 'failing']) expect(() => read(name)).toThrow(expect.objectContaining({code: 'no-value'}));
  expect(read('coming')).toMatchObject({dims: ['y', 'x']});
  expect(read('staying')).toMatchObject({variables: {good: {array: {dtype: 'bool'}}}});
  expectHistory(folder);
}

/** Every version once, and of each the data it had. */
function expectHistory(folder: ExperimentFolder): void {
  const connection = openToRead(folder.database);
  const versions = (name: string) =>
    readHistory(connection, run, name)
      .map(({version, state, isCurrent}) => [version, state, isCurrent])
      .toReversed();
  const read = (name: string, version: number) => readData(folder.dir, run, name, {open: opener(connection, version)});
  const [old, last] = [(version: number) => [version, 'ok', false], (version: number, state = 'ok') => [version, state, true]];
  try {
    expect(versions('changing')).toEqual([old(1), old(2), last(3)]);
    expect(versions('going')).toEqual([old(1), last(2, 'none')]);
    expect(versions('failing')).toEqual([old(1), last(2, 'failed')]);
    expect(versions('staying')).toEqual([last(1)]);
    expect(versions('coming')).toEqual([last(1)]);
    expect(versions('line')).toEqual([old(1), old(2), last(3)]);
    expect(versions('growing')).toEqual([old(1), last(2)]);
    expect(read('going', 1)).toMatchObject({kind: 'DataArray', dims: ['energy']});
    for (const version of [1, 2, 3]) expect(read('line', version)).toMatchObject({array: line(version)});
    expect(read('growing', 1)).toMatchObject({array: {dtype: 'float64', shape: [], data: Float64Array.of(1)}});
    expect(read('growing', 2)).toMatchObject({array: line(2)});
    expect(readdirSync(join(folder.privateDir, 'history/p1234_r7')).toSorted()).toEqual(['going@1.h5', 'line@1.h5', 'line@2.h5']);
  } finally {
    connection.close();
  }
}

test.each(steps)('a writer that is killed at %s leaves a folder in which the next merge puts every value once', async (step) => {
  const folder = await folderBetweenMerges();
  {
    await using writer = await WriterProcess.start(folder.dir, {environment: {...process.env, FIRSTLIGHT_FAULT: `writer:${step}`}});
    await expect(writer.merge()).rejects.toMatchObject({code: 'helper-crashed'});
  }
  await using writer = await WriterProcess.start(folder.dir);
  await writer.merge();
  expectAllMerged(folder);
});

test('a writer that is killed while the next one finishes its work, too, leaves the same folder in the end', async () => {
  const folder = await folderBetweenMerges();
  for (const step of ['after-rename', 'after-keeping', 'before-commit', 'after-commit', 'between-unlinks']) {
    await using writer = await WriterProcess.start(folder.dir, {environment: {...process.env, FIRSTLIGHT_FAULT: `writer:${step}`}});
    await writer.merge().catch(() => undefined); // Some steps come no more.
  }
  await using writer = await WriterProcess.start(folder.dir);
  expect((await writer.merge()).quarantined).toEqual([]);
  expectAllMerged(folder);
});

test('merging the same fragments again changes nothing', async () => {
  const folder = await folderBetweenMerges();
  await using writer = await WriterProcess.start(folder.dir);
  const copies = fragmentsOf(folder).map((name) => [name, readFileSync(join(folder.extractedData, name))] as const);
  await writer.merge();
  const before = storedCells(folder);
  copies.forEach(([name, bytes], i) => {
    writeFileSync(join(folder.extractedData, name), bytes);
    utimesSync(join(folder.extractedData, name), i, i);
  });
  await writer.merge();
  expect(storedCells(folder)).toEqual(before);
  expectAllMerged(folder);
});

test('a fragment that ends the writer again and again goes to quarantine, and what waits with it is merged', async () => {
  const folder = newFolder();
  leave(folder, 'innocent', {data: 1});
  const poison = leave(folder, 'poison', {data: 2});
  const note = join(folder.privateDir, 'merging.json');
  writeFileSync(note, JSON.stringify({[poison]: 2})); // as a third crash leaves it
  await using writer = await WriterProcess.start(folder.dir);
  const {merged, quarantined} = await writer.merge();
  expect(merged).toEqual([{run, names: ['innocent']}]);
  expect(quarantined).toEqual([{file: poison, reason: 'the writer ended 3 times while it merged it'}]);
  expect(existsSync(note)).toBe(false);
});

test('a process that is killed while it leaves a fragment leaves nothing that would be merged', async () => {
  const folder = newFolder();
  const {signal} = spawnSync(process.execPath, [join(import.meta.dirname, 'write-fragment-entry.ts'), folder.extractedData], {
    env: {...process.env, FIRSTLIGHT_FAULT: 'fragment:before-rename'},
  });
  expect(signal).toBe('SIGKILL');
  expect(fragmentsOf(folder)).toEqual([]);
  await using writer = await WriterProcess.start(folder.dir);
  expect((await writer.merge()).merged).toEqual([]);
});

test('a database that a program left in the middle of a change can be opened again, also only to read', () => {
  const folder = newFolder();
  const code = `import Database from 'better-sqlite3';
    const database = new Database(process.argv[1]);
    database.pragma('cache_size = 5'); // so that the change reaches the file
    database.exec('BEGIN IMMEDIATE');
    const insert = database.prepare('INSERT INTO time_comments VALUES (1.5, ?)');
    for (let i = 0; i < 500; i++) insert.run('x'.repeat(3000));
    process.kill(process.pid, 'SIGKILL');`;
  const {signal} = spawnSync(process.execPath, ['--input-type=module', '-e', code, folder.database], {cwd: import.meta.dirname});
  expect(signal).toBe('SIGKILL');
  expect(readdirSync(folder.dir)).toContain('runs.sqlite-journal');
  expect(openFolder(folder.dir).readOnly).toBeUndefined();
  expect(storedCells(folder).count).toBe(0);
});

test('a writer that crashed takes the folder again with its next call, and its address is announced again', async () => {
  const folder = newFolder();
  const {promise, resolve} = Promise.withResolvers<string>();
  await using writer = await WriterProcess.start(folder.dir, {onCrash: ({code}) => resolve(code)});
  await writer.announceAddress('http://127.0.0.1:8080/');
  const first = writer.pid as number;
  process.kill(first, 'SIGKILL');
  expect(await promise).toBe('helper-crashed');
  leave(folder, 'value', {data: 1});
  expect((await writer.merge()).merged).toHaveLength(1);
  expect(writer.pid).not.toBe(first);
  const owner = JSON.parse(readFileSync(join(folder.privateDir, 'owner.json'), 'utf8')) as unknown;
  expect(owner).toMatchObject({pid: writer.pid, address: 'http://127.0.0.1:8080/'});
});
