import type {CommandLine} from '@firstlight/engine';
import {chooseFolder} from '../folder.ts';
import {marks, outputFor} from '../output.ts';
import {runCommand} from '../run-command.ts';
import {stopSignal} from '../stop.ts';

interface MergeOptions {
  dryRun?: boolean;
  folder?: string;
  json?: boolean;
}

/** Stores what lies in the folder as fragments, or only lists it; exit code 1 when something was put aside. */
export async function merge({dryRun = false, ...options}: MergeOptions): Promise<void> {
  const output = outputFor(options);
  for await (const line of runCommand(chooseFolder(options.folder), 'merge', {dryRun}, stopSignal())) {
    output.result(line, textOf(line));
    if (line.event === 'quarantined') process.exitCode = 1;
  }
}

function textOf(line: CommandLine<'merge'>): string {
  switch (line.event) {
    case 'merged':
      return `${marks.ok} p${line.proposal} run ${line.run}: ${line.names.join(', ')}`;
    case 'quarantined':
      return `${marks.failed} ${line.file} was put aside: ${line.reason}`;
    case 'finished':
      return `${line.merged} merged, ${line.quarantined} put aside, ${line.waiting} waiting, ${line.unfinished} unfinished`;
    default:
      return `${line.state === 'refused' ? marks.failed : marks.missing} ${line.file}  ${line.bytes} bytes  ${whatOf(line)}`;
  }
}

function whatOf({state, names, reason, at}: CommandLine<'merge'> & {event: 'fragment'}): string {
  if (state === 'unfinished') return `unfinished, last written ${new Date(at * 1000).toLocaleString('sv-SE')}`;
  return state === 'refused' ? `would be put aside: ${reason}` : names.join(', ');
}
