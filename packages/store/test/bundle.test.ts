import {copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {beforeAll, describe, expect, test} from 'vitest';
import {type ExperimentFolder, exportTo, importBundle, openFolder, verifyFolder, WriterProcess} from '../src/index.ts';
import {folderToExport} from './export-folder.ts';
import {leave, newFolder} from './folders.ts';
import {array, python, runPython, temporaryDirectory} from './support.ts';

const [checking, damnitReading] = ['check-bundle.py', 'damnit-read.py'].map((name) => join(import.meta.dirname, name)) as [string, string];
let directory: string;
let folder: ExperimentFolder;
let bundle: string;

beforeAll(async () => {
  const later: (() => void)[] = [];
  directory = temporaryDirectory((remove) => later.push(remove));
  folder = await folderToExport(directory);
  await live(folder);
  bundle = join(directory, 'all.zip');
  await exportTo(folder.dir, bundle);
  return () => later.forEach((remove) => remove());
});

/** A second version of some values, and what people add. */
async function live(folder: ExperimentFolder): Promise<void> {
  await using writer = await WriterProcess.start(folder.dir);
  leave(folder, 'matrix', {data: array('float64', [2, 2], Float64Array.of(4, 3, 2, 1))});
  leave(folder, 'float', {data: 7.5});
  await writer.merge();
  writeFileSync(join(folder.dir, 'helper.py'), 'SCALE = 2\n');
  const database = new Database(folder.database);
  database.prepare('INSERT INTO time_comments VALUES (?, ?)').run(1_700_000_001.5, 'valve closed');
  const own = database.prepare('INSERT INTO fl_settings VALUES (?, ?)');
  own.run('fl_license', 'https://creativecommons.org/licenses/by/4.0/');
  own.run('fl_author', 'the group of beamline SIM');
  database.prepare("INSERT INTO metameta VALUES ('slurm_time', '01:00:00')").run();
  database.close();
}

const local = new Set(['db_id', 'context_python', 'damnit_python', 'data_root']);

/** Everything in a folder's database, but for what is only true of one place. */
function contentOf({database}: ExperimentFolder): Record<string, unknown[]> {
  const connection = new Database(database, {readonly: true});
  const things = connection
    .prepare<[], [string, string]>("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view', 'trigger', 'index')")
    .raw();
  const rows = things.all().map(([name, type]): [string, unknown[]] => {
    if (type !== 'table') return [name, [type]];
    const all = connection.prepare(`SELECT * FROM "${name}"`).safeIntegers().all() as Record<string, unknown>[];
    const own = name === 'metameta' ? all.filter(({key}) => !local.has(String(key))) : all;
    return [name, own.map((row) => JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))).sort()];
  });
  connection.close();
  return Object.fromEntries(rows.filter(([name]) => name !== 'sqlite_sequence'));
}

