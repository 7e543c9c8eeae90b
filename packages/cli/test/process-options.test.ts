import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {firstlight, printed, start, temporaryDirectory} from './command.ts';

const context = `
import {param, variable} from '@firstlight/context';

/** How much. */
export const cut = variable({title: 'The cut', units: 'mm', tags: ['a'], inputs: {cut: param('cut', {default: 1})}}, ({cut}) => cut);
export const mode = variable({inputs: {mode: param<string>('mode'), cut}}, ({mode, cut}) => mode + ' ' + cut);
export const where = variable(() => process.pid);
`;

async function experiment(directory: string, text: string = context, language = 'typescript'): Promise<string> {
  const folder = join(directory, 'experiment');
  await firstlight(['init', folder, '--proposal', '1234', '--language', language]);
  writeFileSync(join(folder, language === 'python' ? 'context.py' : 'context.ts'), text);
  return folder;
}

type Line = Record<string, unknown>;
const valuesOf = (lines: Line[]): Record<string, Line> =>
  Object.fromEntries(lines.filter(({event}) => event === 'value').map((line) => [line['name'], line]));
const summariesOf = (lines: Line[]) => Object.fromEntries(Object.entries(valuesOf(lines)).map(([name, line]) => [name, line?.['summary']]));
const mock = (folder: string, ...more: string[]) => firstlight(['process', '1', '--mock', '--folder', folder, '--json', ...more]);

test('--param gives values as JSON or text, without one a variable is left out', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  const without = await mock(folder);
  expect(valuesOf(without.lines)).toMatchObject({cut: {summary: 1}, mode: {state: 'skipped', message: 'Missing parameter values: mode'}});
  const {lines} = await mock(folder, '--param', 'cut=3.5', '--param', 'mode=x=y', '--cold', '--parallel', '1');
  expect(summariesOf(lines)).toMatchObject({cut: 3.5, mode: 'x=y 3.5'});
  expect((await mock(folder, '--param', 'cut')).code).toBe(2);
  expect((await mock(folder, '--parallel', '0')).code).toBe(2);
});

test('--trial tells values old and new, and leaves the folder as it is', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  await mock(folder, '--var', 'cut');
  const files = () => ['extracted_data', 'process_logs', '.firstlight/inbox'].map((name) => [name, readdirSync(join(folder, name))]);
  const database = () => readFileSync(join(folder, 'extracted_data', 'p1234_r1.h5'));
  const before = [files(), database()];
  const {lines, code} = await mock(folder, '--trial', '--param', 'cut=9');
  expect(code).toBe(0);
  expect(lines.every(({trial}) => trial === true)).toBe(true);
  expect(valuesOf(lines)).toMatchObject({cut: {summary: 9, before: 1}, where: {before: null}, start_time: {before: expect.any(Number)}});
  expect(lines.at(-1)).toMatchObject({event: 'finished', runs: 1, values: {ok: 3, skipped: 1}});
  expect([files(), database()]).toEqual(before);
  const shown = await firstlight(['show', '1', '--folder', folder, '--json']);
  expect(JSON.stringify(shown.lines)).not.toMatch(/where/);
  const words = await firstlight(['process', '1', '--mock', '--trial', '--param', 'cut=9', '--folder', folder]);
  expect(words.stdout).toMatch(/cut {2}1 → 9/);
});

test('--trial and --param go to the server that owns the folder', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  const server = start(['serve', folder, '--port', '0', '--no-watch']);
  try {
    await printed(server, /ready http/);
    const {lines, stderr} = await mock(folder, '--trial', '--param', 'cut=9');
    expect(stderr).toMatch(/is served by/);
    expect(valuesOf(lines)).toMatchObject({cut: {summary: 9, before: null, trial: true}});
    expect((await firstlight(['show', '--folder', folder, '--json'])).lines).toEqual([]);
    const inspected = await mock(folder, '--inspect');
    expect(inspected).toMatchObject({code: 1, stderr: expect.stringContaining('stop the server')});
  } finally {
    server.kill('SIGTERM');
    await new Promise((resolve) => server.on('close', resolve));
  }
});

test('--inspect prints where a debugger finds the code; for Python it says what to do instead', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  const command = start(['process', '1', '--mock', '--inspect', '--folder', folder]);
  let said = '';
  const ended = new Promise((resolve) => command.on('close', resolve));
  const address = await new Promise<string>((resolve) =>
    command.stderr?.on('data', (piece) => {
      said += String(piece);
      const found = /Attach a debugger to (ws:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    }),
  );
  expect(new URL(address).hostname).toBe('127.0.0.1');
  command.kill('SIGINT');
  await ended;
  using other = temporaryDirectory();
  const python = await experiment(other.path, 'from damnit_ctx import Variable\n', 'python');
  const {code, stderr} = await firstlight(['process', '1', '--mock', '--inspect', '--folder', python]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/python -m firstlight.run .*context\.py --run N --proposal N/);
});

test('context describe --json prints one object with what was promised', async () => {
  using directory = temporaryDirectory();
  const folder = await experiment(directory.path);
  const {lines, code} = await firstlight(['context', 'describe', join(folder, 'context.ts'), '--json']);
  expect(code).toBe(0);
  expect(lines).toHaveLength(1);
  expect(Object.keys(lines[0] ?? {})).toEqual(['language', 'variables', 'groups', 'problems']);
  const [cut] = (lines[0]?.['variables'] ?? []) as Line[];
  expect(cut).toEqual({
    name: 'cut',
    title: 'The cut',
    tags: ['a'],
    summary: null,
    data: 'raw',
    cluster: false,
    transient: false,
    units: 'mm',
    description: 'How much.',
    inputs: [{kind: 'param', name: 'cut', optional: true}],
    line: 5,
    column: expect.any(Number),
  });
});
