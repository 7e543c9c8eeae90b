/** What the page says is done: its commands are executed in order, its Python is run on what they wrote. */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {firstlight} from '../../packages/cli/test/command.ts';

const page = readFileSync(new URL('./export-results.md', import.meta.url), 'utf8');
const python = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'firstlight-page-'));
const folder = join(directory, 'folder');
const context = `
import numpy as np
import xarray as xr
from damnit_ctx import Variable

@Variable(title="Run length", summary="mean")
def run_length(run):
    return 0.5

@Variable(title="Trains")
def n_trains(run):
    return len(run.train_ids)

@Variable(title="Spectrum")
def spectrum(run):
    return xr.DataArray(np.arange(4.0), dims=["energy"], coords={"energy": [1.0, 2.0, 3.0, 4.0]})
`;

beforeAll(async () => {
  const data = join(directory, 'data');
  await firstlight(['simulate', data, '--runs', '2', '--trains', '8', '--detector', '8x8']);
  await firstlight(['init', folder, '--proposal', '1234', '--data', data]);
  writeFileSync(join(folder, 'context.py'), context);
  await firstlight(['process', '1-2', '--folder', folder]);
});
afterAll(() => rmSync(directory, {recursive: true, force: true}));

/** The commands of the page in order, as their words. */
const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .map((line) => [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? ''));

/** License and author are said before the bundle is written, as the page advises. */
const inOrder = [...commands.filter(([, name]) => name === 'settings'), ...commands.filter(([, name]) => name !== 'settings')];

test('every command does what the page says', async () => {
  expect(inOrder.length).toBeGreaterThan(6);
  for (const [, ...args] of inOrder) {
    const place = args[0] === 'import' ? [] : ['--folder', folder];
    expect(await firstlight([...args, ...place], {cwd: directory}), args.join(' ')).toMatchObject({code: 0, stderr: ''});
  }
  for (const file of ['results.csv', 'some.xlsx', 'results.parquet', 'results.h5', 'beamtime.zip'])
    expect(existsSync(join(directory, file))).toBe(true);
});

test('its Python reads the files', () => {
  const [, code = ''] = /^```python\n([\s\S]*?)^```/m.exec(page) ?? [];
  const said = execFileSync(python, ['-c', `${code}\nprint(pd.read_csv("results.csv")["run_length"].mean())`], {
    cwd: directory,
    encoding: 'utf8',
  });
  expect(said.trim()).toBe('0.5');
});

test('the copy shows the same, and the bundle says its license', async () => {
  const [shown, copy] = await Promise.all(
    [folder, join(directory, 'copy-of-beamtime')].map((dir) => firstlight(['show', '--folder', dir, '--json'])),
  );
  expect(copy?.lines).toEqual(shown?.lines);
  const script = 'import sys, zipfile; print(zipfile.ZipFile("beamtime.zip").read("ro-crate-metadata.json").decode())';
  expect(execFileSync(python, ['-c', script], {cwd: directory, encoding: 'utf8'})).toMatch(
    /creativecommons\.org[\s\S]*The group of beamline SIM/,
  );
});
