import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {cpSync, existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {
  type ExperimentFolder,
  inspectFolder,
  type MigrationLine,
  migrateFolder,
  openFolder,
  ReaderProcess,
  readSettings,
  verifyFolder,
  WriterProcess,
} from '../src/index.ts';
import {openToRead} from '../src/database/connection.ts';
import {leave, storedCells} from './folders.ts';
import {runDamnit, runPython, temporaryDirectory} from './support.ts';

const script = join(import.meta.dirname, 'old-folder.py');

async function oldFolder(version: number, directory = temporaryDirectory()): Promise<string> {
  const dir = join(directory, `v${version}`);
  await runPython([script, dir, String(version)], {directory});
  return dir;
}

const checksum = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

const run = {proposal: 1234, run: 7};

const defectsOf = async (dir: string): Promise<unknown[]> =>
  (await Array.fromAsync(verifyFolder(dir))).filter(({event}) => event === 'defect');

test.each([1, 2, 3, 4])('a folder of format %i is read as it is, with all its oddities, and nothing in it changes', async (version) => {
  const dir = await oldFolder(version);
  const before = checksum(join(dir, 'runs.sqlite'));
  const {cells} = storedCells(openFolder(dir));
  expect(cells).toMatchObject({
    '7 xgm.energy': {summary: 2.5},
    '7 line_png': {summary: {image: '/7/line_png.png'}, maxDiff: 2},
    '7 line_trend': {summary: {trendline: {y: expect.any(Array)}}},
    '7 nan': {state: 'ok', summary: Number.NaN},
    '7 text': {summary: 'hello'},
    '7 undeclared': {summary: 4},
    '7 sample': {summary: 'Fe'},
    '9 comment': {summary: 'a run that is not in run_info'},
  });
  await using reader = await ReaderProcess.start();
  for (const name of ['line_png', 'line_trend'])
    expect(await reader.readData(dir, run, name)).toMatchObject({kind: 'array', fullShape: [300]});
  expect(await reader.readData(dir, {proposal: 5678, run: 7}, 'n_trains')).toMatchObject({kind: 'array', array: {shape: []}});
  const {variables, runs} = await reader.loadTable(dir);
  expect(runs.map(({proposal, run: number}) => [proposal, number])).toEqual([
    [1234, 7],
    [1234, 8],
    [1234, 9],
    [5678, 7],
  ]);
  expect(variables.find(({name}) => name === 'xgm.energy')?.tags).toEqual(version >= 3 ? ['beam'] : []);
  expect(variables.find(({name}) => name === 'line_png')?.title).toBe('line_png');
  expect(await reader.timeComments(dir)).toEqual([{id: 1, at: 1.6e9, text: 'beam back'}]);
  expect(inspectFolder(dir)).toMatchObject({
    version,
    proposals: [1234, 5678],
    runs: 3,
    writable: true,
    migrate: version === 4 ? null : {from: version, automatic: true},
  });
  expect(checksum(join(dir, 'runs.sqlite'))).toBe(before);
  expect(existsSync(join(dir, '.firstlight'))).toBe(false);
});

test.each([1, 2, 3, 4])(
  'a folder of format %i is brought up to 4 when it is written, and the official damnit goes on with it',
  async (version) => {
    const directory = temporaryDirectory();
    const dir = await oldFolder(version, directory);
    const folder = openFolder(dir);
    const before = storedCells(folder);
    {
      await using writer = await WriterProcess.start(dir);
      leave(folder, 'fresh', {data: 1, units: 'mm'});
      expect((await writer.merge()).quarantined).toEqual([]);
      await writer.edit({edit: 'value', run, name: 'sample', text: 'Cu'}, 'eva');
      await writer.edit({edit: 'comment', run: {...run, run: 9}, text: 'a run that is not in run_info'}, 'eva');
    }
    expect(readSettings(dir)).toMatchObject({dataFormatVersion: 4, databaseId: 'ab'.repeat(20)});
    const {cells, count} = storedCells(folder);
    expect(count).toBe(before.count + 1);
    expect(cells).toEqual({
      ...before.cells,
      '7 fresh': expect.objectContaining({summary: 1}),
      '7 sample': expect.objectContaining({summary: 'Cu'}),
    });
    const byProposal = openToRead(folder.database);
    expect(byProposal.prepare('SELECT proposal, run, n_trains FROM runs WHERE n_trains NOT NULL ORDER BY proposal').all()).toEqual([
      {proposal: 1234, run: 7, n_trains: 10},
      {proposal: 5678, run: 7, n_trains: 99},
    ]);
    byProposal.close();
    expect(await defectsOf(dir)).toEqual([]);
    const said = await runPython(
      [
        '-c',
        `from damnit import Damnit; d = Damnit(${JSON.stringify(dir)}); rv = d[1234, 7]; print(rv['fresh'].read(), rv['XGM/Energy'].read(), rv['sample'].read(), len(rv['line_png'].read()))`,
      ],
      {directory},
    );
    expect(said.trim()).toBe('1.0 2.5 Cu 300');
  },
);

test('a folder of format 0 is refused with the way out, and shown by `inspectFolder`', async () => {
  const dir = await oldFolder(0);
  expect(() => openFolder(dir)).toThrow(
    expect.objectContaining({code: 'ancient-folder', message: expect.stringContaining('`firstlight migrate ')}),
  );
  await expect(WriterProcess.start(dir)).rejects.toMatchObject({code: 'ancient-folder'});
  expect(inspectFolder(dir)).toMatchObject({
    version: 0,
    proposals: [1234],
    runs: 2,
    variables: 6,
    writable: false,
    migrate: {from: 0, to: 4, automatic: false},
  });
});

const migrated = async (dir: string, options: Parameters<typeof migrateFolder>[1] = {}): Promise<MigrationLine[]> =>
  Array.fromAsync(migrateFolder(dir, options));

test('a dry run of a migration says what it would do, and changes nothing', async () => {
  const dir = await oldFolder(0);
  const before = readdirSync(dir, {recursive: true});
  expect(await migrated(dir, {dryRun: true})).toEqual([
    {event: 'plan', from: 0, to: 4, runs: 2, variables: ['n_trains', 'image', 'line', 'labelled', 'lost', 'sample'], files: 2},
    {event: 'file', file: 'p1234_r7.h5', done: 1, of: 2, parts: ['labelled: labels beside its data', 'image: thumbnail that is not a PNG']},
    {event: 'file', file: 'p1234_r8.h5', done: 2, of: 2, parts: []},
  ]);
  expect(readdirSync(dir, {recursive: true})).toEqual(before);
});

test('a migrated folder holds the same as one that the official damnit migrated, and the original stays', {timeout: 240_000}, async () => {
  const directory = temporaryDirectory();
  const ours = await oldFolder(0, directory);
  const theirs = join(directory, 'theirs');
  cpSync(ours, theirs, {recursive: true});
  const [database, file] = [checksum(join(ours, 'runs.sqlite')), checksum(join(ours, 'extracted_data/p1234_r7.h5'))];
  const lines = await migrated(ours);
  expect(lines.at(-1)).toEqual({event: 'migrated', runs: 2, values: 7, files: 1, backup: 'runs.v0-backup.sqlite'});
  expect(lines.filter(({event}) => event === 'note')).toEqual([
    {event: 'note', text: expect.stringContaining('The value of "lost" for run 7 of proposal 1234')},
  ]);
  expect(checksum(join(ours, 'runs.v0-backup.sqlite'))).toBe(database);
  expect(checksum(join(ours, 'extracted_data.v0-backup/p1234_r7.h5'))).toBe(file);

  await runDamnit(['migrate', 'v0-to-v1'], {directory, folder: theirs});
  const [mine, official] = await Promise.all([said(ours, directory), said(theirs, directory)]);
  expect(mine).toEqual(official);
  expect(await defectsOf(ours)).toEqual([]);
});

/** What the folder holds, as the official damnit and its database say it. */
const said = async (dir: string, directory: string): Promise<unknown> =>
  JSON.parse(
    await runPython(
      [
        '-c',
        `
import json, sqlite3, sys
import h5py, xarray as xr
from damnit import Damnit
folder = sys.argv[1]
db = sqlite3.connect(folder + '/runs.sqlite')
rows = sorted((p, r, n, 'png' if isinstance(v, bytes) and v[:4] == b'\\x89PNG' else v, d) for p, r, n, v, d in db.execute("SELECT proposal, run, name, value, max_diff FROM run_variables WHERE name NOT IN ('lost')"))
runs = list(db.execute('SELECT * FROM run_info ORDER BY proposal, run'))
comments = list(db.execute('SELECT * FROM time_comments'))
da = xr.load_dataarray(folder + '/extracted_data/p1234_r7.h5', group='labelled', engine='h5netcdf')
print(json.dumps([rows, runs, comments, da.dims, da.values.tolist(), da['trainId'].values.tolist(), Damnit(folder).runs(), db.execute("SELECT value FROM metameta WHERE key = 'data_format_version'").fetchone()]))
`,
        dir,
      ],
      {directory},
    ),
  );

test('a migration that ends anywhere goes on where it was', {timeout: 240_000}, async () => {
  const directory = temporaryDirectory();
  const whole = await oldFolder(0, directory);
  const stopped: Record<string, (dir: string) => Promise<void>> = {
    'after a file': async (dir) => {
      for await (const {event} of migrateFolder(dir)) if (event === 'file') break;
    },
    'migrate:before-rename': async (dir) => killedAt(dir, 'migrate:before-rename'),
    'migrate:after-rename': async (dir) => killedAt(dir, 'migrate:after-rename'),
    'migrate:before-database': async (dir) => killedAt(dir, 'migrate:before-database'),
  };
  const original = checksum(join(whole, 'extracted_data/p1234_r7.h5'));
  const results: unknown[] = [];
  for (const [place, stop] of Object.entries(stopped)) {
    const dir = join(directory, place.replaceAll(/\W/g, '-'));
    cpSync(whole, dir, {recursive: true});
    await stop(dir);
    expect(inspectFolder(dir).version).toBe(0);
    await migrated(dir);
    expect(checksum(join(dir, 'extracted_data.v0-backup/p1234_r7.h5'))).toBe(original);
    expect(
      readdirSync(dir)
        .filter((name) => name.includes('backup'))
        .sort(),
    ).toEqual(['extracted_data.v0-backup', 'runs.v0-backup.sqlite']);
    expect(await defectsOf(dir)).toEqual([]);
    results.push(Object.keys(storedCells(openFolder(dir) satisfies ExperimentFolder).cells).sort());
  }
  expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
});

/** Does the steps of a migration in a process that ends at a step, as in a power cut. */
function killedAt(dir: string, step: string): void {
  const steps = JSON.stringify(join(import.meta.dirname, '../src/migrate/steps.ts'));
  const layout = JSON.stringify(join(import.meta.dirname, '../src/folder/layout.ts'));
  const code = `const {migrateFile, migrateDatabase} = await import(${steps}); const {pathsOf} = await import(${layout});
    const paths = pathsOf(${JSON.stringify(dir)}); migrateFile(paths, 'p1234_r7.h5'); migrateDatabase(paths);`;
  const {signal} = spawnSync(process.execPath, ['--input-type=module', '-e', code], {env: {...process.env, FIRSTLIGHT_FAULT: step}});
  if (signal !== 'SIGKILL') throw new Error(`It went on past ${step}.`);
}

test('a folder that needs no migration, or is none, says so', async () => {
  const dir = await oldFolder(2);
  await expect(migrated(dir)).rejects.toMatchObject({code: 'not-ancient'});
  await expect(migrated(join(dir, 'nowhere'))).rejects.toMatchObject({code: 'no-folder'});
  expect(() => inspectFolder(join(dir, 'nowhere'))).toThrow(expect.objectContaining({code: 'no-folder'}));
});
