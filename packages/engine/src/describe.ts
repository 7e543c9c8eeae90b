import {dirname} from 'node:path';
import type {DescribedEvent} from '@firstlight/core';
import {contextsOf} from '@firstlight/store';
import type {ContextFile} from '@firstlight/store';
import {Contexts} from './runner/contexts.ts';
import {runnerLaunches} from './runner/launch.ts';

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
 * A file that stands beside one in the other language is described together with it, because their variables may need each other.
 *
 * @example
 * const {variables, problems} = await describeContext('/data/beamtime/context.py');
 */
export async function describeContext(contextPath: string, options: DescribeOptions = {}): Promise<DescribedEvent> {
  const {contextPython, environment = process.env, onNote = () => {}} = options;
  const folder = {dir: dirname(contextPath)};
  const files = filesOf(contextPath);
  await using contexts = Contexts.start({
    files: () => files,
    launches: (language) => runnerLaunches({folder, contextPython, environment}, language),
    size: 1,
    onContext: () => {},
    onNote,
  });
  return await contexts.check();
}

function filesOf(contextPath: string): readonly [ContextFile, ...ContextFile[]] {
  const all = contextsOf(dirname(contextPath));
  if (all.some((file) => file.contextPath === contextPath)) return all;
  return [{contextPath, language: contextPath.endsWith('.ts') ? 'typescript' : 'python'}];
}
