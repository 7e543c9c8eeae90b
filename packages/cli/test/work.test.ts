import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {firstlight, printed, start, temporaryDirectory} from './command.ts';

const context = `
from damnit_ctx import Skip, Variable

@Variable(title="Trains")
def trains(run):
    return len(run.train_ids)

@Variable(title="Long", units="mm")
def ramp(run, trains: "var#trains"):
    return [float(i) for i in range(int(trains))]

@Variable(title="Broken")
def broken(run):
    return 1 / 0

@Variable(title="Not today")
def not_today(run):
    raise Skip("no beam")
`;

async function experiment(directory: string): Promise<string> {
  const folder = join(directory, 'experiment');
  await firstlight(['simulate', join(directory, 'data'), '--runs', '2', '--trains', '8', '--detector', '16x16']);
  await firstlight(['init', folder, '--proposal', '1234', '--data', join(directory, 'data')]);
  writeFileSync(join(folder, 'context.py'), context);
  return folder;
}

const states = (lines: Record<string, unknown>[]) =>
  Object.fromEntries(lines.filter(({event, run}) => event === 'value' && run === 1).map(({name, state}) => [name, state]));

const expected = {start_time: 'ok', trains: 'ok', ramp: 'ok', broken: 'failed', not_today: 'skipped'};

test('process computes, show shows, and both say so as JSON lines', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  const {code, lines} = await firstlight(['process', '1-2', '--folder', folder, '--json']);
  expect(code).toBe(0); // a user's failing code is data
  expect(states(lines)).toEqual(expected);
  expect(lines.at(-1)).toMatchObject({event: 'finished', runs: 2, values: {ok: 6, failed: 2, skipped: 2}});
  const table = await firstlight(['show', '--folder', folder, '--json']);
  expect(table.lines.map(({run}) => run)).toEqual([1, 2]);
  expect(table.lines[0]?.['values']).toMatchObject({
    trains: {state: 'ok', summary: 8},
    broken: {state: 'failed', message: expect.stringContaining('division')},
  });
  const value = await firstlight(['show', '2', 'ramp', '--folder', folder, '--json']);
  expect(value.lines).toEqual([expect.objectContaining({kind: 'array', dtype: 'float64', shape: [8], data: [0, 1, 2, 3, 4, 5, 6, 7]})]);
  const text = await firstlight(['show', '1', '--folder', folder]);
  expect(text.stdout).toMatch(/Trains +trains +8/);
});

test('--strict makes a failed value the exit code, --var computes one and what it needs', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  expect((await firstlight(['process', '1', '--folder', folder, '--strict'])).code).toBe(1);
  const some = await firstlight(['process', '1', '--var', 'ramp', '--folder', folder, '--strict', '--json']);
  expect(some.code).toBe(0);
  expect(Object.keys(states(some.lines)).sort((a, b) => a.localeCompare(b))).toEqual(['ramp', 'start_time', 'trains']);
});

test('a served folder: the server does the work, the same events come back, and it stops within seconds', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  const server = start(['serve', folder, '--port', '0', '--no-watch']);
  const [, url = ''] = await printed(server, /ready (http:\S+)/);
  const handed = await firstlight(['process', '1', '--folder', folder, '--json']);
  expect(handed.code).toBe(0);
  expect(handed.stderr).toContain(`is served by ${url}`);
  expect(states(handed.lines)).toEqual(expected);
  const missing = await firstlight(['process', '77', '--folder', folder]);
  expect(missing.code).toBe(1);
  const ended = new Promise((resolve) => server.on('close', resolve));
  server.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('a TypeScript folder made by init computes at once', async () => {
  using directory = temporaryDirectory();
  await firstlight(['simulate', join(directory.path, 'data'), '--runs', '1', '--trains', '8', '--detector', '16x16']);
  const folder = join(directory.path, 'experiment');
  const made = await firstlight([
    'init',
    folder,
    '--proposal',
    '1234',
    '--data',
    join(directory.path, 'data'),
    '--language',
    'typescript',
    '--json',
  ]);
  expect(made.lines[0]).toMatchObject({event: 'created', proposal: 1234, language: 'typescript'});
  expect(existsSync(join(folder, 'context.ts'))).toBe(true);
  const {lines} = await firstlight(['process', 'all', '--folder', folder, '--json', '--strict']);
  expect(lines.at(-1)).toMatchObject({runs: 1, values: {failed: 0}});
  const described = await firstlight(['context', 'describe', '--folder', folder, '--json']);
  expect(described.lines[0]).toMatchObject({language: 'typescript', problems: []});
});

const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));

test('an editor knows the types of a TypeScript context where init made it, and settings that are there stay', async () => {
  using directory = temporaryDirectory();
  const folder = join(directory.path, 'typed');
  const check = () => spawnSync(process.execPath, [compiler, '-p', folder], {encoding: 'utf8', cwd: folder});
  await firstlight(['init', folder, '--language', 'typescript']);
  expect(check()).toMatchObject({status: 0, stdout: ''});
  writeFileSync(
    join(folder, 'context.ts'),
    `import {variable} from '@firstlight/context';\nexport const a = variable(({run}) => run.nope());\n`,
  );
  expect(check().stdout).toMatch(/^context\.ts\(2,\d+\): error TS2339: Property 'nope' does not exist/);
  const kept = join(directory.path, 'kept');
  mkdirSync(kept);
  writeFileSync(join(kept, 'tsconfig.json'), '{}');
  await firstlight(['init', kept, '--language', 'typescript']);
  expect(readFileSync(join(kept, 'tsconfig.json'), 'utf8')).toBe('{}');
});
