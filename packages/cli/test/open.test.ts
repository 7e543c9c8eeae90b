import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {silentLog} from '@firstlight/engine';
import {serve} from '@firstlight/server';
import {createFolder, openFolder, WriterProcess, writeFragment} from '@firstlight/store';
import {expect, onTestFinished, test} from 'vitest';
import {open} from '../src/index.ts';

const context = `
import {meta, variable} from '@firstlight/context';
export const square = variable({title: 'Square', inputs: {number: meta('run_number')}}, ({number}) => number * number);
`;

/** A folder with run 7, of which \`energy\` is known. */
async function folderWithRun(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'firstlight-open-'));
  onTestFinished(() => rm(directory, {recursive: true, force: true}));
  const folder = join(directory, 'folder');
  createFolder(folder, {proposal: 1234, language: 'typescript', contextPython: 'python3', dataRoot: directory});
  await writeFile(join(folder, 'context.ts'), context);
  await store(folder, 7, 9.25);
  return folder;
}

/** Stores a value as another program would. */
async function store(folder: string, run: number, energy: number): Promise<void> {
  writeFragment(openFolder(folder).extractedData, {proposal: 1234, run}, [{name: 'energy', outcome: {state: 'ok', cell: {data: energy}}}]);
  await using writer = await WriterProcess.start(folder);
  await writer.merge();
}

test('a folder is read without becoming its owner, and what others store in it is followed', async () => {
  const folder = await folderWithRun();
  await using experiment = await open<{energy: number | null}>(folder);
  expect([experiment.id, await experiment.read(7, 'energy')]).toEqual([expect.stringMatching(/^p1234/), 9.25]);
  expect([...(await experiment.table()).column('energy').numbers]).toEqual([9.25]);
  await using another = await open(folder);
  expect(await another.read(7, 'energy')).toBe(9.25);
  const since = await experiment.change();
  await store(folder, 8, 9.5);
  for await (const {cells} of experiment.changes({since})) if (cells.some(({run, name}) => run === 8 && name === 'energy')) break;
  expect(await experiment.read(8, 'energy')).toBe(9.5);
});

test('a folder that is only looked at is not changed', async () => {
  await using experiment = await open(await folderWithRun());
  await expect(experiment.process({runs: '9', mock: true}).next()).rejects.toMatchObject({code: 'read-only'});
});

test('a program that asks for it processes runs itself', async () => {
  const folder = await folderWithRun();
  await using experiment = await open(folder, {write: true});
  const events = await Array.fromAsync(experiment.process({runs: '9', mock: true}));
  expect(events).toContainEqual(expect.objectContaining({event: 'value', name: 'square', summary: 81}));
  expect(await experiment.read(9, 'square')).toBe(81);
  await expect(open(folder, {write: true})).rejects.toMatchObject({code: 'folder-owned'});
});

test('a folder that a server has is used through that server', async () => {
  const folder = await folderWithRun();
  await using serving = await serve([folder], {port: 0, log: silentLog, experiment: {watch: false}});
  await using experiment = await open(folder);
  await Array.fromAsync(experiment.process({runs: '9', mock: true}));
  expect(serving.experiments[0]?.table.cell({proposal: 1234, run: 9}, 'square').summary).toBe(81);
  expect(await experiment.read(9, 'square')).toBe(81);
});

test('a listener that stops leaves the folder’s feed', async () => {
  await using experiment = await open(await folderWithRun());
  const leaving = new AbortController();
  const next = experiment.changes({signal: leaving.signal}).next();
  await experiment.change();
  leaving.abort();
  expect(await next).toEqual({done: true, value: undefined});
});

test('what is no folder is refused with a sentence', async () => {
  await expect(open('/nowhere/at/all')).rejects.toMatchObject({code: 'no-folder', message: expect.stringMatching(/\.$/)});
});
