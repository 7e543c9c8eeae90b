import {editableTypes, FirstlightError} from '@firstlight/core';
import {z} from 'zod';
import type {Experiment} from '../experiment.ts';
import {command} from './command.ts';
import {findRun} from './find-run.ts';

const author = z.string().min(1).max(200).optional();

const typed = z.strictObject({
  run: z.int().nonnegative(),
  proposal: z.int().nonnegative().optional(),
  name: z.string().min(1),
  value: z.string().max(1_000_000),
  /** Makes the variable when there is none of this name. */
  type: z.enum(editableTypes).optional(),
  title: z.string().min(1).optional(),
  author,
});

const deletion = z.strictObject({delete: z.string().min(1), author});

type SetLine =
  | {readonly event: 'set'; readonly proposal: number; readonly run: number; readonly name: string; readonly value: string}
  | {readonly event: 'deleted'; readonly name: string; readonly runs: number};

/** Stores what a person types for a variable of a run, or deletes a variable with all its values. */
export const set = command({
  name: 'set',
  request: z.union([typed, deletion]),
  compute: false,
  writes: () => true,
  run: (experiment, asked) => ('delete' in asked ? remove(experiment, asked) : type(experiment, asked)),
});

async function* remove(experiment: Experiment, {delete: name, author: who}: z.output<typeof deletion>): AsyncGenerator<SetLine> {
  const runs = await experiment.deleteVariable(name, who);
  yield {event: 'deleted', name, runs: runs.length};
}

async function* type(experiment: Experiment, asked: z.output<typeof typed>): AsyncGenerator<SetLine> {
  const {name, value: text, title} = asked;
  if (title !== undefined && asked.type === undefined)
    throw new FirstlightError('bad-request', 'A title is for a new variable; say its type, too.');
  const run = findRun(experiment, asked.run, asked.proposal);
  const create = asked.type && {type: asked.type, ...(title !== undefined && {title})};
  await experiment.edit({edit: 'value', run, name, text, ...(create && {create})}, asked.author);
  yield {event: 'set', ...run, name, value: text};
}
