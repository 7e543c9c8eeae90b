import {formatDateTime, formatTime} from '../cells/format.ts';
import type {TableStore} from '../experiment/table-store.ts';
import {CellSlot} from './cell-slot.ts';
import type {ColumnLayout} from './layout.ts';
import {fixedColumns, rowHeightPx} from './metrics.ts';

const div = (className: string, role: string, id: string, ariaColumn: number): HTMLElement => {
  const made = document.createElement('div');
  made.className = className;
  made.id = id;
  made.setAttribute('role', role);
  made.setAttribute('aria-colindex', String(ariaColumn));
  return made;
};

/** What a row needs to know to draw its cells. */
export interface RowFrame {
  readonly store: TableStore;
  readonly layout: ColumnLayout;
  /** The first column of the painted window. */
  readonly firstColumn: number;
  readonly severalProposals: boolean;
  /** Grows when everything must be drawn again. */
  readonly epoch: number;
  readonly animate: boolean;
}

/** One recycled row: run and time that stay, and a strip of cells that moves sideways. */
export class RowSlot {
  readonly element = document.createElement('div');
  readonly #run: HTMLElement;
  readonly #time: HTMLElement;
  readonly #strip = document.createElement('div');
  readonly cells: readonly CellSlot[];
  #row = -1;
  #version = -1;
  #epoch = -1;
  #display = -1;
  #stripLeft = Number.NaN;

  constructor(index: number, cellCount: number) {
    this.element.className = 'row';
    this.element.setAttribute('role', 'row');
    this.#run = div('cell pinned run', 'rowheader', `r${index}-run`, 1);
    this.#time = div('cell pinned time', 'gridcell', `r${index}-time`, 2);
    this.#strip.className = 'strip';
    this.cells = Array.from({length: cellCount}, (_, c) => new CellSlot(`r${index}-c${c}`));
    this.#strip.append(...this.cells.map(({element}) => element));
    this.element.append(this.#run, this.#time, this.#strip);
  }

  hide(): void {
    this.#row = -1;
    this.element.hidden = true;
  }

  /** Puts the row at its place from the top and draws what is not drawn yet. */
  show(row: number, display: number, frame: RowFrame): void {
    this.#place(display);
    const fresh = this.#row !== row || this.#epoch !== frame.epoch;
    const changed = this.#version !== frame.store.versionOf(row);
    if (fresh || changed) this.#head(row, frame);
    this.#cells(row, frame, fresh, changed);
    this.#row = row;
    this.#epoch = frame.epoch;
    this.#version = frame.store.versionOf(row);
  }

  #place(display: number): void {
    if (this.element.hidden) this.element.hidden = false;
    if (this.#display === display) return;
    this.#display = display;
    this.element.style.transform = `translateY(${display * rowHeightPx}px)`;
    this.element.setAttribute('aria-rowindex', String(display + 2)); // the header is row 1
    this.element.classList.toggle('odd', display % 2 === 1);
  }

  #head(row: number, {store, severalProposals}: RowFrame): void {
    const [proposal, run, start] = [store.proposalOf(row), store.runOf(row), store.startTimeOf(row)];
    this.element.dataset['run'] = `${proposal}:${run}`;
    this.#run.dataset['activity'] = store.activityOf(row);
    this.#run.replaceChildren(...(severalProposals ? [note(`p${proposal}`)] : []), String(run));
    this.#run.setAttribute('aria-label', labelOf(proposal, run, severalProposals));
    const known = Number.isFinite(start);
    this.#time.textContent = known ? formatTime(start) : '';
    this.#time.title = known ? formatDateTime(start) : '';
    this.#time.setAttribute(
      'aria-label',
      `${labelOf(proposal, run, severalProposals)}, started, ${known ? formatDateTime(start) : 'time not known'}`,
    );
  }

  #cells(row: number, frame: RowFrame, fresh: boolean, changed: boolean): void {
    const {store, layout, firstColumn, animate} = frame;
    const label = labelOf(store.proposalOf(row), store.runOf(row), frame.severalProposals);
    for (let i = 0; i < this.cells.length; i += 1) {
      const c = firstColumn + i;
      const cell = this.cells[c % this.cells.length];
      const column = store.columns[c];
      if (!cell) continue;
      if (!column) {
        cell.hide();
        continue;
      }
      const moved = fresh || cell.column !== c;
      if (moved) cell.moveTo(c, layout.lefts[c] ?? 0, (layout.lefts[c + 1] ?? 0) - (layout.lefts[c] ?? 0), c + 1 + fixedColumns);
      if (!moved && !changed) continue;
      const differs = cell.show(column.cell(row), column, label);
      if (differs && !moved && animate) glow(cell.element);
    }
  }

  /** Moves the strip under the pinned cells. */
  scrollTo(leftPx: number): void {
    if (this.#stripLeft === leftPx) return;
    this.#stripLeft = leftPx;
    this.#strip.style.transform = `translateX(${-leftPx}px)`;
  }

  /** The element of a column of the grid, if it is painted. */
  elementAt(column: number): HTMLElement | undefined {
    if (column === 0) return this.#run;
    if (column === 1) return this.#time;
    const cell = this.cells[(column - fixedColumns) % this.cells.length];
    return cell?.column === column - fixedColumns ? cell.element : undefined;
  }
}

const note = (text: string): HTMLElement => {
  const made = document.createElement('span');
  made.className = 'note';
  made.textContent = text;
  return made;
};

/** `run 12`, with its proposal when there are several. */
const labelOf = (proposal: number, run: number, severalProposals: boolean): string =>
  severalProposals ? `proposal ${proposal}, run ${run}` : `run ${run}`;

/** A short light on a value that has just come in. */
const glow = (cell: HTMLElement): void => {
  cell.animate([{boxShadow: 'inset 0 0 0 100px var(--glow)'}, {boxShadow: 'inset 0 0 0 100px transparent'}], {
    duration: 900,
    easing: 'ease-out',
  });
};
