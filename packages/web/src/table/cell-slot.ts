import type {Variable} from '@firstlight/core';
import {type CellKind, cellKinds, contentText, inkOn, isBold, kindOf, spokenValue, unitsOf} from '../cells/kinds.ts';
import {loadPicture} from '../cells/picture.ts';
import {sparkline, type Points} from '../cells/sparkline.ts';
import type {Column} from '../experiment/column.ts';
import type {CellContent} from '../experiment/model.ts';
import {rowHeightPx} from './metrics.ts';

const svgNamespace = 'http://www.w3.org/2000/svg';
const trendPaddingPx = {across: 10, up: 7};

const element = (tag: string, className: string): HTMLElement => {
  const made = document.createElement(tag);
  made.className = className;
  return made;
};

/**
 * One recycled cell. It is given content over and over, and writes to the document only what differs from last time.
 */
export class CellSlot {
  readonly element = element('div', 'cell');
  /** The column it shows now, -1 for none. */
  column = -1;
  readonly #text = document.createTextNode('');
  readonly #units = element('span', 'units');
  #trend: SVGPathElement | undefined;
  #image: HTMLImageElement | undefined;
  #drawn = '';
  #label = '';
  #value = '';
  #width = 0;

  constructor(id: string) {
    this.element.id = id;
    this.element.setAttribute('role', 'gridcell');
  }

  /** Puts the cell at its column. */
  moveTo(column: number, leftPx: number, widthPx: number, ariaColumn: number): void {
    this.column = column;
    this.#width = widthPx;
    this.element.style.left = `${leftPx}px`;
    this.element.style.width = `${widthPx}px`;
    this.element.setAttribute('aria-colindex', String(ariaColumn));
    this.element.hidden = false;
  }

  hide(): void {
    this.column = -1;
    this.element.hidden = true;
  }

  /** Shows a cell's content; true when there is another value than before, whatever is being done about it. */
  show(content: CellContent, {variable, kind}: Pick<Column, 'variable' | 'kind'>, runLabel: string): boolean {
    const {state, activity, attributes} = content;
    const {dataset} = this.element;
    if (dataset['variable'] !== variable.name) dataset['variable'] = variable.name;
    if (dataset['state'] !== state) dataset['state'] = state;
    if (dataset['activity'] !== activity) dataset['activity'] = activity;
    const value = spokenValue(content, variable);
    const label = `${runLabel}, ${variable.title}, ${value}${activity === 'idle' ? '' : `, ${activity}`}`;
    if (label !== this.#label) this.element.setAttribute('aria-label', label);
    this.#label = label;
    this.#explain(content);
    this.#colour(attributes?.background);
    this.element.classList.toggle('bold', isBold(content));
    this.#draw(content, variable, kind);
    const before = this.#value;
    this.#value = value + addressOf(content.summary);
    return content.state !== 'missing' && this.#value !== before;
  }

  /** Only what a cell cannot say by itself stands in its tooltip from the start; the rest is worked out under the pointer. */
  #explain({state, message}: CellContent): void {
    const why = message !== null && state !== 'ok' ? message : '';
    if (why !== this.element.title) this.element.title = why;
  }

  #colour(background: readonly [number, number, number] | undefined): void {
    const {style} = this.element;
    const wanted = background ? `rgb(${background.join(', ')})` : '';
    if (style.backgroundColor === wanted) return;
    style.backgroundColor = wanted;
    style.color = background ? inkOn(background) : '';
  }

  #draw(content: CellContent, variable: Variable, columnKind: CellKind): void {
    const kind = content.state === 'ok' ? kindOf(content.summary) : 'empty';
    if (kind === 'trend') this.#drawTrend((content.summary as {trendline: Points}).trendline);
    else if (kind === 'image') this.#drawImage((content.summary as {image: string}).image);
    else this.#drawText(textOf(content, kind), unitsOf(content, variable), cellKinds[kind === 'empty' ? columnKind : kind].align);
  }

  #drawText(text: string, units: string | null, align: string): void {
    this.#become('text', () => this.element.replaceChildren(this.#text, this.#units));
    if (this.#text.data !== text) this.#text.data = text;
    const shown = units === null || text === '' ? '' : ` ${units}`;
    if (this.#units.textContent !== shown) this.#units.textContent = shown;
    if (this.element.dataset['align'] !== align) this.element.dataset['align'] = align;
  }

  #drawTrend(points: Points): void {
    this.#become('trend', () => this.element.replaceChildren(this.#trendElement()));
    const path = pathOf(points, this.#width - 2 * trendPaddingPx.across);
    if (this.#trend?.getAttribute('d') !== path) this.#trend?.setAttribute('d', path);
  }

  #trendElement(): SVGElement {
    const svg = document.createElementNS(svgNamespace, 'svg');
    this.#trend = document.createElementNS(svgNamespace, 'path');
    this.#trend.setAttribute('transform', `translate(${trendPaddingPx.across} ${trendPaddingPx.up})`);
    svg.append(this.#trend);
    svg.setAttribute('class', 'trend');
    svg.setAttribute('aria-hidden', 'true');
    return svg;
  }

  /** A new element for another picture, so that the old one is never seen under the new name while it loads. */
  #drawImage(address: string): void {
    this.#become(`image ${address}`, () => {
      this.#image = new Image();
      this.#image.className = 'thumbnail';
      this.#image.alt = '';
      this.#image.loading = 'lazy';
      this.#image.decoding = 'async';
      this.#image.draggable = false;
      loadPicture(this.#image, address);
      this.element.replaceChildren(this.#image);
    });
  }

  #become(drawn: string, build: () => void): void {
    if (this.#drawn === drawn) return;
    this.#drawn = drawn;
    build();
    this.element.dataset['kind'] = drawn.split(' ', 1)[0];
  }
}

const addressOf = (summary: CellContent['summary']): string =>
  typeof summary === 'object' && summary !== null && 'image' in summary ? summary.image : '';

function textOf(content: CellContent, kind: CellKind): string {
  const {state, message} = content;
  if (state === 'ok') return kind === 'empty' ? 'NaN' : contentText(content);
  if (state === 'failed') return firstLine(message) || 'failed';
  if (state === 'skipped') return 'skipped';
  return state === 'none' ? '–' : '';
}

const firstLine = (text: string | null): string => text?.split('\n', 1)[0] ?? '';

const paths = new WeakMap<Points, {width: number; path: string}>();

/** The path of a trend, kept as long as its points are. */
function pathOf(points: Points, width: number): string {
  const known = paths.get(points);
  if (known?.width === width) return known.path;
  const path = sparkline(points, width, rowHeightPx - 2 * trendPaddingPx.up);
  paths.set(points, {width, path});
  return path;
}
