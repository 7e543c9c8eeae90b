import {execFileSync} from 'node:child_process';
import {chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {openFile} from '@firstlight/hdf5';
import Database from 'better-sqlite3';
import {expect, onTestFinished, test} from 'vitest';
import {type CellValue, createFolder, findFolder, openFolder, readSettings, WriterProcess, writeFragment} from '../src/index.ts';
import {fragmentsOf, leave, newFolder, run, storedCells} from './folders.ts';
import {array, python, temporaryDirectory} from './support.ts';
import {everyKind} from './values.ts';

test('fragments that cannot be read go to quarantine with a reason, and the others are merged', async () => {
  const folder = newFolder();
  leave(folder, 'good', {data: 1});
  writeFileSync(join(folder.extractedData, 'p1234_r7.garbage1.ready.h5'), 'this is no HDF5 file');
  const truncated = leave(folder, 'cut', {data: array('float64', [5000], new Float64Array(5000))});
  truncateSync(join(folder.extractedData, truncated), 3000);
  {
    using file = openFile(join(folder.extractedData, 'p1234_r7.impossible.ready.h5'), 'x');
    for (const area of ['.reduced', '.preview', '.errors']) file.createGroup(area);
    file.createDataset('not a name/data', 1);
  }
  leave(folder, 'also_good', {data: 2});
  await using writer = await WriterProcess.start(folder.dir);
  const {quarantined} = await writer.merge();
  expect(quarantined.map(({file}) => file).toSorted()).toEqual(
    ['p1234_r7.garbage1.ready.h5', 'p1234_r7.impossible.ready.h5', truncated].toSorted(),
  );
  expect(fragmentsOf(folder)).toEqual([]);
  expect(Object.keys(storedCells(folder).cells).toSorted()).toEqual(['7 also_good', '7 good']);
  expect(readFileSync(join(folder.quarantine, 'p1234_r7.impossible.ready.h5.reason.txt'), 'utf8')).toContain(
    '"not a name" cannot be the name of a variable',
  );
});

test('a damaged run file goes to quarantine, and what comes next makes a new one', async () => {
  const folder = newFolder();
  leave(folder, 'old', {data: 1});
  await using writer = await WriterProcess.start(folder.dir);
  await writer.merge();
  truncateSync(join(folder.extractedData, 'p1234_r7.h5'), 100);
  leave(folder, 'new', {data: 2});
  const {merged, quarantined} = await writer.merge();
  expect(quarantined).toMatchObject([{file: 'p1234_r7.h5'}]);
  expect(merged).toEqual([{run, names: ['new']}]);
  expect(readdirSync(folder.quarantine)).toContain('p1234_r7.h5');
});

test('a run file that is damaged inside goes to quarantine, too', async () => {
  const folder = newFolder();
  leave(folder, 'old', everyKind.labelled_line as CellValue);
  await using writer = await WriterProcess.start(folder.dir);
  await writer.merge();
  const path = join(folder.extractedData, 'p1234_r7.h5');
  const bytes = readFileSync(path);
  bytes.fill(0xff, 300, 3000);
  writeFileSync(path, bytes);
  leave(folder, 'new', {data: 2});
  const {merged, quarantined} = await writer.merge();
  expect(quarantined.map(({file}) => file)).toEqual(['p1234_r7.h5']);
  expect(merged).toEqual([{run, names: ['new']}]);
});

test('mutilated fragments are merged or put aside, and a good one among them is merged', async () => {
  const folder = newFolder();
  const name = leave(folder, 'original', everyKind.labelled_line as CellValue);
  const original = readFileSync(join(folder.extractedData, name));
  for (let seed = 0; seed < 60; seed++) {
    const bytes = Buffer.from(original);
    for (let i = 0; i < 8; i++) bytes[(seed * 7919 + i * 104_729) % bytes.length] = (seed * 31 + i * 97) % 256;
    writeFileSync(
      join(folder.extractedData, `p1234_r7.mutant${seed}.ready.h5`),
      seed % 7 === 0 ? bytes.subarray(0, (seed * 137) % bytes.length) : bytes,
    );
  }
  leave(folder, 'survivor', {data: 1});
  await using writer = await WriterProcess.start(folder.dir);
  await writer.merge();
  expect(fragmentsOf(folder)).toEqual([]);
  expect(storedCells(folder).cells['7 survivor']).toMatchObject({summary: 1});
});

test.runIf(process.getuid?.() === 0)('on a full disk nothing is lost, and the merge goes on when there is space', async ({skip}) => {
  const parent = temporaryDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', parent], {stdio: 'ignore'});
  } catch {
    skip('nothing can be mounted here');
  }
  onTestFinished(() => void execFileSync('umount', ['-l', parent]));
  const folder = newFolder(parent);
  leave(folder, 'first', {data: array('float64', [20_000], new Float64Array(20_000))});
  await using writer = await WriterProcess.start(folder.dir);
  await writer.merge();
  leave(folder, 'second', {data: array('float64', [60_000], new Float64Array(60_000).fill(1))});
  const ballast = join(parent, 'ballast');
  fillUp(ballast);
  await expect(writer.merge()).rejects.toMatchObject({code: 'disk-full'});
  const typing = {edit: 'comment', run, text: 'much to say '.repeat(1000)} as const;
  await expect(writer.edit(typing, 'eva')).rejects.toMatchObject({code: 'disk-full'});
  expect(() => leave(folder, 'third', {data: array('float64', [20_000], new Float64Array(20_000))})).toThrow(
    expect.objectContaining({code: 'disk-full'}),
  );
  expect(() => createFolder(join(parent, 'other'), {proposal: 1, contextPython: python})).toThrow(
    expect.objectContaining({code: 'disk-full'}),
  );
  expect(fragmentsOf(folder)).toHaveLength(1);
  expect(Object.keys(storedCells(folder).cells)).toEqual(['7 first']);
  execFileSync('rm', [ballast]);
  await writer.merge();
  await writer.edit(typing, 'eva');
  expect(Object.keys(storedCells(folder).cells)).toEqual(['7 comment', '7 first', '7 second']);
  expect(readdirSync(folder.extractedData)).toEqual(['p1234_r7.h5']);
});

