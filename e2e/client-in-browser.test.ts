import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {silentLog} from '@firstlight/engine';
import {serve} from '@firstlight/server';
import {createFolder, openFolder, writeFragment} from '@firstlight/store';
import type * as client from '@firstlight/client';
import {build} from 'vite';
import {expect, onTestFinished, test} from 'vitest';
import {chromiumPath, launch} from './browser.ts';

const reason = chromiumPath ? '' : ' (skipped: there is no Chromium; install it or name it by FIRSTLIGHT_CHROMIUM)';
const context = `
import {meta, variable} from '@firstlight/context';
export const square = variable({title: 'Square', inputs: {number: meta('run_number')}}, ({number}) => number * number);
`;

/** The client as one script for a page. */
async function bundled(): Promise<string> {
  const entry = fileURLToPath(new URL('../packages/client/src/index.ts', import.meta.url));
  const lib = {entry, formats: ['iife' as const], name: 'client', fileName: 'client'};
  const built = await build({configFile: false, logLevel: 'silent', build: {lib, write: false, minify: false}});
  const [{output}] = built as unknown as [{output: {code: string}[]}];
  return output[0]?.code ?? '';
}

test.skipIf(!chromiumPath)(`the client works in a browser: it reads, computes and follows${reason}`, {timeout: 120_000}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'firstlight-browser-'));
  onTestFinished(() => rm(directory, {recursive: true, force: true}));
  const folder = join(directory, 'folder');
  createFolder(folder, {proposal: 1234, language: 'typescript', contextPython: 'python3', dataRoot: directory});
  await writeFile(join(folder, 'context.ts'), context);
  const trains = {dtype: 'uint64', shape: [2], data: BigUint64Array.of(2n ** 64n - 1n, 3n)} as const;
  writeFragment(openFolder(folder).extractedData, {proposal: 1234, run: 7}, [
    {name: 'trains', outcome: {state: 'ok', cell: {data: trains}}},
    {
      name: 'curve',
      outcome: {state: 'ok', cell: {data: {kind: 'DataArray', dims: ['x'], coords: {}, attrs: {units: 'mJ'}, array: trains}}},
    },
  ]);
  await using serving = await serve([folder], {port: 0, log: silentLog, experiment: {watch: false}});
  const browser = await launch();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${serving.url}api`);
  await page.addScriptTag({content: await bundled()});
  const seen = await page.evaluate(async () => {
    const {open} = (globalThis as unknown as {client: typeof client}).client;
    const experiment = await open(location.href);
    const table = await experiment.table();
    const curve = (await experiment.read(7, 'curve')) as client.DataArray;
    const read = (await experiment.read(7, 'trains')) as client.NDArray;
    const events = await Array.fromAsync(experiment.process({runs: '9', mock: true}));
    let followed = 0;
    for await (const {number, cells} of experiment.changes({since: table.change})) {
      followed = number;
      if (cells.some(({name, state}) => name === 'square' && state === 'ok')) break;
    }
    return {
      runs: [...table.runs],
      trains: Array.from(read.data, String),
      units: curve.units,
      events: events.map(({event}) => event),
      square: await experiment.read(9, 'square'),
      followed: followed > table.change,
      refused: await experiment.read(99, 'square').catch((error: client.FirstlightError) => error.code),
    };
  });
  expect(seen).toEqual({
    runs: [7],
    trains: ['18446744073709551615', '3'],
    units: 'mJ',
    events: ['queued', 'started', 'value', 'value', 'finished', 'finished'],
    square: 81,
    followed: true,
    refused: 'no-such-run',
  });
});
