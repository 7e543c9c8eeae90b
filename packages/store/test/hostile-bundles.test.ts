import {createHash} from 'node:crypto';
import {createWriteStream, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {finished} from 'node:stream/promises';
import {beforeAll, expect, test} from 'vitest';
import yazl from 'yazl';
import {ZipReader} from '../src/bundle/zip-reader.ts';
import {exportTo, importBundle, WriterProcess} from '../src/index.ts';
import {leave, newFolder} from './folders.ts';
import {runPython, temporaryDirectory} from './support.ts';

/** A bundle's files by name. */
type Files = Map<string, Buffer>;
type Spoil = (files: Files, modes: Map<string, number>) => void;

let good: Files;
let place: string;
beforeAll(async () => {
  const later: (() => void)[] = [];
  place = temporaryDirectory((remove) => later.push(remove));
  const folder = newFolder(place);
  await using writer = await WriterProcess.start(folder.dir);
  leave(folder, 'energy', {data: 2.5});
  await writer.merge();
  const path = join(place, 'good.zip');
  await exportTo(folder.dir, path);
  good = await filesOf(path);
  return () => later.forEach((remove) => remove());
});

async function filesOf(path: string): Promise<Files> {
  using zip = await ZipReader.open(path);
  const files: Files = new Map();
  for (const [name, entry] of zip.entries)
    files.set(name, Buffer.from(await text((await zip.read(entry)).setEncoding('latin1')), 'latin1'));
  return files;
}

async function zipOf(files: Files, path: string, modes: ReadonlyMap<string, number>): Promise<void> {
  const zip = new yazl.ZipFile();
  const written = finished(zip.outputStream.pipe(createWriteStream(path)));
  for (const [name, content] of files) zip.addBuffer(content, name, {mode: modes.get(name) ?? 0o100664});
  zip.end();
  await written;
}

/** Brings the manifest up to what is there: an attacker would do so. */
function sealed(files: Files): Files {
  const manifest = JSON.parse(String(files.get('manifest.json'))) as {files: Record<string, {size: number; sha256: string}>};
  const entries = [...files].filter(([name]) => name !== 'manifest.json');
  manifest.files = Object.fromEntries(
    entries.map(([name, content]) => [name, {size: content.length, sha256: createHash('sha256').update(content).digest('hex')}]),
  );
  return files.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
}

/** What is said of a bundle that was spoiled; nothing may be left of the attempt. */
async function saidOf(path: string): Promise<string> {
  const parent = temporaryDirectory();
  const said = await importBundle(path, join(parent, 'folder'), {contextPython: 'python3'}).then(
    () => 'it was imported',
    (error: {code: string; message: string}) => `${error.code}: ${error.message}`,
  );
  expect(readdirSync(parent)).toEqual([]);
  return said;
}

async function saidOfSpoiled(spoil: Spoil): Promise<string> {
  const [files, modes, path] = [new Map(good), new Map<string, number>(), join(temporaryDirectory(), 'spoiled.zip')];
  spoil(files, modes);
  await zipOf(files, path, modes);
  return saidOf(path);
}

const data = 'folder/extracted_data/p1234_r7.h5';

test.each<[string, Spoil, RegExp]>([
  [
    'has a changed file',
    (files) => files.set('table.csv', Buffer.from(String(files.get('table.csv')).replace('2.5', '3.5'))),
    /table\.csv is damaged/,
  ],
  ['lacks a file', (files) => void files.delete('table.csv'), /table\.csv is missing/],
  ['has a file too many', (files) => files.set('folder/more.py', Buffer.from('1')), /more\.py is in it but not in its manifest/],
  ['has a longer file', (files) => files.set('README.md', Buffer.from('longer'.repeat(1000))), /README\.md has 6000 bytes and should have/],
  ['has no manifest', (files) => void files.delete('manifest.json'), /no bundle of ours/],
  ['has a manifest of nonsense', (files) => files.set('manifest.json', Buffer.from('{"format": 1}')), /manifest is not understood/],
  [
    'is of a later version',
    (files) => files.set('manifest.json', Buffer.from(String(files.get('manifest.json')).replace('"version": 1', '"version": 2'))),
    /later version/,
  ],
  ['has a link', (_, modes) => modes.set('folder/context.py', 0o120777), /context\.py is a link/],
  [
    'would put a file in a place of its own',
    (files) => sealed(files.set('folder/.ssh/key.py', Buffer.from('x'))),
    /a file at \.ssh\/key\.py, where no folder has one/,
  ],
  [
    'would put a file into the settings of our program',
    (files) => sealed(files.set('folder/.firstlight/owner.json', Buffer.from('{}'))),
    /owner\.json, where no/,
  ],
  [
    'has a damaged database',
    (files) => sealed(files.set('folder/runs.sqlite', Buffer.from('SQLite format 3\0 no more'))),
    /database is damaged/,
  ],
  [
    'has no database',
    (files) => {
      files.delete('folder/runs.sqlite');
      sealed(files);
    },
    /no database/,
  ],
  ['has damaged data', (files) => sealed(files.set(data, (files.get(data) as Buffer).subarray(0, 900))), /p1234_r7\.h5 cannot be read/],
])('a bundle that %s is refused', async (_, spoil, sentence) => {
  const said = await saidOfSpoiled(spoil);
  expect(said).toMatch(/^bad-bundle: .* cannot be imported: .*Nothing was made/);
  expect(said).toMatch(sentence);
});

test('data that lead into another file are refused', async () => {
  const path = join(temporaryDirectory(), 'linked.h5');
  await runPython(['-c', `import h5py; h5py.File(${JSON.stringify(path)}, "w")["energy"] = h5py.ExternalLink("/etc/passwd", "/")`], {
    directory: place,
  });
  expect(await saidOfSpoiled((files) => sealed(files.set(data, readFileSync(path))))).toMatch(/is a link into another file/);
});

test('a database that brings triggers and views along leaves them behind', async () => {
  const {default: Database} = await import('better-sqlite3');
  const database = join(temporaryDirectory(), 'runs.sqlite');
  writeFileSync(database, good.get('folder/runs.sqlite') as Buffer);
  const connection = new Database(database);
  connection.exec(
    'CREATE TRIGGER evil AFTER INSERT ON run_variables BEGIN DELETE FROM run_variables; END; CREATE TABLE strange(x); CREATE VIEW odd AS SELECT 1',
  );
  connection.close();
  const [files, parent] = [sealed(new Map(good).set('folder/runs.sqlite', readFileSync(database))), temporaryDirectory()];
  await zipOf(files, join(parent, 'a.zip'), new Map());
  await importBundle(join(parent, 'a.zip'), join(parent, 'folder'), {contextPython: 'python3'});
  const made = new Database(join(parent, 'folder', 'runs.sqlite'), {readonly: true});
  const names = made.prepare<[], string>('SELECT name FROM sqlite_master').pluck().all();
  expect(names.filter((name) => ['evil', 'strange', 'odd'].includes(name))).toEqual([]);
  expect(made.prepare('SELECT value FROM run_variables WHERE name = ?').pluck().get('energy')).toBe(2.5);
  made.close();
});

/** A good bundle with some of its bytes replaced by as many others. */
async function withBytes(from: string, to: string, change: (zip: Buffer) => Buffer = (zip) => zip): Promise<string> {
  const path = join(temporaryDirectory(), 'bytes.zip');
  await zipOf(good, path, new Map());
  writeFileSync(path, change(Buffer.from(readFileSync(path, 'latin1').replaceAll(from, to), 'latin1')));
  return path;
}

test.each([
  ['leads above', 'table.parquet', '../xx.parquet'],
  ['is absolute', 'table.parquet', '/able.parquet'],
  ['has a backslash', 'folder/context.py', 'folder\\context.py'],
])('a path that %s is refused', async (_, from, to) => {
  expect(await saidOf(await withBytes(from, to))).toMatch(/^bad-bundle: /);
});

test('a file that unpacks to more than it says is refused', async () => {
  const path = join(temporaryDirectory(), 'bomb.zip');
  const script = `
import sys, struct, zipfile, zlib
data = b"0" * 50_000_000
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as file:
    file.writestr("manifest.json", data)
content = bytearray(open(sys.argv[1], "rb").read())
directory = content.rindex(b"PK\\x01\\x02")
content[directory + 24 : directory + 28] = struct.pack("<I", 1000)
open(sys.argv[1], "wb").write(content)
`;
  await runPython(['-c', script, path], {directory: place});
  expect(await saidOf(path)).toMatch(/^bad-bundle: /);
});

test('a bundle that was cut off, and what is none, are refused', async () => {
  expect(await saidOf(await withBytes('', '', (zip) => zip.subarray(0, zip.length - 100)))).toMatch(/^bad-bundle: .*no zip file/);
  const none = join(temporaryDirectory(), 'none.zip');
  writeFileSync(none, 'hello');
  expect(await saidOf(none)).toMatch(/^bad-bundle: .*no zip file/);
});