function fillUp(path: string): void {
  try {
    writeFileSync(path, new Uint8Array(2 ** 21));
  } catch {
    // which is the point
  }
}

test('a second writer is told who owns the folder', async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  await writer.announceAddress('http://127.0.0.1:1/');
  const attempt = WriterProcess.start(folder.dir);
  await expect(attempt).rejects.toMatchObject({code: 'folder-owned', facts: {pid: writer.pid, address: 'http://127.0.0.1:1/'}});
});

test('a folder of a newer format is shown but not written', async () => {
  const folder = newFolder();
  const database = new Database(folder.database);
  database.exec("UPDATE metameta SET value = 5 WHERE key = 'data_format_version'");
  database.close();
  expect(openFolder(folder.dir).readOnly).toMatchObject({code: 'newer-folder'});
  await expect(WriterProcess.start(folder.dir)).rejects.toMatchObject({code: 'newer-folder'});
  expect(storedCells(folder).count).toBe(0);
});

test('folders of format 1 are brought up to date when they are written, and can be read before', async () => {
  const folder = newFolder();
  const database = new Database(folder.database);
  database.exec(`DROP TABLE variable_tags; DROP TABLE tags; DROP TABLE fl_variables; DROP TABLE fl_summary_kinds;
    ALTER TABLE run_variables DROP COLUMN attributes; UPDATE metameta SET value = 1 WHERE key = 'data_format_version';
    INSERT INTO run_info VALUES (1234, 7, 1.5, 2.5); INSERT INTO run_variables VALUES (1234, 7, 'x', 1, 2.5, 1.0, NULL, NULL, NULL, NULL);`);
  database.close();
  expect(storedCells(folder).cells['7 x']).toMatchObject({summary: 2.5});
  leave(folder, 'y', {data: 1, units: 'm'});
  await using writer = await WriterProcess.start(folder.dir);
  await writer.merge();
  expect(readSettings(folder.dir).dataFormatVersion).toBe(4);
  expect(storedCells(folder).cells['7 y']).toMatchObject({summary: 1, attributes: {units: 'm'}});
});

