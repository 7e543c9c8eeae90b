import {FirstlightError} from '@firstlight/core';
import {z} from 'zod';
import {command} from './command.ts';

const request = z.strictObject({key: z.string().min(1).optional(), value: z.string().optional()});

/** What a folder says about itself: all of it, one thing, or (with a value) that thing changed. */
export const settings = command({
  name: 'settings',
  request,
  compute: false,
  writes: ({value}) => value !== undefined,
  run: async function* (experiment, {key, value}) {
    if (key !== undefined && value !== undefined) await experiment.changeSetting(key, value);
    const all = await experiment.settings();
    if (key !== undefined && !Object.hasOwn(all, key))
      throw new FirstlightError('no-such-setting', `There is no setting "${key}" in this folder.`);
    for (const [name, stored] of Object.entries(all)) if (key === undefined || name === key) yield {key: name, value: stored};
  },
});
