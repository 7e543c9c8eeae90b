import {copyFileSync, fstatSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {Fragments, type RunCopy, takeRun} from '../src/bundle/run-copy.ts';
import {type ExperimentFolder, WriterProcess} from '../src/index.ts';
import {leave, newFolder, run} from './folders.ts';
import {temporaryDirectory} from './support.ts';

const runFile = ({extractedData}: ExperimentFolder): string => join(extractedData, 'p1234_r7.h5');

/** A folder with one run. */
async function folderWithRun(): Promise<ExperimentFolder> {
  const folder = newFolder();
  leave(folder, 'energy', {data: 2.5});
  await using writer = await WriterProcess.start(folder.dir);
  await writer.merge();
  return folder;
}

/** Takes the run while something happens as its rows are read for the first time; tells how often they were read. */
async function takenWhile({extractedData}: ExperimentFolder, happens: () => void): Promise<{copy: RunCopy; times: number}> {
  let times = 0;
  const copyRows = (): void => {
    times += 1;
    if (times === 1) happens();
  };
  const fragments = new Fragments(extractedData);
  return {copy: await takeRun(run, {extractedData, fragments, workDir: temporaryDirectory(), names: undefined, copyRows}), times};
}

test('a run at rest is taken at once', async () => {
  const {copy, times} = await takenWhile(await folderWithRun(), () => {});
  using taken = copy;
  expect({times, isSettled: taken.isSettled}).toEqual({times: 1, isSettled: true});
});

test('rows that were read while the file was replaced are read again, and the new file is taken', async () => {
  const folder = await folderWithRun();
  const {copy, times} = await takenWhile(folder, () => {
    copyFileSync(runFile(folder), `${runFile(folder)}.new`);
    renameSync(`${runFile(folder)}.new`, runFile(folder));
  });
  using taken = copy;
  expect({times, isSettled: taken.isSettled}).toEqual({times: 2, isSettled: true});
  expect(fstatSync(taken.descriptor as number).ino).toBe(statSync(runFile(folder)).ino);
});

test('rows that were read before the fragments were gone are read again', async () => {
  const folder = await folderWithRun();
  const fragment = join(folder.extractedData, leave(folder, 'energy', {data: 3.5}));
  const {copy, times} = await takenWhile(folder, () => rmSync(fragment)); // a writer removes them when the rows are in the table
  using taken = copy;
  expect({times, isSettled: taken.isSettled}).toEqual({times: 2, isSettled: true});
});

test('a run that never rests is taken in the end, and it is said', async () => {
  const folder = await folderWithRun();
  leave(folder, 'energy', {data: 3.5});
  const {copy, times} = await takenWhile(folder, () => writeFileSync(join(folder.extractedData, 'other'), ''));
  using taken = copy;
  expect(taken.isSettled).toBe(false);
  expect(times).toBeGreaterThan(2);
});
