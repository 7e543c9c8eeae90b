import type {Variable} from '@firstlight/core';
import {cellKinds} from '../cells/kinds.ts';
import {splitTitle} from '../experiment/model.ts';
import type {TableStore} from '../experiment/table-store.ts';
import type {ColumnLayout} from './layout.ts';
import {fixedColumns} from './metrics.ts';

const make = (tag: string, className: string, text = ''): HTMLElement => {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
};

const headerCell = (className: string, ariaColumn: number): HTMLElement => {
  const cell = make('div', className);
  cell.setAttribute('role', 'columnheader');
  cell.setAttribute('aria-colindex', String(ariaColumn));
  return cell;
};

/** The header row: as many recycled column headers as a window can show. */
export class Header {
  readonly element = make('div', 'head');
  readonly #strip = make('div', 'strip');
  #cells: HTMLElement[] = [];
  #shown: (Variable | undefined)[] = [];
  #columns: number[] = [];

  constructor() {
    this.element.setAttribute('role', 'row');
    this.element.setAttribute('aria-rowindex', '1');
    const run = headerCell('heading pinned run', 1);
    run.append(make('span', 'group'), make('span', 'name', 'Run'));
    const time = headerCell('heading pinned time', 2);
    time.append(make('span', 'group'), make('span', 'name', 'Started'));
    this.#strip.className = 'strip';
    this.element.append(run, time, this.#strip);
  }

  /** Makes as many cells as a window needs. */
  resize(cellCount: number): void {
    this.#cells = Array.from({length: cellCount}, () => headerCell('heading', 0));
    this.#shown = [];
    this.#columns = [];
    this.#strip.replaceChildren(...this.#cells);
  }

  /** Draws the headers of the window that begins at `firstColumn`. */
  show({columns}: TableStore, {lefts}: ColumnLayout, firstColumn: number, activeColumn: number): void {
    this.#cells.forEach((_, i) => {
      const c = firstColumn + i;
      const slot = c % this.#cells.length;
      const cell = this.#cells[slot];
      const {variable, kind} = columns[c] ?? {};
      if (!cell) return;
      cell.hidden = variable === undefined;
      if (!variable || !kind) return;
      cell.dataset['align'] = cellKinds[kind].align;
      cell.style.left = `${lefts[c]}px`;
      cell.style.width = `${(lefts[c + 1] ?? 0) - (lefts[c] ?? 0)}px`;
      cell.classList.toggle('active', c === activeColumn);
      if (this.#shown[slot] === variable && this.#columns[slot] === c) return;
      this.#shown[slot] = variable;
      this.#columns[slot] = c;
      fill(cell, variable, c);
    });
  }

  scrollTo(leftPx: number): void {
    this.#strip.style.transform = `translateX(${-leftPx}px)`;
  }
}

function fill(cell: HTMLElement, variable: Variable, column: number): void {
  const {group, name} = splitTitle(variable.title);
  const line = make('span', 'name', name);
  if (variable.units) line.append(make('span', 'units', ` ${variable.units}`));
  const handle = make('span', 'handle');
  handle.dataset['column'] = String(column);
  handle.title = 'Drag to change the width, double-click to fit';
  cell.replaceChildren(make('span', 'group', group), line, handle);
  cell.setAttribute('aria-colindex', String(column + 1 + fixedColumns));
  cell.setAttribute('aria-label', variable.units ? `${variable.title}, ${variable.units}` : variable.title);
  cell.dataset['variable'] = variable.name;
  cell.title = tooltipOf(variable);
}

const tooltipOf = ({title, name, units, description, tags}: Variable): string =>
  [
    title === name ? title : `${title} (${name})`,
    description ?? '',
    units ? `in ${units}` : '',
    tags.length > 0 ? `tags: ${tags.join(', ')}` : '',
  ]
    .filter((line) => line !== '')
    .join('\n');
