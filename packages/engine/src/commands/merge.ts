import {quarantined} from '@firstlight/store';
import type {FoundFragment, MergeReport} from '@firstlight/store';
import {z} from 'zod';
import type {Experiment} from '../experiment.ts';
import {settledOrAborted} from '../signals.ts';
import {command} from './command.ts';

type MergeLine =
  /** A file as it was found: all of them in a dry run, else what is left. */
  | ({readonly event: 'fragment'} & FoundFragment)
  | {readonly event: 'merged'; readonly proposal: number | null; readonly run: number | null; readonly names: readonly string[]}
  | {readonly event: 'quarantined'; readonly file: string; readonly reason: string};

type LastLine = {
  readonly event: 'finished';
  readonly merged: number;
  readonly quarantined: number;
  readonly waiting: number;
  readonly unfinished: number;
};

/** Stores the values that lie in the folder as fragments, whoever left them; or (dry run) only tells what there is. */
export const merge = command({
  name: 'merge',
  request: z.strictObject({dryRun: z.boolean().default(false)}),
  compute: false,
  writes: ({dryRun}) => !dryRun,
  run: async function* (experiment, {dryRun}, signal): AsyncGenerator<MergeLine | LastLine> {
    const counts = {merged: 0, quarantined: 0, waiting: 0, unfinished: 0};
    for (const line of dryRun ? (await fragmentsOf(experiment)).map(asFound) : await mergedNow(experiment, signal)) {
      yield line;
      if (line.event !== 'fragment') counts[line.event] += 1;
      else counts[line.state === 'unfinished' ? 'unfinished' : 'waiting'] += 1;
    }
    yield {event: 'finished', ...counts};
  },
});

const fragmentsOf = async ({reader, folder}: Experiment): Promise<FoundFragment[]> => reader.fragments(folder.dir);

const asFound = (fragment: FoundFragment): MergeLine => Object.assign({event: 'fragment' as const}, fragment);

/** Merges what is there; what was merged when the folder was opened for this belongs to it. */
async function mergedNow(experiment: Experiment, signal: AbortSignal): Promise<MergeLine[]> {
  const found = await fragmentsOf(experiment);
  let reports: readonly MergeReport[] = [];
  const merging = experiment.merge().then((untold) => (reports = untold));
  await settledOrAborted(merging, signal);
  const left = await fragmentsOf(experiment);
  const aside = new Map(quarantined(experiment.folder).map(({file, reason}) => [file, reason]));
  const gone = found.filter(({file}) => !left.some((fragment) => fragment.file === file));
  return [...reports.flatMap(linesOf), ...gone.map((fragment) => becameOf(fragment, aside.get(fragment.file))), ...left.map(asFound)];
}

const linesOf = (report: MergeReport): MergeLine[] => [
  ...report.merged.map(({run: {proposal, run}, names}) => ({event: 'merged' as const, proposal, run, names})),
  ...report.quarantined.map(({file, reason}) => ({event: 'quarantined' as const, file, reason})),
];

const becameOf = ({file, proposal, run, names}: FoundFragment, reason: string | undefined): MergeLine =>
  reason === undefined ? {event: 'merged', proposal, run, names} : {event: 'quarantined', file, reason};
