import {quarantined} from '@firstlight/store';
import type {FoundFragment} from '@firstlight/store';
import {z} from 'zod';
import type {Experiment} from '../experiment.ts';
import {settledOrAborted} from '../signals.ts';
import {command} from './command.ts';

type MergeLine =
  /** A file as it was found; `merged` and `quarantined` tell what became of it. */
  | ({readonly event: 'fragment' | 'merged' | 'quarantined'} & FoundFragment)
  | {
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
  run: async function* (experiment, {dryRun}, signal): AsyncGenerator<MergeLine> {
    const found = await fragmentsOf(experiment);
    if (!dryRun) await settledOrAborted(experiment.merge(), signal);
    const counts = {merged: 0, quarantined: 0, waiting: 0, unfinished: 0};
    for (const line of dryRun
      ? found.map((fragment) => ({event: 'fragment' as const, ...fragment}))
      : await afterMerge(experiment, found)) {
      yield line;
      if (line.event !== 'fragment') counts[line.event] += 1;
      else counts[line.state === 'unfinished' ? 'unfinished' : 'waiting'] += 1;
    }
    yield {event: 'finished', ...counts};
  },
});

const fragmentsOf = async ({reader, folder}: Experiment): Promise<FoundFragment[]> => reader.fragments(folder.dir);

async function afterMerge(experiment: Experiment, found: readonly FoundFragment[]): Promise<Exclude<MergeLine, {event: 'finished'}>[]> {
  const left = new Set((await fragmentsOf(experiment)).map(({file}) => file));
  const aside = new Map(quarantined(experiment.folder).map(({file, reason}) => [file, reason]));
  return found.map((fragment) => {
    if (left.has(fragment.file)) return {event: 'fragment', ...fragment};
    const reason = aside.get(fragment.file);
    return reason === undefined ? {event: 'merged', ...fragment} : {event: 'quarantined', ...fragment, reason};
  });
}
