import {verifyFolder} from '@firstlight/store';
import {z} from 'zod';
import {command} from './command.ts';

/** Looks at everything that is stored and tells what is wrong with it. */
export const verify = command({
  name: 'verify',
  request: z.strictObject({}),
  compute: false,
  writes: () => false,
  run: (experiment, _, signal) => verifyFolder(experiment.folder.dir, signal),
});
