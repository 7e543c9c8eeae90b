import type {CommandLine} from '@firstlight/engine';
import {chooseFolder} from '../folder.ts';
import {outputFor} from '../output.ts';
import {runCommand} from '../run-command.ts';
import {stopSignal} from '../stop.ts';
import {textTable} from '../text-table.ts';

interface StaleOptions {
  why?: boolean;
  count?: boolean;
  unknown?: boolean;
  proposal?: number;
  folder?: string;
  json?: boolean;
}

type Line = Exclude<CommandLine<'stale'>, {event: string}>;

interface Counts {
  readonly stale: number;
  readonly missing: number;
  /** Values of other programs, of which nobody can tell. */
  readonly unknown: number;
}

/** Lists what is stale or missing: as JSON one line for each value, for people one for each variable, with its runs. */
export async function stale(runs: number[] | 'all' | undefined, options: StaleOptions): Promise<void> {
  const output = outputFor(options);
  const {proposal, unknown, why, count} = options;
  const request = {
    ...(runs !== undefined && runs !== 'all' && {runs}),
    ...(proposal !== undefined && {proposal}),
    ...(unknown && {unknown}),
    tally: true,
  };
  const found: Line[] = [];
  let untold = 0;
  for await (const line of runCommand(chooseFolder(options.folder), 'stale', request, stopSignal())) {
    if ('event' in line) {
      untold = line.values;
      continue;
    }
    found.push(line);
    if (output.json && !count) output.result(line);
  }
  const counts = {event: 'counted', stale: numberOf(found, 'stale'), missing: numberOf(found, 'missing'), unknown: untold};
  if (!count && !output.json && found.length > 0) output.result({}, staleText(found, why));
  if (count || !output.json) output.result(counts, sentenceOf(counts));
}

const numberOf = (lines: readonly Line[], state: Line['state']): number => lines.filter((line) => line.state === state).length;

const byProposal = (lines: readonly Line[]): [number, Line[]][] => [...Map.groupBy(lines, ({proposal}) => proposal)];

/** What is stale or missing, for people; `why`: with the reasons. */
export const staleText = (lines: readonly Line[], why = false): string => (why ? reasonsText(lines) : tablesText(lines));

/** A line for each value; with its proposal when there are several. */
function reasonsText(lines: readonly Line[]): string {
  const areSeveral = byProposal(lines).length > 1;
  const text = ({proposal, run, name, state, why}: Line): string =>
    `${areSeveral ? `p${proposal} ` : ''}run ${run}  ${name}  ${state === 'missing' ? 'missing' : why.join('; ')}`;
  return lines.map(text).join('\n');
}

/** A table for each proposal, with a title when there are several. */
function tablesText(lines: readonly Line[]): string {
  const tables = byProposal(lines).map(([proposal, all]) => [proposal, textTable(['variable', 'stale', 'missing'], rowsOf(all))] as const);
  if (tables.length === 1) return tables.map(([, table]) => table).join('');
  return tables.map(([proposal, table]) => `proposal ${proposal}\n${table}`).join('\n\n');
}

function rowsOf(lines: readonly Line[]): string[][] {
  const byName = Map.groupBy(lines, ({name}) => name);
  return [...byName].map(([name, all]) => [name, runsText(all, 'stale'), runsText(all, 'missing')]);
}

/** `1-5, 8`. */
function runsText(lines: readonly Line[], state: Line['state']): string {
  const runs = [...new Set(lines.flatMap((line) => (line.state === state ? [line.run] : [])))].sort((a, b) => a - b);
  const ranges: [first: number, last: number][] = [];
  for (const run of runs) {
    const last = ranges.at(-1);
    if (last && last[1] === run - 1) last[1] = run;
    else ranges.push([run, run]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
}

function sentenceOf({stale: old, missing, unknown}: Counts): string {
  const others = unknown === 0 ? '' : ` Of ${unknown} more nobody can tell, because other programs stored them (--unknown lists them).`;
  if (old + missing > 0) return `${old} stale, ${missing} missing; \`firstlight process RUNS --stale\` computes exactly these.${others}`;
  return `Every value${unknown === 0 ? '' : ' of which that is known'} is what its context would give now.${others}`;
}
