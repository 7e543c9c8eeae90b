import {useEffect, useState} from 'react';

export type Loaded<T> =
  | {readonly phase: 'loading'}
  | {readonly phase: 'ready'; readonly value: T}
  | {readonly phase: 'failed'; readonly sentence: string};

interface State<T> {
  readonly subject: string;
  readonly loaded: Loaded<T>;
}

/**
 * Loads something, again whenever `version` changes; what was loaded for the same `subject` stays visible meanwhile.
 *
 * @param load must depend on nothing but the two.
 */
export function useLoaded<T>(subject: string, version: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<State<T>>({subject, loaded: {phase: 'loading'}});
  useEffect(() => {
    const stop = new AbortController();
    const settle = (loaded: Loaded<T>) => {
      if (!stop.signal.aborted) setState({subject, loaded});
    };
    load(stop.signal).then(
      (value) => settle({phase: 'ready', value}),
      (error: unknown) => settle({phase: 'failed', sentence: error instanceof Error ? error.message : String(error)}),
    );
    return () => stop.abort();
    // `load` is a new function each time; subject and version say what it loads.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [subject, version]);
  return state.subject === subject ? state.loaded : {phase: 'loading'};
}
