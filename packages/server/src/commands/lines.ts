import type {ErrorBody} from '../http/errors.ts';

/** What a command tells, as JSON lines; an error on the way is the last of them. */
export async function* commandLines(
  first: IteratorResult<object>,
  rest: AsyncIterator<object>,
  explain: (error: unknown) => ErrorBody['error'],
): AsyncGenerator<string> {
  try {
    for (let step = first; !step.done; step = await rest.next()) yield `${JSON.stringify(step.value)}\n`;
  } catch (error) {
    yield `${JSON.stringify({event: 'error', ...explain(error)})}\n`;
  } finally {
    await rest.return?.();
  }
}