const filesIn = (dir: string): string[] =>
  existsSync(dir) ? readdirSync(dir, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.h5')) : [];

const damnitSays = async (dir: string, proposal: number, run: number): Promise<unknown> =>
  JSON.parse(await runPython([damnitReading, dir, String(proposal), String(run)], {directory}));

describe('a folder that was exported and imported', () => {
  let again: ExperimentFolder;
  beforeAll(async () => {
    await importBundle(bundle, join(directory, 'again'), {contextPython: python});
    again = openFolder(join(directory, 'again'));
  });

  test('has the same values, history, comments, tags and settings', () => {
    const content = contentOf(again);
    expect(content).toEqual(contentOf(folder));
    expect(content['fl_history']?.length).toBeGreaterThan(content['run_variables']?.length ?? 0);
    expect(content['time_comments']).toHaveLength(1);
  });

  test('has the same arrays, bit for bit, also those of older versions', () => {
    for (const part of ['extracted_data', '.firstlight/history']) {
      const files = filesIn(join(folder.dir, part));
      expect(files.length).toBeGreaterThan(0);
      expect(filesIn(join(again.dir, part)).sort()).toEqual(files.sort());
      for (const file of files)
        expect(readFileSync(join(again.dir, part, file)).equals(readFileSync(join(folder.dir, part, file)))).toBe(true);
    }
  });

  test('has its context and the modules beside it', () => {
    for (const name of ['context.py', 'helper.py'])
      expect(readFileSync(join(again.dir, name))).toEqual(readFileSync(join(folder.dir, name)));
  });

  test('is the same for the official damnit', async () => {
    expect(await damnitSays(again.dir, 1234, 7)).toEqual(await damnitSays(folder.dir, 1234, 7));
  });

  test('is found to be whole', async () => {
    expect(await defectsOf(again.dir)).toEqual(await defectsOf(folder.dir));
  });

  test('can be worked in', async () => {
    await using writer = await WriterProcess.start(again.dir);
    leave(again, 'float', {data: 8.5});
    expect((await writer.merge()).merged).toMatchObject([{names: ['float']}]);
  });
});

describe('a bundle', () => {
  let said: {name: string; license: unknown; author: string; files: string[]; issues: string[]; variables: Record<string, string | null>};
  beforeAll(async () => {
    said = JSON.parse(await runPython([checking, bundle, join(directory, 'unpacked')], {directory})) as typeof said;
  });

  test('is a valid RO-Crate', () => {
    expect(said.issues).toEqual([]);
    expect(said).toMatchObject({
      name: 'Results of proposals 1234, 4321',
      author: 'the group of beamline SIM',
      license: 'https://creativecommons.org/licenses/by/4.0/',
    });
    expect(said.variables['float']).toBe('mJ');
  });

  test('has tables, figures, code and history as plain files', () => {
    const expected = [
      'table.csv',
      'table.parquet',
      'history.jsonl',
      'README.md',
      'folder/context.py',
      'folder/helper.py',
      'figures/p1234_r7/plotly.json',
    ];
    for (const name of [...expected, 'figures/p1234_r7/image.png', 'figures/p1234_r7/matrix.png']) expect(said.files).toContain(name);
    const history = readFileSync(join(directory, 'unpacked', 'history.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(history.map((line) => JSON.parse(line) as {name: string}).filter(({name}) => name === 'matrix')).toHaveLength(2);
  });

  test('holds a folder that the official damnit opens as it is', async () => {
    expect(await damnitSays(join(directory, 'unpacked', 'folder'), 1234, 7)).toEqual(await damnitSays(folder.dir, 1234, 7));
  });
});

test('a part of a folder comes back as that part', async () => {
  const part = join(directory, 'part.zip');
  await exportTo(folder.dir, part, {runs: [7], proposal: 1234, variables: ['labelled_*', 'matrix']});
  await importBundle(part, join(directory, 'part'), {contextPython: python});
  const said = (await damnitSays(join(directory, 'part'), 1234, 7)) as {runs: number[]; values: Record<string, unknown>};
  const all = (await damnitSays(folder.dir, 1234, 7)) as typeof said;
  const names = Object.keys(all.values).filter((name) => name.startsWith('labelled_') || name === 'matrix');
  expect(said.runs).toEqual([7]);
  expect(said.values).toEqual(Object.fromEntries(names.map((name) => [name, all.values[name]])));
});

/** What is wrong in a folder. */
const defectsOf = async (dir: string): Promise<unknown> =>
  (await Array.fromAsync(verifyFolder(dir))).filter(({event}) => event === 'defect');

test('a folder that is written to all the time is taken so that values and data belong together', async () => {
  const busy = newFolder(temporaryDirectory());
  const ids = [1, 2, 3, 4, 5].map((number) => ({proposal: 1234, run: number}));
  const change = (step: number): void => {
    for (const id of ids) leave(busy, 'matrix', {data: array('float64', [2, 2], Float64Array.of(step, 2, 3, 4)), summaryMethod: 'max'}, id);
  };
  await using writer = await WriterProcess.start(busy.dir);
  change(10);
  await writer.merge();
  const exported = new AbortController();
  const writing = (async () => {
    for (let step = 11; !exported.signal.aborted; step++) {
      change(step);
      await writer.merge();
    }
  })();
  const file = join(busy.dir, '..', 'busy.zip');
  await exportTo(busy.dir, file).finally(() => exported.abort());
  await writing;
  await importBundle(file, join(busy.dir, '..', 'quiet'), {contextPython: python});
  expect(await defectsOf(join(busy.dir, '..', 'quiet'))).toEqual([]);
});

test('a folder of format version 1 comes back as one of today', async () => {
  const old = await folderToExport(temporaryDirectory());
  const database = new Database(old.database);
  const own = database.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'fl_%'").pluck().all();
  const statements = [...own, 'variable_tags', 'tags'].map((name) => `DROP TABLE ${name};`).join('');
  database.exec(
    `${statements} ALTER TABLE run_variables DROP COLUMN attributes; UPDATE metameta SET value = 1 WHERE key = 'data_format_version'`,
  );
  database.close();
  const file = join(old.dir, '..', 'old.zip');
  expect(await exportTo(old.dir, file)).toMatchObject({runs: 5, problems: []});
  await importBundle(file, join(old.dir, '..', 'new'), {contextPython: python});
  const now = openFolder(join(old.dir, '..', 'new'));
  expect(now.formatVersion).toBe(4);
  const [before, after] = [old, now].map((folder) => contentOf(folder)['run_variables']?.map((row) => JSON.parse(String(row)) as object));
  expect(after).toEqual(before?.map((row) => Object.assign(row, {attributes: null})));
});

test('an empty folder comes back', async () => {
  const empty = newFolder(temporaryDirectory());
  const [file, dir] = [join(empty.dir, '..', 'empty.zip'), join(empty.dir, '..', 'again')];
  await exportTo(empty.dir, file);
  await importBundle(file, dir, {contextPython: python});
  expect(contentOf(openFolder(dir))).toEqual(contentOf(empty));
});

describe('nothing is made', () => {
  test('where something is', async () => {
    const dir = temporaryDirectory();
    writeFileSync(join(dir, 'mine.txt'), 'mine');
    await expect(importBundle(bundle, dir, {contextPython: python})).rejects.toMatchObject({code: 'folder-exists'});
    await expect(importBundle(join(dir, 'none.zip'), join(dir, 'x'), {contextPython: python})).rejects.toMatchObject({code: 'no-bundle'});
    expect(readdirSync(dir)).toEqual(['mine.txt']);
  });

  test('when it is stopped', async () => {
    const [parent, stopping] = [temporaryDirectory(), new AbortController()];
    copyFileSync(bundle, join(parent, 'copy.zip'));
    const options = {contextPython: python, signal: stopping.signal, onProgress: () => stopping.abort()};
    await expect(importBundle(join(parent, 'copy.zip'), join(parent, 'folder'), options)).rejects.toThrow(/abort/);
    expect(readdirSync(parent)).toEqual(['copy.zip']);
  });
});
