import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {sentenceOf} from '@firstlight/core';
import type {DescribedEvent, Problem} from '@firstlight/core';
import type {ExperimentFolder} from '@firstlight/store';

export type ContextFile = Pick<ExperimentFolder, 'contextPath' | 'language'>;

/** Identifies what a context file says now: a hash, or why it cannot be read. */
export async function contextVersion({contextPath}: ContextFile): Promise<{version: string; unreadable: string | undefined}> {
  try {
    return {
      version: createHash('sha256')
        .update(await readFile(contextPath))
        .digest('hex'),
      unreadable: undefined,
    };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const sentence = missing
      ? 'There is no context file; write one (`firstlight init` makes an example).'
      : `The context file cannot be read: ${sentenceOf(error)}`;
    return {version: `unreadable: ${sentence}`, unreadable: sentence};
  }
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
