import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {FirstlightError, proposalDirectoryName, runDirectoryName} from '@firstlight/core';

/** Where proposals are when nobody says: the environment's `EXTRA_DATA_DATA_ROOT`, as for Python's EXtra-data, else the facility's storage. */
export const defaultRoot = (): string => process.env.EXTRA_DATA_DATA_ROOT ?? '/gpfs/exfel/exp';

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw new FirstlightError(
      'cannot-list',
      `The folder ${directory} cannot be listed (${(error as Error).message}); check its permissions.`,
      {
        cause: error,
      },
    );
  }
}

const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

const isDirectory = (path: string): boolean => statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false;

/**
 * The directory of a proposal: `ROOT/INSTRUMENT/CYCLE/pNNNNNN`.
 *
 * @throws FirstlightError `no-such-proposal`.
 */
export function findProposal(proposal: number, root: string): string {
  const name = proposalDirectoryName(proposal);
  for (const instrument of namesIn(root)) {
    for (const cycle of namesIn(join(root, instrument))) {
      const path = join(root, instrument, cycle, name);
      if (isDirectory(path)) return path;
    }
  }
  throw new FirstlightError(
    'no-such-proposal',
    `Proposal ${proposal} was not found below ${root} (looked for */*/${name}); check the number and the data root.`,
    {
      facts: {proposal, root},
    },
  );
}

/** The HDF5 files of a run in one class of data, sorted; undefined where the run has none. Virtual overview files do not count. */
export function listRunFiles(proposalPath: string, run: number, folder: 'raw' | 'proc'): string[] | undefined {
  const directory = join(proposalPath, folder, runDirectoryName(run));
  const files = namesIn(directory).filter((name) => name.endsWith('.h5') && name.toLowerCase() !== 'overview.h5');
  return files.length === 0 ? undefined : files.map((name) => join(directory, name));
}
