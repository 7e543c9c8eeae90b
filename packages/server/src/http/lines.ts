/** How long nothing may be said before an empty line is: programs and proxies between give up on a connection after a minute or a few. */
export const beatMs = 15_000;

/** Items as JSON lines, with an empty line in each long silence: so both sides know that the connection stands. */
export async function* jsonLines(items: AsyncIterable<object>, silenceMs = beatMs): AsyncGenerator<string> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (let next = iterator.next(); ; ) {
      next.catch(() => {}); // told below, unless the reader leaves before
      const step = await orSilence(next, silenceMs);
      if (step?.done) return;
      if (step) next = iterator.next();
      yield step ? `${JSON.stringify(step.value)}\n` : '\n';
    }
  } finally {
    void iterator.return?.().catch(() => {}); // takes effect when it says the next thing
  }
}

/** What comes, or undefined when nothing does for a while. */
export async function orSilence<T>(next: Promise<T>, silenceMs: number): Promise<T | undefined> {
  const {promise: silence, resolve} = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, silenceMs);
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}
