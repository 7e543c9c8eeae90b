import type {VersionLine} from '@firstlight/engine';
import {chooseFolder} from '../folder.ts';
import {marks, outputFor} from '../output.ts';
import {runCommand} from '../run-command.ts';
import {stopSignal} from '../stop.ts';
import {localTime} from '../summary-text.ts';
import {textTable} from '../text-table.ts';
import {makerOf, versionText} from '../version-text.ts';

interface HistoryOptions {
  proposal?: number;
  folder?: string;
  json?: boolean;
}

/** Lists every version of a value, the newest first. */
export async function history(run: number, name: string, options: HistoryOptions): Promise<void> {
  const output = outputFor(options);
  const {proposal} = options;
  const request = {run, name, ...(proposal !== undefined && {proposal})};
  const rows: string[][] = [];
  for await (const line of runCommand(chooseFolder(options.folder), 'history', request, stopSignal())) {
    output.result(line);
    rows.push(rowOf(line));
  }
  if (!output.json) output.result({}, textTable(['', 'version', 'stored', 'value', 'by', 'code', 'context', 'job', 'took'], rows));
}

const seconds = (took: number): string => (took < 0.01 ? `${(took * 1000).toFixed(1)} ms` : `${took.toFixed(2)} s`);

const short = (identity: string | undefined): string => identity?.slice(0, 8) ?? '';

function rowOf(line: VersionLine): string[] {
  const {version, state, timestamp, origin} = line;
  return [
    marks[state],
    String(version),
    timestamp === null ? '' : localTime(timestamp),
    versionText(line),
    makerOf(line),
    short(origin?.code),
    short(origin?.context),
    origin?.job.split('.').at(-1) ?? '',
    origin ? seconds(origin.seconds) : '',
  ];
}
