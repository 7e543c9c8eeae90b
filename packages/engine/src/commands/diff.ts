import {z} from 'zod';
import {versionLine} from '../history/as-json.ts';
import type {VersionLine} from '../history/as-json.ts';
import type {VersionDiff} from '../history/version-diff.ts';
import {command} from './command.ts';
import {findRun} from './find-run.ts';

const version = z.int().positive().optional();

const request = z.strictObject({
  run: z.int().nonnegative(),
  proposal: z.int().nonnegative().optional(),
  name: z.string().min(1),
  a: version,
  b: version,
});

type DiffLine = Omit<VersionDiff, 'a' | 'b'> & {readonly a: VersionLine; readonly b: VersionLine};

/** How two versions of a value differ, by default the last two: the values, and what they were made of. */
export const diff = command({
  name: 'diff',
  request,
  compute: false,
  writes: () => false,
  run: async function* (experiment, {run, proposal, name, a, b}): AsyncGenerator<DiffLine, void, undefined> {
    const found = await experiment.diff(findRun(experiment, run, proposal), name, a, b);
    yield {...found, a: versionLine(found.a), b: versionLine(found.b)};
  },
});
