import {FirstlightError, isFirstlightError, sentenceOf} from '@firstlight/core';
import {basename} from 'node:path';
import {defaultRoot, findProposal, listRunFiles} from './find.ts';
import {readRunFile} from './run-file.ts';
import type {RunFile} from './run-file.ts';
import {Run} from './run.ts';
import type {RunContents, SkippedFile} from './run.ts';
import {unionOfTrains} from './trains.ts';

export interface RunRequest {
  readonly proposal: number;
  readonly run: number;
  /** `all`: raw data, and where a source was calibrated its processed data instead. Default: `all`. */
  readonly data?: 'raw' | 'proc' | 'all';
  /** Directory that holds INSTRUMENT/CYCLE/pNNNNNN. Default: `EXTRA_DATA_DATA_ROOT`, else `/gpfs/exfel/exp`. */
  readonly root?: string | null;
}

/**
 * Opens a run of a proposal.
 *
 * Files that cannot be read are left out and listed in `run.warnings`.
 *
 * @throws FirstlightError `no-such-proposal`, `no-such-run`, `no-usable-files`.
 */
export function openRun({proposal, run, data = 'all', root}: RunRequest): Run {
  const proposalPath = findProposal(proposal, root ?? defaultRoot());
  const open = (folder: 'raw' | 'proc') => openFolder({proposal, run, proposalPath}, folder);
  if (data !== 'all') return new Run(open(data));
  const raw = open('raw');
  return new Run(listRunFiles(proposalPath, run, 'proc') === undefined ? raw : withProc(raw, () => open('proc')));
}

/** Processed data that cannot be read at all (it may be being written) must not cost the raw data. */
function withProc(raw: RunContents, openProc: () => RunContents): RunContents {
  try {
    return replaceSources(raw, openProc());
  } catch (error) {
    if (!isFirstlightError(error, 'no-usable-files')) throw error;
    return {...raw, warnings: [...raw.warnings, ...(error.facts.warnings as SkippedFile[])]};
  }
}

/** A run without data, for trying a context: ten trains, numbered from 0. */
export function mockRun({proposal, run}: {proposal: number; run: number}): Run {
  const trainIds = BigUint64Array.from({length: 10}, (_, i) => BigInt(i));
  return new Run({proposal, run, proposalPath: '', files: [], sources: new Map(), trainIds, warnings: []});
}

function openFolder(which: {proposal: number; run: number; proposalPath: string}, folder: 'raw' | 'proc'): RunContents {
  const {proposal, run, proposalPath} = which;
  const paths = listRunFiles(proposalPath, run, folder);
  if (!paths) {
    throw new FirstlightError(
      'no-such-run',
      `Run ${run} of proposal ${proposal} has no ${folder} data: ${proposalPath}/${folder} has no HDF5 files of it.`,
      {
        facts: {proposal, run, folder},
      },
    );
  }
  const warnings: SkippedFile[] = [];
  const files = paths.flatMap((path) => {
    try {
      return [readRunFile(path)];
    } catch (error) {
      warnings.push({file: path, reason: sentenceOf(error)}); // one bad file must not cost the others
      return [];
    }
  });
  if (files.length > 0)
    return {...which, files, sources: sourcesOf(files), trainIds: unionOfTrains(files.map((file) => file.trainIds)), warnings};
  const first = warnings[0] as SkippedFile;
  throw new FirstlightError(
    'no-usable-files',
    `None of the ${folder} files of run ${run} can be read; the first, ${basename(first.file)}, says: ${first.reason}`,
    {
      facts: {proposal, run, folder, warnings},
    },
  );
}

function sourcesOf(files: readonly RunFile[]): RunContents['sources'] {
  const sources = new Map<string, {section: 'CONTROL' | 'INSTRUMENT'; files: RunFile[]}>();
  for (const file of files) {
    for (const [name, section] of file.sources) {
      const known = sources.get(name);
      if (known) known.files.push(file);
      else sources.set(name, {section, files: [file]});
    }
  }
  return sources;
}

/** Sources of `over` replace those of the same name; if nothing of `base` is left, its trains do not count either. */
function replaceSources(base: RunContents, over: RunContents): RunContents {
  const kept = [...base.sources].filter(([name]) => !over.sources.has(name));
  const warnings = [...base.warnings, ...over.warnings];
  if (kept.length === 0) return {...over, warnings};
  const keptFiles = base.files.filter((file) => kept.some(([, source]) => source.files.includes(file)));
  return {
    ...over,
    files: [...keptFiles, ...over.files],
    sources: new Map([...kept, ...over.sources]),
    trainIds: unionOfTrains([base.trainIds, over.trainIds]),
    warnings,
  };
}
