import {createHash} from 'node:crypto';
import {readdir, readFile, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {sentenceOf} from '@firstlight/core';
import type {DescribedEvent, Problem} from '@firstlight/core';
import type {ContextFile} from '@firstlight/store';

/** A state of a context file. */
export interface ContextVersion {
  /** Identifies the file and the modules beside it. */
  readonly version: string;
  /** Identifies the file alone. */
  readonly text: string;
  /** Why the file cannot be read, or undefined. */
  readonly unreadable: string | undefined;
}

/**
 * Looks at a context file and the modules beside it.
 *
 * @param reached files it was found to be made of, relative to its folder: those in directories below count, too.
 */
export async function contextVersion(context: ContextFile, reached: readonly string[] = []): Promise<ContextVersion> {
  try {
    const text = createHash('sha256')
      .update(await readFile(context.contextPath))
      .digest('hex');
    return {version: `${text} ${await modulesBeside(context, reached)}`, text, unreadable: undefined};
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const sentence = missing
      ? 'There is no context file; write one (`firstlight init` makes an example).'
      : `The context file cannot be read: ${sentenceOf(error)}`;
    return {version: sentence, text: sentence, unreadable: sentence};
  }
}

const extensions = {python: ['.py'], typescript: ['.ts', '.js', '.json']} as const;

async function modulesBeside({contextPath, language}: ContextFile, reached: readonly string[]): Promise<string> {
  const directory = dirname(contextPath);
  const names = (await readdir(directory)).filter((name) => extensions[language].some((extension) => name.endsWith(extension)));
  const all = [...new Set([...names, ...reached])].sort();
  const states = await Promise.all(all.map(async (name) => stateOf(directory, name)));
  return createHash('sha256').update(states.join('\n')).digest('hex');
}

async function stateOf(directory: string, name: string): Promise<string> {
  const stats = await stat(join(directory, name)).catch(() => undefined); // It has just gone, which is a state, too.
  return `${name} ${stats?.size} ${stats?.mtimeMs}`;
}

/** What is known of a context that could not be loaded at all: no variables, one problem. */
export const brokenContext = ({contextPath, language}: ContextFile, text: string): DescribedEvent => ({
  type: 'described',
  id: '',
  language,
  file: contextPath,
  variables: [],
  groups: [],
  problems: [{severity: 'error', text, file: contextPath, line: null, column: null}],
});

/** The first thing wrong with a context that keeps it from running, or undefined. */
export const errorOf = (described: DescribedEvent): Problem | undefined => described.problems.find(({severity}) => severity === 'error');

/** A problem as people and editors write it: `FILE:LINE:COL: text`, as much as is known of the place. */
export const problemText = ({file, line, column, text}: Problem): string =>
  `${[file, line, column].filter((part) => part !== null).join(':')}: ${text}`;
