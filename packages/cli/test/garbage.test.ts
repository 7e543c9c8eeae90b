import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {expect, test} from 'vitest';
import {firstlight, temporaryDirectory} from './command.ts';

const context = `
from damnit_ctx import Variable

@Variable(title="Trains")
def trains(run):
    return len(run.train_ids)

@Variable(title="Number", units="mm")
def number(run, trains: "var#trains"):
    return 2 * trains
`;

async function experiment(directory: string, {runs = 1}: {runs?: number} = {}): Promise<string> {
  const folder = join(directory, 'experiment');
  const simulated = await firstlight(['simulate', join(directory, 'data'), '--runs', String(runs), '--trains', '8', '--detector', '16x16']);
  expect(simulated.code, simulated.stderr).toBe(0);
  const made = await firstlight(['init', folder, '--proposal', '1234', '--data', join(directory, 'data')]);
  expect(made.code, made.stderr).toBe(0);
  writeFileSync(join(folder, 'context.py'), context);
  return folder;
}

const oneSentence = (text: string) => {
  const said = text.split('\n').filter((line) => line.startsWith('✗'));
  expect(said, text).toHaveLength(1);
  return said[0] ?? '';
};

test('a run number that does not exist', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  const {code, lines, stderr} = await firstlight(['process', '99', '--folder', folder, '--json']);
  expect(code, stderr).toBe(1);
  expect(JSON.stringify(lines)).toMatch(/[Rr]un 99/);
  const shown = await firstlight(['show', '--folder', folder, '--json']);
  expect(shown.stdout).not.toMatch(/"run":99/);
});

test('a truncated run file costs that file, is named, and the rest of the run is computed', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  const run = join(directory.path, 'data', 'SIM', '202601', 'p001234', 'raw', 'r0001');
  const detector = readdirSync(run).find((name) => name.includes('DET'));
  truncateSync(join(run, detector ?? 'missing'), 3000);
  const {code, lines, stderr} = await firstlight(['process', '1', '--folder', folder, '--json']);
  expect(code, stderr).toBe(0);
  expect(lines).toContainEqual(expect.objectContaining({event: 'value', name: 'trains', state: 'ok', summary: 8}));
});

test('a context with a syntax error: its place, nothing computed, nothing lost', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  expect((await firstlight(['process', '1', '--folder', folder])).code).toBe(0);
  writeFileSync(join(folder, 'context.py'), `${context}\ndef broken(:\n`);
  const {code, lines} = await firstlight(['process', '1', '--folder', folder, '--json']);
  expect(code).toBe(1);
  expect(JSON.stringify(lines)).toMatch(/context\.py:12:\d+/);
  const check = await firstlight(['context', 'check', '--folder', folder]);
  expect(check.code).toBe(1);
  expect(check.stdout).toMatch(/context\.py:12:\d+: error: /);
  expect((await firstlight(['show', '1', 'number', '--folder', folder, '--json'])).stdout).toMatch(/"summary":16/);
});

test('a newer database version is opened for reading only', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  expect((await firstlight(['process', '1', '--folder', folder])).code).toBe(0);
  const database = new Database(join(folder, 'runs.sqlite'));
  database.prepare("UPDATE metameta SET value = 99 WHERE key = 'data_format_version'").run();
  database.close();
  const before = readFileSync(join(folder, 'runs.sqlite'));
  const {code, stderr} = await firstlight(['process', '1', '--folder', folder]);
  expect(code).toBe(1);
  expect(oneSentence(stderr)).toMatch(/version 99/);
  expect((await firstlight(['show', '1', 'number', '--folder', folder, '--json'])).stdout).toMatch(/"summary":16/);
  expect(readFileSync(join(folder, 'runs.sqlite')).equals(before)).toBe(true);
});

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot)('a folder without permission (needs root, to become someone else)', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  chmodSync(directory.path, 0o755);
  for (const path of [folder, join(folder, 'extracted_data'), join(folder, 'process_logs')]) chmodSync(path, 0o755);
  chmodSync(join(folder, 'runs.sqlite'), 0o644);
  const {code, stderr} = await firstlight(['process', '1', '--folder', folder], {uid: nobody, gid: nobody, cwd: directory.path});
  expect(code).toBe(1);
  expect(oneSentence(stderr)).toMatch(/permission|cannot be written|read-only/i);
  expect(readdirSync(join(folder, 'extracted_data'))).toEqual([]);
});

const canMount = isRoot && existsSync('/proc/mounts') && process.platform === 'linux' && spawnSync('unshare', ['-m', 'true']).status === 0;

test.skipIf(!canMount)(
  'a folder on a full disk: one sentence, and the values come when there is room (needs root, to make a small disk)',
  async () => {
    using directory = temporaryDirectory();
    await experiment(directory.path);
    const disk = join(directory.path, 'disk');
    mkdirSync(disk);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', disk]).status).toBe(0);
    try {
      const folder = join(disk, 'experiment');
      await firstlight(['init', folder, '--proposal', '1234', '--data', join(directory.path, 'data')]);
      writeFileSync(join(folder, 'context.py'), context);
      spawnSync('sh', ['-c', `cat /dev/zero > '${disk}/ballast' 2>/dev/null`]);
      const full = await firstlight(['process', '1', '--folder', folder]);
      expect(full.code).toBe(1);
      expect(oneSentence(full.stderr)).toMatch(/disk.*full|no space/i);
      truncateSync(join(disk, 'ballast'), 0);
      const room = await firstlight(['process', '1', '--folder', folder, '--json']);
      expect(room.code, room.stderr).toBe(0);
      expect(room.lines).toContainEqual(expect.objectContaining({name: 'number', state: 'ok', summary: 16}));
    } finally {
      spawnSync('umount', [disk]);
    }
  },
);
