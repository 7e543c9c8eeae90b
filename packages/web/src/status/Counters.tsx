import {useSyncExternalStore} from 'react';
import {formatTime} from '../cells/format.ts';
import type {TableStore} from '../experiment/table-store.ts';

/** How many runs there are, and how many are being worked on. */
export function Counters({store, lastChangeAt}: {readonly store: TableStore; readonly lastChangeAt: number | null}) {
  const text = useSyncExternalStore(store.subscribe, () => JSON.stringify(store.totals()));
  const {runs, running, queued} = JSON.parse(text) as ReturnType<TableStore['totals']>;
  return (
    <dl className="counters">
      <Counter name={runs === 1 ? 'run' : 'runs'} value={runs.toLocaleString('en')} explanation="Runs in the table" />
      <Counter name="running" value={String(running)} explanation="Runs of which something is being computed" />
      <Counter name="queued" value={String(queued)} explanation="Runs that wait to be computed" />
      {lastChangeAt !== null && (
        <Counter name="last change" value={formatTime(lastChangeAt / 1000)} explanation="When the last change came in" extra />
      )}
    </dl>
  );
}

interface CounterProps {
  readonly name: string;
  readonly value: string;
  readonly explanation: string;
  readonly extra?: boolean;
}

function Counter({name, value, explanation, extra = false}: CounterProps) {
  return (
    <div title={explanation} className={extra ? 'extra' : undefined}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
