import {FirstlightError} from '@firstlight/core';
import {z} from 'zod';
import {command} from './command.ts';

const key = z.string().regex(/^[\w.-]{1,100}$/, 'must be letters, digits, _, . and -');
const author = z.string().min(1).max(200).optional();
const request = z.union([
  z.strictObject({key: key.optional()}),
  z.strictObject({key, value: z.string().max(100_000), author}),
  z.strictObject({key, delete: z.literal(true), author}),
]);

/** What a folder says about itself: all of it, one thing, or that thing changed or deleted. A change counts from the next start. */
export const settings = command({
  name: 'settings',
  request,
  compute: false,
  writes: (asked) => 'value' in asked || 'delete' in asked,
  run: async function* (experiment, asked) {
    if ('value' in asked) await experiment.edit({edit: 'setting', key: asked.key, text: asked.value}, asked.author);
    if ('delete' in asked) await experiment.edit({edit: 'setting', key: asked.key, text: null}, asked.author);
    const all = await experiment.settings();
    if (asked.key !== undefined && !('delete' in asked) && !Object.hasOwn(all, asked.key))
      throw new FirstlightError('no-such-setting', `There is no setting "${asked.key}" in this folder.`);
    for (const [name, stored] of Object.entries(all)) if (asked.key === undefined || name === asked.key) yield {key: name, value: stored};
  },
});