test('what is not an experiment folder says so', () => {
  const directory = temporaryDirectory();
  expect(() => openFolder(directory)).toThrow(expect.objectContaining({code: 'no-folder'}));
  expect(() => readSettings(join(directory, 'missing'))).toThrow(expect.objectContaining({code: 'no-folder'}));
  writeFileSync(join(directory, 'runs.sqlite'), 'garbage garbage garbage garbage garbage garbage');
  expect(() => openFolder(directory)).toThrow(expect.objectContaining({code: 'damaged-folder'}));
  expect(() => createFolder(directory, {proposal: 1, contextPython: python})).toThrow(expect.objectContaining({code: 'folder-exists'}));
});

test('the nearest folder at or above a directory is found', () => {
  const folder = newFolder();
  const inner = join(folder.dir, 'a/b');
  mkdirSync(inner, {recursive: true});
  expect(findFolder(inner)).toBe(folder.dir);
  expect(findFolder(folder.dir)).toBe(folder.dir);
  expect(findFolder('/')).toBeUndefined();
});

test.runIf(process.getuid?.() === 0)('a folder without permission is told in a sentence', () => {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o755);
  const folder = newFolder(directory);
  for (const path of [folder.dir, folder.database, folder.extractedData]) chmodSync(path, path.endsWith('.sqlite') ? 0o644 : 0o755);
  expect(asNobody(`openFolder(${JSON.stringify(folder.dir)}).readOnly?.code`)).toBe('no-permission');
  chmodSync(folder.dir, 0o700);
  expect(asNobody(`attempt(() => openFolder(${JSON.stringify(folder.dir)}))`)).toBe('no-permission');
  chownSync(directory, 0, 0);
  expect(asNobody(`attempt(() => createFolder(${JSON.stringify(join(directory, 'new'))}, {proposal: 1, contextPython: 'python'}))`)).toBe(
    'no-permission',
  );
});

/** Evaluates an expression as a person who may do nothing here, after the modules were loaded as ourselves. */
function asNobody(expression: string): string {
  const index = JSON.stringify(join(import.meta.dirname, '../src/index.ts'));
  const code = `const {openFolder, createFolder} = await import(${index}); process.setgid(65534); process.setuid(65534);
    const attempt = (action) => { try { action(); return 'allowed'; } catch (error) { return error.code; } };
    console.log(${expression});`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', code], {encoding: 'utf8'}).trim();
}

test('values that no file can hold are refused in a sentence and leave nothing behind', () => {
  const folder = newFolder();
  const refuse = (data: never): void => {
    expect(() => leave(folder, 'value', {data})).toThrow(expect.objectContaining({code: 'value-not-storable'}));
  };
  refuse((2n ** 70n) as never);
  refuse('with\0nul' as never);
  refuse(array('string', [2], ['a', 'b']) as never);
  refuse({kind: 'DataArray', dims: ['a/b'], coords: {}, attrs: {}, array: array('float64', [1], Float64Array.of(1))} as never);
  refuse(array('float64', [3], Float64Array.of(1)) as never);
  expect(() => writeFragment(folder.extractedData, run, [{name: 'no name', outcome: {state: 'none'}}])).toThrow(
    expect.objectContaining({code: 'bad-name'}),
  );
  expect(readdirSync(folder.extractedData)).toEqual([]);
});
