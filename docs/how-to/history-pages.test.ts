/** What the pages about the history and the folder say is so: the commands are executed, and what is in a folder is compared with their tables. */
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {firstlight} from '../../packages/cli/test/command.ts';

const pageOf = (name: string): string => readFileSync(new URL(`./${name}.md`, import.meta.url), 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'firstlight-page-'));
const folder = join(directory, 'folder');

const context = (scale: number): string => `
import numpy as np
from damnit_ctx import Variable

@Variable(title="Intensity")
def intensity(run):
    return np.arange(4) * ${scale}
`;

beforeAll(async () => {
  const data = join(directory, 'data');
  await firstlight(['simulate', data, '--runs', '1', '--trains', '8', '--detector', '8x8']);
  await firstlight(['init', folder, '--proposal', '1234', '--data', data]);
  for (const scale of [1, 2]) {
    writeFileSync(join(folder, 'context.py'), context(scale));
    await firstlight(['process', '1', '--folder', folder]);
  }
});
afterAll(() => rmSync(directory, {recursive: true, force: true}));

test('every command of the page on where a value comes from does what it says', async () => {
  const page = pageOf('see-where-a-value-comes-from');
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
  const inline = [...page.matchAll(/`(firstlight (?:history|diff) [^`]+)`/g)].map(([, command = '']) => command);
  const said: string[] = [];
  for (const command of [...blocks, ...inline]) {
    const outcome = await firstlight([...command.split(' ').slice(1), '--folder', folder]);
    expect(outcome, command).toMatchObject({code: 0, stderr: ''});
    said.push(outcome.stdout);
  }
  const all = said.join('');
  expect(all).toMatch(/version +stored +value +by +code +context +job +took\n.*2 .*\n.*1 /);
  expect(all).toContain('--- intensity@1\n+++ intensity@2\n');
  expect(all).toContain('-    return np.arange(4) * 1\n+    return np.arange(4) * 2\n');
  expect(all).toContain('"version":1');
});

test('everything in a folder is in the tables of its page', () => {
  const page = pageOf('what-is-in-the-folder');
  const connection = new Database(join(folder, 'runs.sqlite'), {readonly: true});
  const tables = connection
    .prepare<[], string>("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'")
    .pluck()
    .all();
  connection.close();
  const files = [...readdirSync(folder), ...readdirSync(join(folder, '.firstlight'))].filter(
    (name) => !name.endsWith('-journal') && name !== 'data',
  );
  const missing = [...tables, ...files].filter(
    (name) => !page.includes(`\`${name}`) && !page.includes(`\`${name.replace(/-\d+\./, '-….')}`),
  );
  expect(missing).toEqual([]);
});
