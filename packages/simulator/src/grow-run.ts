import {renameSync} from 'node:fs';
import {join} from 'node:path';
import type {Clock} from './clock.ts';
import {ExdfFile} from './exdf-file.ts';
import {makeRunDirectory, unfinishedName} from './paths.ts';
import type {RunPlan} from './plan.ts';
import {aggregatorsOf, damage, fileNameOf, type FilePlan, type WrittenRun} from './run-files.ts';

export interface GrowOptions {
  readonly sequenceTrains: number;
  readonly trainsPerSecond: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Records a run as the data acquisition does: train by train, in real time, in files that others may read while they grow (SWMR).
 *
 * A sequence file is closed only when the next one is open, so that a run being recorded never looks finished. When the signal comes, the files are closed
 * with the trains they have.
 */
export const growRun = async (dir: string, plan: RunPlan, options: GrowOptions): Promise<WrittenRun> => {
  const {sequenceTrains, trainsPerSecond, clock, signal} = options;
  const directory = makeRunDirectory(dir, plan.proposal, 'raw', plan.run);
  const startMs = clock.now();
  const names: string[] = [];
  let open: OpenFile[] = [];
  try {
    for (let train = 0; train < plan.trains && !signal.aborted; train++) {
      if (train % sequenceTrains === 0) {
        const previous = open;
        open = openSequence(directory, plan, train, sequenceTrains);
        names.push(...open.map(({name}) => name));
        close(previous);
      }
      for (const {file, sees} of open) if (sees(train)) record(file, train);
      await clock.sleep(startMs + ((train + 1) * 1000) / trainsPerSecond - clock.now(), signal);
    }
  } finally {
    close(open);
  }
  damage(join(directory, names.at(-1) ?? ''), plan);
  return {directory, files: names};
};

interface OpenFile {
  readonly name: string;
  readonly file: ExdfFile;
  readonly sees: (train: number) => boolean;
}

const openSequence = (directory: string, plan: RunPlan, firstTrain: number, sequenceTrains: number): OpenFile[] =>
  aggregatorsOf(plan, 'raw').map((aggregator) => openOne(directory, {plan, aggregator, sequence: firstTrain / sequenceTrains}, firstTrain));

// Nobody sees the file before it can be read: its name comes last.
const openOne = (directory: string, filePlan: FilePlan, firstTrain: number): OpenFile => {
  const name = fileNameOf(filePlan);
  const file = ExdfFile.create(join(directory, unfinishedName(name)), filePlan, firstTrain, {shared: true});
  file.startSharing();
  renameSync(join(directory, unfinishedName(name)), join(directory, name));
  return {name, file, sees: filePlan.aggregator.sees};
};

const record = (file: ExdfFile, train: number): void => {
  file.append([train]);
  file.flush();
};

const close = (files: readonly OpenFile[]): void => {
  for (const {file} of files) file[Symbol.dispose]();
};
