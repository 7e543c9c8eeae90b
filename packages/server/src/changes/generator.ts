/** Maps what a generator gives, keeping its `return()`: it ends the source at once, even while nothing comes. */
export function mapGenerator<T, R>(source: AsyncGenerator<T, undefined>, map: (value: T) => R | Promise<R>): AsyncGenerator<R, undefined> {
  return {
    async next() {
      const step = await source.next();
      return step.done ? {done: true, value: undefined} : {done: false, value: await map(step.value)};
    },
    async return() {
      await source.return(undefined);
      return {done: true, value: undefined};
    },
    throw: (error) => source.throw(error) as Promise<never>,
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => void (await source.return(undefined)),
  };
}
