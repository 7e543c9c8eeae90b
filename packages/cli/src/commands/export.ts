import {relative} from 'node:path';
import {exportTo} from '@firstlight/store';
import {chooseFolder} from '../folder.ts';
import {outputFor} from '../output.ts';
import {stopSignal} from '../stop.ts';
import {progressOn} from '../progress.ts';
import {storeWhatWaits} from '../store-what-waits.ts';

interface ExportOptions {
  to: string;
  runs?: number[] | 'all';
  vars?: string[];
  proposal?: number;
  titles?: boolean;
  force?: boolean;
  folder?: string;
  json?: boolean;
}

/** Writes a selection of a folder to a file; reads the folder here, whoever owns it. */
export async function exportFolder({to, runs, vars, proposal, titles, force, ...options}: ExportOptions): Promise<void> {
  const output = outputFor(options);
  const folder = chooseFolder(options.folder);
  const signal = stopSignal();
  await storeWhatWaits(folder, signal, output);
  try {
    const written = await exportTo(folder, to, {
      ...(runs !== 'all' && {runs}),
      variables: vars,
      proposal,
      titles,
      force,
      signal,
      onProgress: progressOn(process.stderr, 'runs'),
    });
    for (const problem of written.problems) output.say(problem);
    output.result(
      {event: 'exported', ...written},
      `${counted(written.runs, 'run')} of ${counted(written.variables, 'variable')} ${written.runs === 1 ? 'is' : 'are'} in ${relative('.', written.file)}.`,
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    output.say('Stopped; nothing was written.');
    process.exitCode = 1;
  }
}

const counted = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`;
