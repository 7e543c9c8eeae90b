import {dirname} from 'node:path';
import type {DescribedEvent} from '@firstlight/core';
import {runnerLaunches} from './runner/launch.ts';
import {RunnerPool} from './runner/pool.ts';

/** How a context file is looked at. */
export interface DescribeOptions {
  /** The interpreter for a Python context; default this installation's, then the first on the path. */
  readonly contextPython?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Hears, for example, why another interpreter than the one named is used. */
  readonly onNote?: (sentence: string) => void;
}

/**
 * Describes a context file: its variables and its problems, found in a runner of its own; user code never runs in this process.
 *
 * @example
 * const {variables, problems} = await describeContext('/data/beamtime/context.py');
 */
export async function describeContext(contextPath: string, options: DescribeOptions = {}): Promise<DescribedEvent> {
  const {contextPython, environment = process.env, onNote = () => {}} = options;
  const language = contextPath.endsWith('.ts') ? 'typescript' : 'python';
  const launches = runnerLaunches({folder: {dir: dirname(contextPath), language}, contextPython, environment});
  await using pool = RunnerPool.start({context: {contextPath, language}, launches, size: 1, onContext: () => {}, onNote});
  return await pool.check();
}
