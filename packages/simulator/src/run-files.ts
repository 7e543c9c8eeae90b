import {renameSync, rmSync, statSync, truncateSync} from 'node:fs';
import {join} from 'node:path';
import {ExdfFile} from './exdf-file.ts';
import {correctedAggregators, rawAggregators, type Aggregator} from './layout.ts';
import {dataFileName, makeRunDirectory, unfinishedName, type DataKind} from './paths.ts';
import type {RunPlan} from './plan.ts';

const BLOCK_BYTES = 16 * 1024 * 1024;
const TRUNCATED_FRACTION = 0.6;

/** A run that was written. */
export interface WrittenRun {
  readonly directory: string;
  readonly files: readonly string[];
}

/** What an aggregator writes as its `sequence`-th file. */
export interface FilePlan {
  readonly plan: RunPlan;
  readonly aggregator: Aggregator;
  readonly sequence: number;
}

export const aggregatorsOf = (plan: RunPlan, data: DataKind): readonly Aggregator[] =>
  data === 'raw' ? rawAggregators(plan) : correctedAggregators(plan);

export const fileNameOf = ({plan, aggregator, sequence}: FilePlan): string =>
  dataFileName(aggregator.fileClass, plan.run, aggregator.name, sequence);

/**
 * Writes all files of a run beside their place, then renames them into it: nobody sees a half-written file.
 *
 * @param dir the data root.
 * @param sequenceTrains trains per file; the run is cut into as many files per aggregator as needed.
 */
export const writeRun = (dir: string, plan: RunPlan, data: DataKind, {sequenceTrains}: {sequenceTrains: number}): WrittenRun => {
  const directory = makeRunDirectory(dir, plan.proposal, data, plan.run);
  const sequences = Array.from({length: Math.ceil(plan.trains / sequenceTrains)}, (_, sequence) => sequence);
  const files = sequences.flatMap((sequence) => aggregatorsOf(plan, data).map((aggregator) => ({plan, aggregator, sequence})));
  const names = files.map(fileNameOf);
  try {
    for (const file of files) writeWholeFile(directory, file, sequenceTrains);
    if (data === 'raw') damage(join(directory, unfinishedName(names.at(-1) ?? '')), plan);
    for (const name of names) renameSync(join(directory, unfinishedName(name)), join(directory, name));
  } finally {
    for (const name of names) rmSync(join(directory, unfinishedName(name)), {force: true});
  }
  return {directory, files: names};
};

/** Cuts the end off a file if that is the run's fault. */
export const damage = (path: string, {fault}: RunPlan): void => {
  if (fault.kind === 'truncated') truncateSync(path, Math.floor(statSync(path).size * TRUNCATED_FRACTION));
};

const writeWholeFile = (directory: string, file: FilePlan, sequenceTrains: number): void => {
  const {plan, aggregator, sequence} = file;
  const start = sequence * sequenceTrains;
  const end = Math.min(plan.trains, start + sequenceTrains);
  using exdf = ExdfFile.create(join(directory, unfinishedName(fileNameOf(file))), file, start);
  const step = blockTrains(plan);
  for (let train = start; train < end; train += step) {
    exdf.append(range(train, Math.min(end, train + step)).filter(aggregator.sees));
  }
};

// Keeps the memory of a big detector within bounds.
const blockTrains = ({detector: [height, width]}: RunPlan): number => Math.max(1, Math.floor(BLOCK_BYTES / (4 * height * width)));

const range = (start: number, end: number): number[] => Array.from({length: end - start}, (_, i) => start + i);
