import {useEffect, useMemo, useSyncExternalStore} from 'react';
import type {Variable} from '@firstlight/core';
import type {CellAddress} from '../app/route.ts';
import {isNumber, useKept} from '../app/useKept.ts';
import {kindOf} from '../cells/kinds.ts';
import {valueAddress} from '../experiment/http.ts';
import type {CellContent} from '../experiment/model.ts';
import type {TableStore} from '../experiment/table-store.ts';
import {Downloads} from './Downloads.tsx';
import {Facts} from './Facts.tsx';
import {Splitter} from './Splitter.tsx';
import {useLoaded} from './useLoaded.ts';
import {fetchFacts} from './value.ts';
import {ValueView} from './ValueView.tsx';
import './inspector.css';

interface InspectorProps {
  readonly experiment: string;
  readonly store: TableStore;
  readonly cell: CellAddress;
  readonly onClose: () => void;
}

const usualWidthPx = 520;

/** One cell in full, beside the table; it follows the cell as it changes. */
export function Inspector({experiment, store, cell, onClose}: InspectorProps) {
  const [width, setWidth] = useKept('inspectorWidth', usualWidthPx, isNumber);
  const {content, variable} = useCell(store, cell);
  useEscape(onClose);
  return (
    <>
      <Splitter width={width} onChange={setWidth} />
      <section className="inspector" role="region" aria-label="Inspector" style={{width}}>
        <header>
          <div>
            <h2 title={variable.name}>{variable.title}</h2>
            <p className="quiet">
              Proposal {cell.proposal}, run {cell.run}
            </p>
          </div>
          <button type="button" className="button" aria-label="Close the inspector" title="Close (Escape)" onClick={onClose}>
            ✕
          </button>
        </header>
        <Body experiment={experiment} cell={cell} content={content} variable={variable} />
      </section>
    </>
  );
}

interface BodyProps {
  readonly experiment: string;
  readonly cell: CellAddress;
  readonly content: CellContent;
  readonly variable: Variable;
}

function Body({experiment, cell, content, variable}: BodyProps) {
  const address = valueAddress(experiment, cell);
  const version = useMemo(() => JSON.stringify([content.state, content.activity, content.summary, content.maxDiff]), [content]);
  const hasData = content.state === 'ok';
  const facts = useLoaded(address, hasData ? version : '', async (signal) => (hasData ? fetchFacts(address, signal) : null));
  const known = facts.phase === 'ready' ? facts.value : null;
  return (
    <div className="content">
      <Facts content={content} variable={variable} facts={known} />
      {facts.phase === 'failed' && <p className="failure">The data of this value cannot be read. {facts.sentence}</p>}
      {facts.phase === 'loading' && hasData && kindOf(content.summary) !== 'number' && <p className="quiet">Looking at the data…</p>}
      {known && <ValueView facts={known} version={version} label={variable.title} />}
      {known && <Downloads facts={known} name={`p${cell.proposal}_r${cell.run}_${cell.name}`} />}
    </div>
  );
}

/** A cell and its variable, anew whenever the row changes. */
function useCell(store: TableStore, {proposal, run, name}: CellAddress): {content: CellContent; variable: Variable} {
  const version = useSyncExternalStore(store.subscribe, () => `${store.versionOfRun(proposal, run)} ${store.columnIndex(name)}`);
  return useMemo(() => {
    const column = store.columns[store.columnIndex(name)];
    return {
      content: store.cell(proposal, run, name),
      variable: column?.variable ?? {name, title: name, units: null, description: null, tags: []},
    };
    // The version stands for the content of the store.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [store, proposal, run, name, version]);
}

function useEscape(onClose: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) onClose();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [onClose]);
}
