import type {CellAddress} from '../app/route.ts';
import type {TableStore} from '../experiment/table-store.ts';
import {Header} from './header.ts';
import type {Place} from './keyboard.ts';
import {columnAt, firstOfPool, layOut, mostColumnsIn, scrollInto, type ColumnLayout} from './layout.ts';
import {fixedColumns, headerHeightPx, rowHeightPx, runColumnPx, runColumnWithProposalPx, timeColumnPx} from './metrics.ts';
import {RowSlot} from './row-slot.ts';
import {naturalWidth, type ChosenWidths, type Measure} from './widths.ts';

const spareRows = 2;

/** What the painter asks of the page. */
export interface PainterOptions {
  readonly store: TableStore;
  readonly widths: ChosenWidths;
  readonly newestFirst: boolean;
  /** Told the number of runs that came in out of sight. */
  readonly onUnseen: (runs: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Paints the table into a native scroller.
 *
 * The scroller holds a spacer as large as the whole table and, in it, a `position: sticky` viewport with a fixed pool of rows and cells. What scrolls is only the spacer: the
 * viewport stays, and is painted once per frame, so a fling never shows blank paper. Row `k` of the order lives in slot `k mod pool`: scrolling by three rows touches three rows.
 */
export class Painter {
  readonly #scroller: HTMLElement;
  readonly #options: PainterOptions;
  readonly #spacer = document.createElement('div');
  readonly #viewport = document.createElement('div');
  readonly #body = document.createElement('div');
  readonly #rowsLayer = document.createElement('div');
  readonly #header = new Header();
  readonly #measure = measureText();
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  #newestFirst: boolean;
  #rows: RowSlot[] = [];
  #cellsPerRow = 0;
  #layout: ColumnLayout = layOut([]);
  #epoch = 0;
  #rowCount = 0;
  #severalProposals = false;
  #size = {width: 0, height: 0};
  #frame = 0;
  #stale = true;
  /** What was at the top, to keep it there when rows come in above. */
  #top: {row: number; offsetPx: number; atEdge: boolean} | undefined;
  #active: CellAddress | undefined;
  #marked: HTMLElement | undefined;
  /** Nobody has scrolled since the cell became active: it stays in sight when the window changes. */
  #follows = false;
  #unseen = 0;

  constructor(scroller: HTMLElement, options: PainterOptions) {
    this.#scroller = scroller;
    this.#options = options;
    this.#newestFirst = options.newestFirst;
    this.#build();
    this.#listen();
  }

  #build(): void {
    this.#spacer.className = 'spacer';
    this.#viewport.className = 'viewport';
    this.#body.className = 'body';
    this.#rowsLayer.className = 'rows';
    this.#body.append(this.#rowsLayer);
    this.#viewport.append(this.#header.element, this.#body);
    this.#spacer.append(this.#viewport);
    this.#scroller.replaceChildren(this.#spacer);
    this.#scroller.style.setProperty('--row-height', `${rowHeightPx}px`);
    this.#scroller.style.setProperty('--header-height', `${headerHeightPx}px`);
    this.#scroller.style.setProperty('--time-width', `${timeColumnPx}px`);
  }

  #listen(): void {
    const {signal, store} = this.#options;
    this.#scroller.addEventListener('scroll', () => this.#schedule(), {passive: true, signal});
    const leave = () => {
      this.#follows = false;
    };
    for (const event of ['wheel', 'pointerdown', 'touchmove']) this.#scroller.addEventListener(event, leave, {passive: true, signal});
    const observer = new ResizeObserver(() => this.#resized());
    observer.observe(this.#scroller);
    const unsubscribe = store.subscribe((event) => (event === 'structure' ? this.relayout() : this.#schedule()));
    signal.addEventListener('abort', () => {
      observer.disconnect();
      unsubscribe();
      cancelAnimationFrame(this.#frame);
    });
    this.relayout();
  }

  /** The inspector opened, or the window changed: what was looked at stays in sight. */
  #resized(): void {
    const place = this.#follows ? this.activePlace() : undefined;
    this.#layOutNow();
    if (place) this.#reveal(place);
    this.#schedule();
  }

  /** Rows and columns have changed: lay out and paint with the next frame. */
  relayout(): void {
    this.#stale = true;
    this.#schedule();
  }

  /** Turns the order round; what is at the newest end stays there. */
  setNewestFirst(newestFirst: boolean): void {
    if (newestFirst === this.#newestFirst) return;
    this.#newestFirst = newestFirst;
    this.#top = undefined;
    this.#epoch += 1;
    this.#layOutNow();
    this.scrollToNewest();
  }

  /** Shows the newest run. */
  scrollToNewest(): void {
    this.#scroller.scrollTop = this.#newestFirst ? 0 : this.#scroller.scrollHeight;
    this.#setUnseen(0);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#stale) this.#layOutNow();
      this.#paint();
    });
  }

  #layOutNow(): void {
    this.#stale = false;
    const {store, widths} = this.#options;
    this.#severalProposals = store.hasSeveralProposals();
    this.#layout = layOut(store.columns.map((column) => widths.get(column.variable.name) ?? naturalWidth(column, this.#measure)));
    const arrived = store.rowCount - this.#rowCount;
    const first = this.#rowCount === 0;
    this.#rowCount = store.rowCount;
    this.#fitScroller();
    this.#fitPool();
    this.#epoch += 1;
    if (!first && arrived > 0) this.#keepPlace(arrived);
    else if (first) this.scrollToNewest();
  }

  #fitScroller(): void {
    const pinned = this.#pinnedPx();
    this.#scroller.style.setProperty('--run-width', `${pinned - timeColumnPx}px`);
    this.#spacer.style.width = `${pinned + this.#layout.totalPx}px`;
    this.#spacer.style.height = `${headerHeightPx + this.#rowCount * rowHeightPx}px`;
    this.#scroller.setAttribute('aria-rowcount', String(this.#rowCount + 1));
    this.#scroller.setAttribute('aria-colcount', String(this.#options.store.columns.length + fixedColumns));
    this.#size = {width: this.#scroller.clientWidth, height: this.#scroller.clientHeight};
    this.#viewport.style.width = `${this.#size.width}px`;
    this.#viewport.style.height = `${this.#size.height}px`;
  }

  #pinnedPx(): number {
    return (this.#severalProposals ? runColumnWithProposalPx : runColumnPx) + timeColumnPx;
  }

  /** Makes the pool of rows and cells as large as the window needs; it is rebuilt only when that grows. */
  #fitPool(): void {
    const cells = Math.min(this.#options.store.columns.length, mostColumnsIn(this.#layout, this.#size.width) + 1);
    if (cells > this.#cellsPerRow) {
      this.#cellsPerRow = cells;
      this.#rows = [];
      this.#header.resize(cells);
      this.#rowsLayer.replaceChildren();
    }
    const rows = Math.ceil(this.#size.height / rowHeightPx) + spareRows;
    while (this.#rows.length < rows) {
      const slot = new RowSlot(this.#rows.length, this.#cellsPerRow);
      this.#rows.push(slot);
      this.#rowsLayer.append(slot.element);
      this.#epoch += 1; // slot = k mod pool: with another pool every row has another slot
    }
  }

  /** Rows came in: stay at the newest edge if we were there, else keep what people look at where it is. */
  #keepPlace(arrived: number): void {
    const top = this.#top;
    if (!top) return;
    if (top.atEdge) {
      this.scrollToNewest();
      return;
    }
    const display = this.#displayOf(top.row);
    this.#scroller.scrollTop = display * rowHeightPx + top.offsetPx;
    this.#setUnseen(this.#unseen + arrived);
  }

  #setUnseen(runs: number): void {
    if (runs === this.#unseen) return;
    this.#unseen = runs;
    this.#options.onUnseen(runs);
  }

  #positionAt = (display: number): number => (this.#newestFirst ? this.#rowCount - 1 - display : display);

  #displayOf(row: number): number {
    const {store} = this.#options;
    return this.#positionAt(store.positionOf(store.proposalOf(row), store.runOf(row)));
  }

  #paint(): void {
    const {scrollTop, scrollLeft} = this.#scroller;
    const {store} = this.#options;
    this.#rowsLayer.style.transform = `translateY(${-scrollTop}px)`;
    const firstRow = Math.floor(scrollTop / rowHeightPx);
    const firstColumn = firstOfPool(columnAt(this.#layout, scrollLeft), this.#cellsPerRow, store.columns.length);
    this.#header.show(store, this.#layout, firstColumn, this.#active ? store.columnIndex(this.#active.name) : -1);
    this.#header.scrollTo(scrollLeft);
    this.#paintRows(firstOfPool(firstRow, this.#rows.length, this.#rowCount), firstColumn, scrollLeft);
    this.#remember(firstRow, scrollTop);
    this.#mark();
  }

  #paintRows(start: number, firstColumn: number, scrollLeft: number): void {
    const {store} = this.#options;
    const frame = {
      store,
      layout: this.#layout,
      firstColumn,
      severalProposals: this.#severalProposals,
      epoch: this.#epoch,
      animate: !this.#calm.matches,
    };
    for (let i = 0; i < this.#rows.length; i += 1) {
      const position = this.#positionAt(start + i);
      const slot = this.#slotOf(position, i);
      const row = start + i < this.#rowCount ? store.rowAt(position) : -1;
      if (row < 0) {
        slot?.hide();
        continue;
      }
      slot?.show(row, start + i, frame);
      slot?.scrollTo(scrollLeft);
    }
  }

  /** Slots beyond the last row are those that no position has taken. */
  #slotOf(position: number, index: number): RowSlot | undefined {
    const n = this.#rows.length;
    return this.#rows[position >= 0 && position < this.#rowCount ? position % n : index % n];
  }

