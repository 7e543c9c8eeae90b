import {useEffect, useState} from 'react';
import {fetchExperiments} from '../experiment/http.ts';
import type {Experiment} from '../experiment/wire.ts';
import {ExperimentPage} from './ExperimentPage.tsx';
import {Notice} from './Notice.tsx';
import {useRoute} from './useRoute.ts';

const againAfterMs = 2_000;

type Experiments = {readonly list: readonly Experiment[]} | {readonly failure: string} | undefined;

/** The page: finds out which experiments there are and shows the one that the address names. */
export function App() {
  const experiments = useExperiments();
  const [route, go] = useRoute();
  if (!experiments) return <Notice title="Opening…">The server is asked for its experiments.</Notice>;
  if ('failure' in experiments) return <Notice title="No answer yet">{experiments.failure} Trying again.</Notice>;
  const {list} = experiments;
  const shown = route.experiment === null ? list[0] : list.find(({id}) => id === route.experiment);
  if (shown) return <ExperimentPage key={shown.id} experiment={shown} experiments={list} cell={route.cell} go={go} />;
  if (list.length === 0) return <Notice title="No experiment">This server has no experiment folder open.</Notice>;
  return (
    <Notice title={`There is no experiment “${route.experiment}” here`}>
      This server has{' '}
      {list.map(({id}) => (
        <a key={id} href={`#/${encodeURIComponent(id)}`}>
          {id}{' '}
        </a>
      ))}
    </Notice>
  );
}

function useExperiments(): Experiments {
  const [experiments, setExperiments] = useState<Experiments>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    fetchExperiments(stop.signal).then(
      (list) => setExperiments({list}),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        setExperiments({failure: error instanceof Error ? error.message : String(error)});
        timer = setTimeout(() => setAttempt(attempt + 1), againAfterMs);
      },
    );
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [attempt]);
  return experiments;
}
