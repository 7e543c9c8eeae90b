import {useEffect, useImperativeHandle, useRef, useState, type KeyboardEvent, type MouseEvent, type Ref} from 'react';
import type {CellAddress} from '../app/route.ts';
import {count} from '../cells/format.ts';
import {summaryText, unitsOf} from '../cells/kinds.ts';
import type {TableStore} from '../experiment/table-store.ts';
import {placeAfter, type Place} from './keyboard.ts';
import {fixedColumns} from './metrics.ts';
import {Painter} from './painter.ts';
import {resizeByPointer} from './resize.ts';
import {tooltipOf} from './tooltip.ts';
import {ChosenWidths} from './widths.ts';
import './table.css';

interface RunsTableProps {
  readonly experiment: string;
  readonly store: TableStore;
  readonly newestFirst: boolean;
  /** The cell that the inspector shows, or null. */
  readonly open: CellAddress | null;
  /** `replace`: the inspector only follows the keys, so that going back leaves it. */
  readonly onOpen: (cell: CellAddress, how: 'push' | 'replace') => void;
  readonly onClose: () => void;
  /** `ref.current.focus()` gives the keyboard back to the table. */
  readonly ref?: Ref<{focus: () => void}>;
}

/** The live table. React keeps its frame; everything inside is painted by `Painter`. */
export function RunsTable({experiment, store, newestFirst, open, onOpen, onClose, ref}: RunsTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter>(null);
  const [unseen, setUnseen] = useState(0);
  useImperativeHandle(ref, () => ({focus: () => scroller.current?.focus({preventScroll: true})}), []);

  useEffect(() => {
    if (!scroller.current) return undefined;
    const stop = new AbortController();
    const widths = new ChosenWidths(experiment);
    const made = new Painter(scroller.current, {store, widths, newestFirst, onUnseen: setUnseen, signal: stop.signal});
    resizeByPointer(scroller.current, made, store, widths, stop.signal);
    if (painter.current?.active) made.setActive(painter.current.active);
    painter.current = made;
    return () => stop.abort();
    // The order is told to the painter below; a new painter is needed only for another table.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [store, experiment]);

  useEffect(() => painter.current?.setNewestFirst(newestFirst), [newestFirst, store]);
  useEffect(() => {
    if (open) painter.current?.setActive(open, {reveal: true});
  }, [open, store]);

  const openPlace = (place: Place, reveal: boolean) => {
    const cell = painter.current?.cellAt(place);
    if (!cell) return;
    painter.current?.setActive(cell, {reveal});
    if (place.column >= fixedColumns) onOpen(cell, 'push');
  };

  const onClick = (event: MouseEvent) => {
    const place = placeOf(event.target);
    if (place) openPlace(place, false);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const {current} = painter;
    if (!current) return;
    if (event.altKey || event.metaKey) return;
    if (event.key === 'Escape') onClose();
    if (event.key === 'c' && event.ctrlKey) void copy(store, current.active);
    const place = current.activePlace();
    if (event.key === 'Enter' && place) openPlace(place, true);
    const next = placeAfter(event.ctrlKey ? `Control+${event.key}` : event.key, place, current.extent());
    if (!next) return;
    event.preventDefault();
    const cell = current.cellAt(next);
    current.setActive(cell, {reveal: true});
    if (open && cell && next.column >= fixedColumns) onOpen(cell, 'replace');
  };

  return (
    <div className="table">
      {/* The scroller is the grid: what is focused, scrolled and announced is one thing. */}
      <div
        ref={scroller}
        className="grid"
        role="grid"
        aria-label="Runs"
        aria-multiselectable={false}
        tabIndex={0}
        onClick={onClick}
        onKeyDown={onKeyDown}
        onPointerOver={(event) => explain(event.target, store)}
      />
      {unseen > 0 && (
        <button
          type="button"
          className="unseen"
          data-edge={newestFirst ? 'top' : 'bottom'}
          onClick={() => painter.current?.scrollToNewest()}
        >
          {count(unseen, 'new run')} {newestFirst ? '↑' : '↓'}
        </button>
      )}
    </div>
  );
}

/** The place of the cell under an event, from what the cell says of itself. */
function placeOf(target: EventTarget): Place | undefined {
  const cell = target instanceof Element ? target.closest('.cell') : null;
  const row = cell?.closest('.row');
  if (!cell || !row) return undefined;
  return {row: Number(row.getAttribute('aria-rowindex')) - 2, column: Number(cell.getAttribute('aria-colindex')) - 1};
}

/** Fills in a cell's tooltip when the pointer comes to it. */
function explain(target: EventTarget, store: TableStore): void {
  const cell = target instanceof Element ? target.closest<HTMLElement>('.cell[data-variable]') : null;
  const run = cell?.closest<HTMLElement>('.row')?.dataset['run'];
  const name = cell?.dataset['variable'];
  if (!cell || !run || name === undefined) return;
  const [proposal, number] = run.split(':').map(Number);
  const column = store.columns[store.columnIndex(name)];
  if (column) cell.title = tooltipOf(store.cell(proposal ?? 0, number ?? 0, name), column.variable);
}

async function copy(store: TableStore, cell: CellAddress | undefined): Promise<void> {
  const column = cell && store.columns[store.columnIndex(cell.name)];
  if (!column || String(getSelection()) !== '') return;
  const content = store.cell(cell.proposal, cell.run, cell.name);
  const text = typeof content.summary === 'number' ? String(content.summary) : summaryText(content.summary);
  const units = unitsOf(content, column.variable);
  await navigator.clipboard?.writeText(units === null ? text : `${text} ${units}`);
}
