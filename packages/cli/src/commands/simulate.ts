import {resolve} from 'node:path';
import {makePath} from '@firstlight/store';
import {simulate} from '@firstlight/simulator';
import {outputFor} from '../output.ts';
import {stdinEnded, stopSignal} from '../stop.ts';

interface SimulateOptions {
  proposal: number;
  runs: number;
  every: number;
  trains: number;
  detector: [number, number];
  seed: number;
  faults?: boolean;
  grow?: boolean;
  sase?: 1 | 2 | 3;
  untilStdinEnds?: boolean;
  json?: boolean;
}

/** Writes runs until there are enough or someone stops it. */
export async function simulateRuns(
  dir: string,
  {every, json, untilStdinEnds, faults = false, grow = false, ...rest}: SimulateOptions,
): Promise<void> {
  const output = outputFor({json});
  const root = resolve(dir);
  makePath(root);
  await simulate({
    ...rest,
    dir: root,
    everySeconds: every,
    faults,
    grow,
    signal: untilStdinEnds ? AbortSignal.any([stopSignal(), stdinEnded()]) : stopSignal(),
    onRun: (written) => output.result({event: 'run', ...written}, describe(written)),
  });
}

const kinds = {raw: 'raw data', proc: 'calibrated data'} as const;

const describe = ({proposal, run, data}: {proposal: number; run: number; data: 'raw' | 'proc'}) =>
  `run ${run} of proposal ${proposal}: ${kinds[data]} written`;
