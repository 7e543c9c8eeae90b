/** Everything on the page is done: its examples are run in both languages, its tables compared with the cells, its commands executed. */
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {proposalDirectory, StandInCatalogue} from '@firstlight/simulator';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {firstlight} from '../../packages/cli/test/command.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(new URL('./write-a-context.md', import.meta.url), 'utf8');
const main = {python: 'context.py', typescript: 'context.ts'} as const;
type Language = keyof typeof main;
const fences = {python: 'python', ts: 'typescript'} as const;

/** The files of each folder that the examples make: those without a name are one context file for each language, put together. */
function exampleFiles(): Map<string, Map<string, string>> {
  const folders = new Map<string, Map<string, string>>();
  for (const [, fence, path, code = ''] of page.matchAll(/^```(python|ts)(?: (\S+))?\n([\s\S]*?)^```/gm)) {
    const language = fences[fence as keyof typeof fences];
    const [file = '', folder = language] = (path ?? main[language]).split('/').reverse();
    const files = folders.get(folder) ?? new Map<string, string>();
    folders.set(folder, files.set(file, `${files.get(file) ?? ''}${code}\n`));
  }
  return folders;
}

/** What the tables say: the folder (undefined: the main examples), the cell, and what it shows. */
const told = [...page.matchAll(/^\| cell(?: of `(\w+)`)? \| shows \|\n\|---\|---\|\n((?:\|.*\|\n)+)/gm)].flatMap(([, folder, rows = '']) =>
  [...rows.matchAll(/^\| `(.+?)` \| `(.+)` \|$/gm)].map(([, name = '', shows = '']) => ({folder, name, shows})),
);

type Line = Record<string, unknown>;

/** A cell in words. */
function shown({state, summary, units: unit, message}: Line): string {
  const units = typeof unit === 'string' ? unit : undefined;
  const where = String(message)
    .replaceAll('\n', ' ')
    .replace(/\(context\.(py|ts):\d+\)/, '(FILE:LINE)');
  if (state !== 'ok') return state === 'none' ? 'nothing' : `${String(state)}: ${where}`;
  if (typeof summary === 'number') return `${Number(summary.toPrecision(5))}${units === undefined ? '' : ` ${units}`}`;
  if (typeof summary !== 'object' || summary === null) return String(summary);
  return 'trendline' in summary ? `a curve${units === undefined ? '' : ` (${units})`}` : 'a picture';
}

const directory = mkdtempSync(join(tmpdir(), 'firstlight-page-'));
const data = join(directory, 'data');
const cells = new Map<string, Map<string, string>>();

async function makeFolder(name: string, files: ReadonlyMap<string, string>): Promise<void> {
  const folder = join(directory, name);
  const language: Language = files.has('context.py') ? 'python' : 'typescript';
  await firstlight(['init', folder, '--proposal', '1234', '--data', data, '--language', language]);
  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), {recursive: true});
    writeFileSync(join(folder, file), text);
  }
  const {lines, stderr} = await firstlight(['process', '1', '--folder', folder, '--json']);
  const values = lines.filter(({event}) => event === 'value');
  if (values.length === 0) throw new Error(`${name}: ${stderr}\n${JSON.stringify(lines)}`);
  cells.set(name, new Map(values.map((value) => [String(value['name']), shown(value)])));
}

beforeAll(async () => {
  await firstlight(['simulate', data, '--runs', '1', '--trains', '16', '--detector', '16x16']);
  await using catalogue = await StandInCatalogue.start({sampleName: 'lysozyme'});
  await catalogue.leaveCredentials(proposalDirectory(data, 1234));
  for (const [name, files] of exampleFiles()) await makeFolder(name, files);
}, 240_000); // Five folders, each with runners of its own.
afterAll(() => rmSync(directory, {recursive: true, force: true}));

describe.each(['python', 'typescript'] as const)('the examples in %s', (language) => {
  test.each(told.filter(({folder}) => folder === undefined))('$name shows $shows', ({name, shows}) => {
    expect(cells.get(language)?.get(name)).toBe(shows);
  });

  test('have no cell that the page does not tell of', () => {
    const steps = new Set(['start_time', 'corrected', ...told.map(({name}) => name)]);
    expect(
      [...(cells.get(language)?.keys() ?? [])].filter((name) => !steps.has(name) && !/^(nanometres|nested|named)\./.test(name)),
    ).toEqual([]);
  });
});

test.each(told.filter(({folder}) => folder !== undefined))('$name of the folder "$folder" shows $shows', ({folder, name, shows}) => {
  expect(cells.get(folder ?? '')?.get(name)).toBe(shows);
});

describe('the commands', () => {
  const commands = [...page.matchAll(/^```sh(?: (python))?\n([\s\S]*?)^```/gm)].flatMap(([, only, lines = '']) =>
    (only ? ['python'] : ['python', 'typescript']).flatMap((language) =>
      lines
        .trim()
        .split('\n')
        .map((command) => ({command, language})),
    ),
  );

  test.each(commands.filter(({command}) => command.startsWith('firstlight ')))(
    '$command works ($language)',
    async ({command, language}) => {
      const [, ...options] = command.replace('DATA', data).split(' ');
      expect(await firstlight(options, {cwd: join(directory, language)})).toMatchObject({code: 0});
    },
  );

  test.each(commands.filter(({command}) => !command.startsWith('firstlight ')))('$command works ($language)', ({command, language}) => {
    const [, ...options] = command.replace('DATA', data).split(' ');
    const environment = {...process.env, PYTHONPATH: join(repository, 'python')};
    const done = spawnSync(join(repository, '.venv/bin/python'), options, {
      cwd: join(directory, language),
      env: environment,
      encoding: 'utf8',
    });
    expect(done).toMatchObject({status: 0, stdout: expect.stringContaining('trains = array(16)')});
  });
});