  #remember(firstRow: number, scrollTop: number): void {
    const row = this.#options.store.rowAt(this.#positionAt(firstRow));
    const bottom = this.#rowCount * rowHeightPx + headerHeightPx - this.#size.height;
    const fromEdge = this.#newestFirst ? scrollTop : bottom - scrollTop;
    const atEdge = fromEdge < rowHeightPx;
    this.#top = row < 0 ? undefined : {row, offsetPx: scrollTop - firstRow * rowHeightPx, atEdge};
    if (atEdge) this.#setUnseen(0);
  }

  /** The active cell, which keyboard and inspector follow. */
  get active(): CellAddress | undefined {
    return this.#active;
  }

  /** Makes a cell the active one; `reveal` scrolls it into view. */
  setActive(cell: CellAddress | undefined, {reveal = false} = {}): void {
    this.#active = cell;
    if (this.#stale) this.#layOutNow(); // places are of the table as laid out
    const place = this.activePlace();
    if (reveal && place) this.#reveal(place);
    this.#follows = cell !== undefined;
    this.#schedule();
  }

  /** Where the active cell is, undefined when it is not in the table. */
  activePlace(): Place | undefined {
    const cell = this.#active;
    if (!cell) return undefined;
    const {store} = this.#options;
    const position = store.positionOf(cell.proposal, cell.run);
    const column = columnOfName(cell.name) ?? store.columnIndex(cell.name) + fixedColumns;
    if (position < 0 || (column < fixedColumns && columnOfName(cell.name) === undefined)) return undefined;
    return {row: this.#positionAt(position), column};
  }

  /** The cell at a place; run and time are named `#run` and `#time`. */
  cellAt({row, column}: Place): CellAddress | undefined {
    const {store} = this.#options;
    const index = store.rowAt(this.#positionAt(row));
    const name = fixedNames[column] ?? store.columns[column - fixedColumns]?.variable.name;
    return index < 0 || name === undefined ? undefined : {proposal: store.proposalOf(index), run: store.runOf(index), name};
  }

  /** Extent of the grid, for keys. */
  extent(): {rows: number; columns: number; page: number} {
    const page = Math.max(1, Math.floor((this.#size.height - headerHeightPx) / rowHeightPx) - 1);
    return {rows: this.#rowCount, columns: this.#options.store.columns.length + fixedColumns, page};
  }

  #reveal({row, column}: Place): void {
    const scroller = this.#scroller;
    scroller.scrollTop = scrollInto(scroller.scrollTop, this.#size.height - headerHeightPx, row * rowHeightPx, rowHeightPx);
    if (column < fixedColumns) return;
    const {lefts} = this.#layout;
    const [left, right] = [lefts[column - fixedColumns] ?? 0, lefts[column - fixedColumns + 1] ?? 0];
    scroller.scrollLeft = scrollInto(scroller.scrollLeft, this.#size.width - this.#pinnedPx(), left, right - left);
  }

  #mark(): void {
    const place = this.activePlace();
    const slot = place && this.#slotOf(this.#positionAt(place.row), 0);
    const isPainted = slot?.element.getAttribute('aria-rowindex') === String((place?.row ?? -1) + 2) && !slot.element.hidden;
    const element = place && isPainted ? slot.elementAt(place.column) : undefined;
    if (element !== this.#marked) {
      this.#marked?.removeAttribute('aria-selected');
      element?.setAttribute('aria-selected', 'true');
      this.#marked?.parentElement?.closest('.row')?.classList.remove('active');
      element?.parentElement?.closest('.row')?.classList.add('active');
      this.#marked = element;
    }
    if (element) this.#scroller.setAttribute('aria-activedescendant', element.id);
    else this.#scroller.removeAttribute('aria-activedescendant');
  }

  /** The width of a column now, in pixels. */
  widthOf(column: number): number {
    return (this.#layout.lefts[column + 1] ?? 0) - (this.#layout.lefts[column] ?? 0);
  }
}

const fixedNames: readonly string[] = ['#run', '#time'];
const columnOfName = (name: string): number | undefined => (fixedNames.includes(name) ? fixedNames.indexOf(name) : undefined);

function measureText(): Measure {
  const context = document.createElement('canvas').getContext('2d');
  const {fontFamily} = getComputedStyle(document.body);
  if (context) context.font = `600 12px ${fontFamily}`;
  return (text) => context?.measureText(text).width ?? text.length * 7;
}
