import type {FeedItem, ServedExperiment} from '../experiments/served.ts';

/** A client further behind than this is told to load the table again: that is less to send than what it missed. */
const mostBehind = 20_000;

/**
 * The changes after `since` (default: from now on), then those to come, without gap or repeat, until `return()` is called.
 *
 * A change is fetched only when the one before has been taken, so a slow client holds nothing back and fills nothing here; when it is too far behind it gets one
 * `reset` item with the number to go on from.
 */
export function followChanges({changes}: Pick<ServedExperiment, 'changes'>, since?: number | null): AsyncGenerator<FeedItem, undefined> {
  let stop = new AbortController();
  const open = (number: number) => changes.since(number, stop.signal)[Symbol.asyncIterator]();
  let items = open(since ?? changes.current);
  const end = (): IteratorReturnResult<undefined> => {
    stop.abort();
    return {done: true, value: undefined};
  };
  const restart = (): IteratorYieldResult<FeedItem> => {
    end();
    stop = new AbortController();
    const number = changes.current;
    items = open(number);
    return {done: false, value: {number, reset: true}};
  };
  return {
    async next() {
      const step = await items.next();
      if (step.done || stop.signal.aborted) return end();
      return changes.current - step.value.number > mostBehind ? restart() : step;
    },
    // Not a generator function: those can only be ended between two items, and there may be none for hours.
    return: () => Promise.resolve(end()),
    async throw(error) {
      end();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => void end(),
  };
}
