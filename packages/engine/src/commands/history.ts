import {FirstlightError} from '@firstlight/core';
import {z} from 'zod';
import {versionLine} from '../history/as-json.ts';
import type {VersionLine} from '../history/as-json.ts';
import {command} from './command.ts';
import {findRun} from './find-run.ts';

const request = z.strictObject({
  run: z.int().nonnegative(),
  proposal: z.int().nonnegative().optional(),
  name: z.string().min(1),
});

/** Every version of a value with all that is known of it, the newest first. */
export const history = command({
  name: 'history',
  request,
  compute: false,
  writes: () => false,
  run: async function* (experiment, {run, proposal, name}): AsyncGenerator<VersionLine, void, undefined> {
    const id = findRun(experiment, run, proposal);
    const entries = await experiment.history(id, name);
    if (entries.length === 0)
      throw new FirstlightError(
        'no-such-value',
        `Run ${run} never had a value of "${name}"; \`firstlight show ${run}\` lists those it has.`,
        {
          facts: {...id, name},
        },
      );
    for (const entry of entries) yield versionLine(entry);
  },
});
