import {copyFileSync, closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {createFolder, openFolder, WriterProcess, writeFragment} from '@firstlight/store';
import type {ExperimentFolder} from '@firstlight/store';
import {compare} from '../harness.ts';
import {proposal, variableName} from './folder.ts';
import type {Places} from './places.ts';

/** Numbers of a value, how many values of ours are one measurement, and how many of the peer's. */
const kinds = [
  {what: '8 B', elements: 1, count: 200, peers: 10},
  {what: '8 kB', elements: 1000, count: 200, peers: 10},
  {what: '8 MB', elements: 1_000_000, count: 16, peers: 4},
] as const;

const mergedBytes = 256e6;
const elementsOfMerged = 1_000_000;

/** Values a second into one folder, each a fragment of its own, written and merged, on the disk; against the official `submit()` and combiner. */
export async function measureValues({directory, peer, official}: Places): Promise<void> {
  const theirs = await peer();
  for (const {what, elements, count, peers} of kinds) {
    const ours = async (): Promise<number> =>
      count / (await inNewFolder(directory, async (folder) => writeAndMerge(folder, elements, count)));
    const peerRate = async (): Promise<number> => {
      const names = Array.from({length: peers}, (_, i) => variableName(i));
      return (
        peers /
        (await inNewFolder(
          directory,
          async ({dir}) => ((await theirs?.send(dir, 1, names, elements)) ?? 0) + ((await theirs?.combine(dir)) ?? 0),
        ))
      );
    };
    const figure = `values of ${what} a second`;
    official.add(await compare({figure, unit: '/s', ours, peer: theirs ? peerRate : ours, rounds: 5, mostRounds: 5}));
  }
}

/** How fast fragments come into a run's file, as a part of what copying the same bytes takes, both until they are on the disk. */
export async function measureMerging({directory, bars}: Places): Promise<void> {
  const count = Math.round(mergedBytes / (8 * elementsOfMerged));
  const megabytes = (count * 8 * elementsOfMerged) / 1e6;
  const merge = async (): Promise<number> =>
    inNewFolder(directory, async (folder) => {
      for (let i = 0; i < count; i++) writeValue(folder, variableName(i), elementsOfMerged);
      await using writer = await WriterProcess.start(folder.dir);
      const begun = performance.now();
      await writer.merge();
      return megabytes / ((performance.now() - begun) / 1000);
    });
  const copy = (toDisk: boolean) => async (): Promise<number> =>
    inNewFolder(directory, async (folder) => {
      for (let i = 0; i < count; i++) writeValue(folder, variableName(i), elementsOfMerged);
      return megabytes / copyAll(folder, toDisk);
    });
  const common = {unit: 'MB/s', ours: merge, moreIsBetter: true, rounds: 5, mostRounds: 9} as const;
  bars.add(await compare({...common, figure: `merge of ${megabytes} MB, cp to the disk`, peer: copy(true), atLeast: 0.5}));
  bars.add(await compare({...common, figure: `merge of ${megabytes} MB, cp into memory`, peer: copy(false)}));
}

/** Copies all fragments as `cp` does; seconds. */
function copyAll({extractedData, dir}: ExperimentFolder, toDisk: boolean): number {
  const target = join(dir, 'copy');
  mkdirSync(target);
  const names = readdirSync(extractedData);
  const begun = performance.now();
  for (const name of names) {
    copyFileSync(join(extractedData, name), join(target, name));
    if (toDisk) sync(join(target, name));
  }
  return (performance.now() - begun) / 1000;
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}

/** Writes values and merges them as they come, as an experiment does; seconds until all are in the folder. */
async function writeAndMerge(folder: ExperimentFolder, elements: number, count: number): Promise<number> {
  await using writer = await WriterProcess.start(folder.dir);
  const begun = performance.now();
  let merging: Promise<unknown> | undefined;
  for (let i = 0; i < count; i++) {
    writeValue(folder, variableName(i), elements);
    merging ??= writer.merge().finally(() => (merging = undefined));
    await new Promise((resolve) => void setImmediate(resolve));
  }
  await merging;
  await writer.merge();
  return (performance.now() - begun) / 1000;
}

function writeValue({extractedData}: ExperimentFolder, name: string, elements: number): void {
  const data =
    elements === 1 ? 1.5 : {dtype: 'float64' as const, shape: [elements], data: new Float64Array(elements).map((_, i) => i * 0.37)};
  writeFragment(extractedData, {proposal, run: 1}, [{name, outcome: {state: 'ok', cell: {data}}}]);
}

let folders = 0;

async function inNewFolder(directory: string, measure: (folder: ExperimentFolder) => Promise<number>): Promise<number> {
  const dir = join(directory, `values-${(folders += 1)}`);
  createFolder(dir, {proposal, contextPython: process.execPath});
  try {
    return await measure(openFolder(dir));
  } finally {
    rmSync(dir, {recursive: true, force: true});
  }
}
