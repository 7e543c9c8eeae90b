import {lazy, Suspense, useCallback, useEffect, useRef, useState, useSyncExternalStore} from 'react';
import type {SessionView} from '../experiment/session.ts';
import type {TableStore} from '../experiment/table-store.ts';
import type {Experiment} from '../experiment/wire.ts';
import {ConnectionStatus} from '../status/ConnectionStatus.tsx';
import {Counters} from '../status/Counters.tsx';
import {Problems} from '../status/Problems.tsx';
import {RunsTable} from '../table/RunsTable.tsx';
import {Boundary} from './Boundary.tsx';
import {Notice} from './Notice.tsx';
import {sameCell, type CellAddress, type Route} from './route.ts';
import {ThemeSwitch} from './ThemeSwitch.tsx';
import {isBoolean, useKept} from './useKept.ts';
import {useSession} from './useSession.ts';

const Inspector = lazy(() => import('../inspector/Inspector.tsx').then(({Inspector}) => ({default: Inspector})));

interface ExperimentPageProps {
  readonly experiment: Experiment;
  readonly experiments: readonly Experiment[];
  /** The cell beside the table, as the address says. */
  readonly cell: CellAddress | null;
  readonly go: (route: Route, how: 'push' | 'replace') => void;
}

/** One experiment: the bar, the table, and a cell beside it. */
export function ExperimentPage({experiment, experiments, cell, go}: ExperimentPageProps) {
  const view = useSession(experiment.id);
  const [newestFirst, setNewestFirst] = useKept('newestFirst', true, isBoolean);
  const table = useRef<{focus: () => void}>(null);
  const named = experiments.length > 1 ? experiment.id : null;
  const open = useStable(cell);
  const title = titleOf(experiment);
  useEffect(() => {
    document.title = `${title} · Firstlight`;
  }, [title]);

  const onOpen = useCallback((next: CellAddress, how: 'push' | 'replace') => go({experiment: named, cell: next}, how), [go, named]);
  const onClose = useCallback(() => {
    if (open === null) return;
    go({experiment: named, cell: null}, 'push');
    table.current?.focus();
  }, [go, named, open]);

  return (
    <div className="app">
      <header className="bar">
        <h1>
          <img src="/icon.svg" alt="" />
          {title}
        </h1>
        {experiments.length > 1 && <Chooser experiments={experiments} chosen={experiment.id} go={go} />}
        <span className="folder" title={experiment.folder}>
          <bdi>{experiment.folder}</bdi>
        </span>
        <span className="space" />
        {view.store && <Counters store={view.store} lastChangeAt={view.lastChangeAt} />}
        <ConnectionStatus connection={view.connection} />
        <button type="button" className="button" onClick={() => setNewestFirst(!newestFirst)} title="Turn the order of the runs round">
          {newestFirst ? 'Newest first' : 'Oldest first'}
        </button>
        <ThemeSwitch />
      </header>
      <Problems problems={view.problems} />
      <main className="main">
        {view.store ? (
          <>
            <RunsTable
              ref={table}
              experiment={experiment.id}
              store={view.store}
              newestFirst={newestFirst}
              open={open}
              onOpen={onOpen}
              onClose={onClose}
            />
            <EmptyTable store={view.store} experiment={experiment} />
            {open && (
              <Boundary subject={`${open.proposal} ${open.run} ${open.name}`} name="The inspector">
                <Suspense fallback={<section className="inspector" role="region" aria-label="Inspector" />}>
                  <Inspector experiment={experiment.id} store={view.store} cell={open} onClose={onClose} />
                </Suspense>
              </Boundary>
            )}
          </>
        ) : (
          <Waiting view={view} />
        )}
      </main>
    </div>
  );
}

/** The same object as long as the address names the same cell. */
function useStable(cell: CellAddress | null): CellAddress | null {
  const [kept, setKept] = useState(cell);
  if (sameCell(kept, cell)) return kept;
  setKept(cell);
  return cell;
}

const titleOf = ({id, proposals}: Experiment): string =>
  proposals.length === 0 ? id : proposals.map((proposal) => `p${proposal}`).join(' ');

interface ChooserProps {
  readonly experiments: readonly Experiment[];
  readonly chosen: string;
  readonly go: ExperimentPageProps['go'];
}

function Chooser({experiments, chosen, go}: ChooserProps) {
  return (
    <select
      className="choice"
      aria-label="Experiment"
      value={chosen}
      onChange={(event) => go({experiment: event.target.value, cell: null}, 'push')}
    >
      {experiments.map(({id}) => (
        <option key={id}>{id}</option>
      ))}
    </select>
  );
}

function Waiting({view}: {readonly view: SessionView}) {
  if (view.failure === null) return <Notice title="Loading the table…">The whole table comes at once; after that, only changes.</Notice>;
  return <Notice title="The table cannot be loaded yet">{view.failure} Trying again.</Notice>;
}

/** What an empty table waits for. */
function EmptyTable({store, experiment}: {readonly store: TableStore; readonly experiment: Experiment}) {
  const shape = useSyncExternalStore(store.subscribe, () => `${store.rowCount > 0} ${store.columns.length > 0}`);
  if (shape === 'true true') return null;
  const [runs] = shape.split(' ');
  return (
    <div className="empty">
      {runs === 'true' ? (
        <Notice title="No variables yet">
          The context file of <code>{experiment.folder}</code> declares no variable. Write a function in it; its values appear here run by
          run.
        </Notice>
      ) : (
        <Notice title="No runs yet">
          A run appears here as soon as its files are complete. Firstlight watches for runs of {titleOf(experiment)}; to see it work now,
          let <code>firstlight simulate</code> write some.
        </Notice>
      )}
    </div>
  );
}
