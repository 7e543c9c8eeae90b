import type {Problem} from '@firstlight/core';
import {count} from '../cells/format.ts';

const placeOf = ({file, line, column}: Problem): string => [file.split('/').at(-1), line, column].filter((part) => part != null).join(':');

/** What is wrong with the context file, with the place in it. */
export function Problems({problems}: {readonly problems: readonly Problem[]}) {
  if (problems.length === 0) return null;
  const errors = problems.filter(({severity}) => severity === 'error');
  const worst = errors.length > 0 ? 'error' : 'warning';
  const shown = errors.length > 0 ? count(errors.length, 'error') : count(problems.length, 'warning');
  const consequence = worst === 'error' ? '; new runs wait until it is mended' : '';
  return (
    <details className="problems" data-severity={worst} open={worst === 'error'}>
      <summary>
        {shown} in the context file{consequence}
      </summary>
      <ul>
        {problems.map((problem) => (
          <li key={`${placeOf(problem)} ${problem.text}`}>
            <code>{placeOf(problem)}</code> {problem.text}
          </li>
        ))}
      </ul>
    </details>
  );
}
