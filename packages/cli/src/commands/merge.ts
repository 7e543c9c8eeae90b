import {chooseFolder} from '../folder.ts';
import {marks, outputFor} from '../output.ts';
import {runCommand} from '../run-command.ts';
import {stopSignal} from '../stop.ts';

interface MergeOptions {
  dryRun?: boolean;
  folder?: string;
  json?: boolean;
}

/** Stores what lies in the folder as fragments, or only lists it. */
export async function merge({dryRun = false, ...options}: MergeOptions): Promise<void> {
  const output = outputFor(options);
  for await (const line of runCommand(chooseFolder(options.folder), 'merge', {dryRun}, stopSignal())) {
    if (line.event === 'finished') {
      const {merged, quarantined, waiting, unfinished} = line;
      output.result(line, `${merged} merged, ${quarantined} put aside, ${waiting} waiting, ${unfinished} unfinished`);
      if (quarantined > 0) process.exitCode = 1;
    } else output.result(line, `${markOf(line)} ${line.file}  ${line.bytes} bytes  ${whatOf(line)}`);
  }
}

interface Line {
  readonly event: 'fragment' | 'merged' | 'quarantined';
  readonly state: 'waiting' | 'refused' | 'unfinished';
  readonly names: readonly string[];
  readonly reason: string | null;
  readonly at: number;
}

function markOf({event, state}: Line): string {
  if (event === 'quarantined' || state === 'refused') return marks.failed;
  return event === 'merged' ? marks.ok : marks.missing;
}

function whatOf({event, state, names, reason, at}: Line): string {
  if (state === 'unfinished') return `unfinished, last written ${new Date(at * 1000).toLocaleString('sv-SE')}`;
  if (event === 'quarantined') return `put aside: ${reason}`;
  return state === 'refused' ? `would be put aside: ${reason}` : names.join(', ');
}
