import {mkdirSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {proposalDirectoryName, runDirectoryName} from '@firstlight/core';
import {CYCLE, INSTRUMENT} from './sources.ts';

/** The kind of data below a proposal: as recorded, or corrected. */
export type DataKind = 'raw' | 'proc';

/** `dir/SIM/202601/p001234`: the proposal's directory below a data root. */
export const proposalDirectory = (dir: string, proposal: number): string => join(dir, INSTRUMENT, CYCLE, proposalDirectoryName(proposal));

/** `dir/SIM/202601/p001234/raw/r0007`: a run's directory. */
export const runDirectory = (dir: string, proposal: number, data: DataKind, run: number): string =>
  join(proposalDirectory(dir, proposal), data, runDirectoryName(run));

/** `RAW-R0007-DA01-S00000.h5`: the name of a file of a run. */
export const dataFileName = (fileClass: string, run: number, aggregator: string, sequence: number): string =>
  `${fileClass}-R${String(run).padStart(4, '0')}-${aggregator}-S${String(sequence).padStart(5, '0')}.h5`;

/** The name a file has until it is complete: hidden, and no `.h5`, so that nobody takes it for data. */
export const unfinishedName = (fileName: string): string => `.${fileName}.writing`;

/** Makes a run's directory, and removes what an interrupted simulation left in it. */
export const makeRunDirectory = (...run: Parameters<typeof runDirectory>): string => {
  const directory = runDirectory(...run);
  mkdirSync(directory, {recursive: true});
  for (const name of list(directory)) if (name.startsWith('.') && name.endsWith('.writing')) rmSync(join(directory, name), {force: true});
  return directory;
};

/** The number after the last run there is; 1 in an empty directory. A last run without a file was interrupted, and its number is taken again. */
export const nextRunNumber = (dir: string, proposal: number): number => {
  const numbers = list(join(proposalDirectory(dir, proposal), 'raw'))
    .filter((name) => /^r\d{4,}$/.test(name))
    .map((name) => Number(name.slice(1)));
  const last = numbers.reduce((a, b) => Math.max(a, b), 0);
  if (last === 0) return 1;
  const hasData = list(runDirectory(dir, proposal, 'raw', last)).some((name) => name.endsWith('.h5'));
  return hasData ? last + 1 : last;
};

const list = (directory: string): string[] => {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};
