import {cpSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type CellValue, createFolder, openFolder, WriterProcess, writeFragment} from '../src/index.ts';
import {newFolder, storedCells} from './folders.ts';
import {saidValue} from './said.ts';
import {python, runDamnit, runPython, temporaryDirectory} from './support.ts';
import {everyKind} from './values.ts';

const run = {proposal: 1234, run: 7};
const readScript = join(import.meta.dirname, 'damnit-read.py');

const ask = async (
  directory: string,
  folder: string,
): Promise<{values: Record<string, {title: string; read: unknown; summary: unknown}>}> =>
  JSON.parse(await runPython([readScript, folder, '1234', '7'], {directory})) as never;

function writeAll(extractedData: string, values: Readonly<Record<string, CellValue>>): void {
  for (const [name, cell] of Object.entries(values)) writeFragment(extractedData, run, [{name, outcome: {state: 'ok', cell}}]);
}

const fragmentsIn = (folder: string): string[] => readdirSync(join(folder, 'extracted_data')).filter((name) => name.endsWith('.ready.h5'));

test('a fragment of the official damnit, merged by our writer into a file of ours, reads as if the official tools had merged it', {
  timeout: 240_000,
}, async () => {
  const directory = temporaryDirectory();
  const theirs = join(directory, 'theirs');
  const ours = join(directory, 'ours');
  await runDamnit(['init', theirs, '--proposal', '1234', '--context', join(import.meta.dirname, 'foreign-context.py')], {
    directory,
    folder: directory,
  });
  await runDamnit(['db-config', 'context_python', python], {directory, folder: theirs});
  await runDamnit(['read-context'], {directory, folder: theirs});
  await runDamnit(['reprocess', '7', '--mock', '--direct'], {directory, folder: theirs});

  createFolder(ours, {proposal: 1234, contextPython: python});
  const {extractedData} = openFolder(ours);
  const {labelled_line, dataset, integer, labelled_matrix} = everyKind as Required<typeof everyKind>;
  writeAll(extractedData, {labelled_line, dataset, integer, labelled_matrix, f_labelled: labelled_line} as Record<string, CellValue>);
  await using writer = await WriterProcess.start(ours);
  await writer.merge();
  const [fragment] = fragmentsIn(theirs);
  cpSync(join(theirs, 'extracted_data', fragment as string), join(extractedData, fragment as string));
  const {merged, quarantined, startTimes} = await writer.merge();
  expect(quarantined).toEqual([]);
  expect(startTimes).toHaveLength(1);
  expect(merged[0]?.names).toContain('f_labelled');
  await runDamnit(['combiner', 'now', '.'], {directory, folder: theirs});

  const [expected, found] = [await ask(directory, theirs), await ask(directory, ours)];
  const [titled, renamed] = [expected, found].map(({values}) =>
    Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (name.startsWith('f_') ? [[name, {...value, title: ''}]] : []))),
  );
  expect(Object.keys(renamed as object)).toHaveLength(13); // all but the failed and the skipped one
  expect(renamed).toEqual(titled);
  expect(found.values.labelled_line?.read).toEqual(saidValue(labelled_line?.data as never));
  expect(found.values.dataset?.read).toEqual(saidValue(dataset?.data as never));
});

test('values sent with damnit.submit() under names nobody declared can be read by the official damnit', async () => {
  const directory = temporaryDirectory();
  const folder = join(directory, 'folder');
  createFolder(folder, {proposal: 1234, contextPython: python});
  const script = join(directory, 'submit.py');
  const call = `submit(1234, 7, {"sent": 4.5, "start_time": 1.6e9}, provenance="by hand", damnit_dir=${JSON.stringify(folder)}, errors={"bad": ValueError("no")})`;
  writeFileSync(
    script,
    `from damnit import submit\ntry:\n    ${call}\nexcept Exception as error:\n    print(error)  # there is no broker to tell\n`,
  );
  await runPython([script], {directory});
  await using writer = await WriterProcess.start(folder);
  const {merged, startTimes} = await writer.merge();
  expect(merged[0]?.names.toSorted()).toEqual(['bad', 'sent', 'start_time']);
  expect(startTimes).toEqual([{run, startTime: 1.6e9}]);
  expect((await ask(directory, folder)).values.sent).toMatchObject({title: 'sent', summary: {kind: 'float', text: '4.5'}});
});

test('fragments of ours are merged by the official combiner', async () => {
  const directory = temporaryDirectory();
  const folder = join(directory, 'folder');
  createFolder(folder, {proposal: 1234, contextPython: python});
  const {extractedData} = openFolder(folder);
  await using writer = await WriterProcess.start(folder);
  const common = {
    description: null,
    tags: [],
    units: null,
    summary: null,
    data: 'raw' as const,
    cluster: false,
    transient: false,
    inputs: [],
    line: null,
    column: null,
  };
  await writer.updateVariables(Object.keys(everyKind).map((name) => Object.assign({name, title: name}, common)));
  writeAll(extractedData, {...everyKind, start_time: {data: 1.7e9}});
  writeFragment(extractedData, run, [{name: 'nothing', outcome: {state: 'none'}}]);
  await runDamnit(['combiner', 'now', '.'], {directory, folder});
  expect(fragmentsIn(folder)).toEqual([]);
  const {values} = await ask(directory, folder);
  const read = Object.keys(everyKind).map((name) => [name, values[name]?.read]);
  expect(read).toEqual(Object.entries(everyKind).map(([name, {data}]) => [name, saidValue(data)]));
});

test('the example context works on a run that is none of ours, in the official damnit', {timeout: 240_000}, async () => {
  const directory = temporaryDirectory();
  const folder = newFolder(directory);
  const raw = join(directory, 'exp/FXE/202601/p001234/raw/r0007');
  mkdirSync(raw, {recursive: true});
  const make = `from extra_data.tests.make_examples import make_fxe_da_file as make; make("${raw}/RAW-R0007-DA01-S00000.h5", format_version="1.2")`;
  await runPython(['-c', make], {directory});
  await runDamnit(['reprocess', '7', '--direct'], {directory, folder: folder.dir});
  await using writer = await WriterProcess.start(folder.dir);
  await writer.merge();
  const {cells} = storedCells(folder);
  expect(cells['7 n_trains']?.summary).toBe(400);
  expect(cells['7 run_length']).toMatchObject({summary: 40, attributes: {units: 's'}});
  expect(cells['7 missing_trains']?.summary).toBe(0);
  expect(cells['7 xgm_intensity']).toMatchObject({state: 'skipped', message: 'the run has no X-ray gas monitor'});
});
