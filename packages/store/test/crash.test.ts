import {spawnSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type ExperimentFolder, type Outcome, ReaderProcess, WriterProcess, writeFragment} from '../src/index.ts';
import {fragmentsOf, leave, newFolder, run, storedCells} from './folders.ts';
import {array} from './support.ts';
import {everyKind} from './values.ts';

const steps = ['after-copy', 'before-rename', 'after-rename', 'before-commit', 'after-commit', 'between-unlinks'];

/** A folder with a merged run, and newer fragments for it: a value changed twice, one that goes, one that fails, one that comes, for two runs. */
async function folderBetweenMerges(): Promise<ExperimentFolder> {
  const folder = newFolder();
  leave(folder, 'changing', {data: 1});
  leave(folder, 'going', everyKind.labelled_line as never);
  leave(folder, 'failing', {data: 1});
  leave(folder, 'staying', everyKind.dataset as never);
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
  leave(folder, 'elsewhere', {data: true}, {proposal: 900, run: 7});
  return folder;
}

async function expectAllMerged(folder: ExperimentFolder): Promise<void> {
  expect(fragmentsOf(folder)).toEqual([]);
  expect(readdirSync(folder.extractedData).toSorted()).toEqual(['p1234_r7.h5', 'p900_r7.h5']);
  const {cells, count} = await storedCells(folder);
  expect(count).toBe(6);
  expect(cells['7 changing']?.summary).toBe(3);
  expect(cells['7 going']?.state).toBe('none');
  expect(cells['7 failing']).toMatchObject({state: 'failed', message: 'no'});
  expect(cells['7 elsewhere']?.summary).toBe(true);
  await using reader = await ReaderProcess.start();
  expect(await reader.readData(folder.dir, run, 'changing')).toMatchObject({array: array('float64', [], Float64Array.of(3))});
  await expect(reader.readData(folder.dir, run, 'going')).rejects.toMatchObject({code: 'no-value'});
  await expect(reader.readData(folder.dir, run, 'failing')).rejects.toMatchObject({code: 'no-value'});
  expect(await reader.readData(folder.dir, run, 'coming')).toMatchObject({dims: ['y', 'x']});
  expect(await reader.readData(folder.dir, run, 'staying')).toMatchObject({variables: {good: {array: {dtype: 'bool'}}}});
}

test.each(steps)('a writer that is killed at %s leaves a folder in which the next merge puts every value once', async (step) => {
  const folder = await folderBetweenMerges();
  {
    await using writer = await WriterProcess.start(folder.dir, {environment: {...process.env, FIRSTLIGHT_FAULT: `writer:${step}`}});
    await expect(writer.merge()).rejects.toMatchObject({code: 'helper-crashed'});
  }
  await using writer = await WriterProcess.start(folder.dir);
  await writer.merge();
  await expectAllMerged(folder);
});

test('merging the same fragments again changes nothing but their time', async () => {
  const folder = await folderBetweenMerges();
  await using writer = await WriterProcess.start(folder.dir);
  const copies = fragmentsOf(folder).map((name) => [name, readFileSync(join(folder.extractedData, name))] as const);
  await writer.merge();
  const before = await storedCells(folder);
  const {writeFileSync, utimesSync} = await import('node:fs');
  copies.forEach(([name, bytes], i) => {
    writeFileSync(join(folder.extractedData, name), bytes);
    utimesSync(join(folder.extractedData, name), i, i);
  });
  await writer.merge();
  expect(Object.keys((await storedCells(folder)).cells)).toEqual(Object.keys(before.cells));
  expect((await storedCells(folder)).count).toBe(before.count);
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
