import type {Edit} from '@firstlight/store';
import {z} from 'zod';
import type {Experiment} from '../experiment.ts';
import {command} from './command.ts';
import {findRun} from './find-run.ts';

const author = z.string().min(1).max(200).optional();
const text = z.string().max(1_000_000);
const id = z.int().positive();

const onRun = z.strictObject({run: z.int().nonnegative(), proposal: z.int().nonnegative().optional(), text, author});
const onMoment = z.union([
  /** In seconds since 1970. */
  z.strictObject({at: z.number(), text: text.min(1), author}),
  z.strictObject({edit: id, text: text.min(1), author}),
  z.strictObject({delete: id, author}),
]);
const request = z.union([onRun, onMoment, z.strictObject({})]);

type CommentLine =
  | {readonly event: 'commented'; readonly proposal: number; readonly run: number; readonly text: string}
  /** A comment on a moment: as it is now, or as it was when it was deleted. */
  | {readonly event: 'comment' | 'deleted'; readonly id: number; readonly at: number; readonly text: string};

/** Comments on runs and on moments: adds, changes, deletes; lists those on moments when nothing is asked. */
export const comment = command({
  name: 'comment',
  request,
  compute: false,
  writes: (asked) => Object.keys(asked).length > 0,
  run: async function* (experiment, asked): AsyncGenerator<CommentLine> {
    if (isOnRun(asked)) yield* commentOnRun(experiment, asked);
    else if (isOnMoment(asked)) yield* commentOnMoment(experiment, asked);
    else for (const one of await experiment.timeComments()) yield {event: 'comment', ...one};
  },
});

type Asked = z.output<typeof request>;
type OnRun = z.output<typeof onRun>;
type OnMoment = z.output<typeof onMoment>;

const isOnRun = (asked: Asked): asked is OnRun => 'run' in asked;
const isOnMoment = (asked: Asked): asked is OnMoment => Object.keys(asked).length > 0;

async function* commentOnRun(
  experiment: Experiment,
  {run: number, proposal, text: words, author: who}: OnRun,
): AsyncGenerator<CommentLine> {
  const run = findRun(experiment, number, proposal);
  await experiment.edit({edit: 'comment', run, text: words}, who);
  yield {event: 'commented', ...run, text: words};
}

async function* commentOnMoment(experiment: Experiment, asked: OnMoment): AsyncGenerator<CommentLine> {
  const comment = await experiment.edit(editOf(asked), asked.author);
  if (comment) yield {event: 'delete' in asked ? 'deleted' : 'comment', ...comment};
}

function editOf(asked: OnMoment): Edit {
  if ('at' in asked) return {edit: 'add-time-comment', at: asked.at, text: asked.text};
  if ('edit' in asked) return {edit: 'change-time-comment', id: asked.edit, text: asked.text};
  return {edit: 'delete-time-comment', id: asked.delete};
}
