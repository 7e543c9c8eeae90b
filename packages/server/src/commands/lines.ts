import type {ErrorBody} from '../http/errors.ts';

/** What a command tells, its error (if it meets one on the way) as its last line: the status of the answer is sent by then. */
export async function* withErrorAsLine(
  told: AsyncIterable<object>,
  explain: (error: unknown) => ErrorBody['error'],
): AsyncGenerator<object> {
  try {
    yield* told;
  } catch (error) {
    yield {event: 'error', ...explain(error)};
  }
}

/** What was begun elsewhere: the first step, then all others. */
export async function* continued<T>(first: Promise<IteratorResult<T>>, rest: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    for (let step = await first; !step.done; step = await rest.next()) yield step.value;
  } finally {
    await rest.return?.();
  }
}
