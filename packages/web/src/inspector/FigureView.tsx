import {useEffect, useRef, useState} from 'react';
import {get} from '../experiment/http.ts';
import {fitted, modernFigure} from './figure.ts';
import {useLoaded} from './useLoaded.ts';

/** A Plotly figure as its author made it, on white. Plotly comes with the first one. */
export function FigureView({address, version, label}: {readonly address: string; readonly version: string; readonly label: string}) {
  const place = useRef<HTMLElement>(null);
  const [failure, setFailure] = useState<string>();
  const loaded = useLoaded(address, version, async (signal) => {
    const [figure, plotly] = await Promise.all([
      get(address, {signal}).then((response) => response.json() as Promise<unknown>),
      import('plotly.js-dist-min'),
    ]);
    return {figure: fitted(modernFigure(figure)), plotly: plotly.default};
  });

  useEffect(() => {
    const {current} = place;
    if (loaded.phase !== 'ready' || !current) return undefined;
    const {plotly, figure} = loaded.value;
    const config = {displaylogo: false, responsive: false, plotlyServerURL: ''};
    let shown = true;
    const drawn = plotly.newPlot(current, {...structuredClone(figure), config}).catch((error: unknown) => setFailure(String(error)));
    const observer = new ResizeObserver(() => void drawn.then(() => (shown ? plotly.Plots.resize(current) : undefined)));
    observer.observe(current);
    return () => {
      shown = false;
      observer.disconnect();
      plotly.purge(current);
    };
  }, [loaded]);

  if (loaded.phase === 'failed') return <p className="failure">The figure cannot be shown. {loaded.sentence}</p>;
  return (
    <>
      {loaded.phase === 'loading' && <p className="quiet">Loading the figure…</p>}
      {failure !== undefined && <p className="failure">Plotly cannot draw this figure. {failure}</p>}
      <figure ref={place} className="figure-view" aria-label={`Figure of ${label}`} hidden={loaded.phase === 'loading'} />
    </>
  );
}
