import type {Summary, Variable} from '@firstlight/core';
import type {CellContent} from '../experiment/model.ts';
import {formatComplex, formatMeasured, formatNumber, formatShape} from './format.ts';

/** How a summary is drawn. */
export type CellKind = 'empty' | 'number' | 'boolean' | 'complex' | 'text' | 'trend' | 'image' | 'array';

interface KindFacts {
  /** Width of a column in which this kind is the most frequent, in pixels. */
  readonly widthPx: number;
  readonly align: 'left' | 'right' | 'center';
}

/** One row for each way a value can look. */
export const cellKinds = {
  empty: {widthPx: 104, align: 'right'},
  number: {widthPx: 104, align: 'right'},
  boolean: {widthPx: 88, align: 'center'},
  complex: {widthPx: 148, align: 'right'},
  text: {widthPx: 168, align: 'left'},
  trend: {widthPx: 144, align: 'left'},
  image: {widthPx: 96, align: 'center'},
  array: {widthPx: 148, align: 'right'},
} satisfies Record<CellKind, KindFacts>;

/** The kind of a summary. */
export function kindOf(summary: Summary): CellKind {
  if (summary === null) return 'empty';
  if (typeof summary === 'number' || typeof summary === 'bigint') return 'number';
  if (typeof summary === 'boolean') return 'boolean';
  if (typeof summary === 'string') return 'text';
  if ('re' in summary) return 'complex';
  if ('trendline' in summary) return 'trend';
  return 'image' in summary ? 'image' : 'array';
}

/** The units a cell's number carries: its own, else its variable's. */
export const unitsOf = ({summary, attributes}: CellContent, {units}: Variable): string | null => {
  const kind = kindOf(summary);
  return kind === 'number' || kind === 'complex' || kind === 'trend' ? (attributes?.units ?? units) : null;
};

/** A summary in words, without units: what a cell reads as. */
export function summaryText(summary: Summary): string {
  if (summary === null) return '';
  if (typeof summary === 'number') return formatNumber(summary);
  if (typeof summary === 'bigint') return String(summary);
  if (typeof summary === 'boolean') return summary ? '✓' : '✗';
  if (typeof summary === 'string') return summary;
  if ('re' in summary) return formatComplex(summary);
  if ('trendline' in summary) return trendText(summary.trendline.y);
  if ('image' in summary) return 'picture';
  return `${summary.array.dtype} ${formatShape(summary.array.shape)}`;
}

/** What a cell reads as, without units: a number as its variable wants it written, with its uncertainty. */
export const contentText = ({summary, attributes}: Pick<CellContent, 'summary' | 'attributes'>): string =>
  typeof summary === 'number' ? formatMeasured(summary, attributes ?? {}) : summaryText(summary);

/** The same with every digit. */
export function exactText({summary, attributes}: Pick<CellContent, 'summary' | 'attributes'>): string {
  if (typeof summary !== 'number') return summaryText(summary);
  const {uncertainty} = attributes ?? {};
  return typeof uncertainty === 'number' ? `${summary} ± ${uncertainty}` : String(summary);
}

const trendTexts = new WeakMap<object, string>();

/** Worked out once for the points of a trend: a table that scrolls asks for it again and again. */
function trendText(y: readonly (number | string)[]): string {
  const known = trendTexts.get(y) ?? rangeText(y);
  trendTexts.set(y, known);
  return known;
}

function rangeText(y: readonly (number | string)[]): string {
  const finite = y.filter((value): value is number => Number.isFinite(value));
  if (finite.length === 0) return 'trend without numbers';
  return `trend from ${formatNumber(finite.reduce((a, b) => Math.min(a, b)))} to ${formatNumber(finite.reduce((a, b) => Math.max(a, b)))}`;
}

/** The words of a cell for people who hear it: `1.23 mJ`, `failed: no beam`, `not computed`. */
export function spokenValue(cell: CellContent, variable: Variable): string {
  const {state, summary, message} = cell;
  const units = unitsOf(cell, variable);
  const because = message === null ? '' : `: ${message}`;
  if (state === 'failed') return `failed${because}`;
  if (state === 'skipped') return `skipped${because}`;
  if (state === 'none') return 'no value';
  if (state === 'missing') return 'not computed';
  if (typeof summary === 'boolean') return summary ? 'yes' : 'no';
  const text = summary === null ? 'NaN' : contentText(cell);
  return units === null ? text : `${text} ${units}`;
}

const whatChanges = 1e-9; // a spread above this means that the one number hides a changing array, as DAMNIT has it

/** Whether a cell is bold: as its function said, else when its number hides an array that changes. */
export const isBold = ({attributes, maxDiff}: CellContent): boolean => attributes?.bold ?? (maxDiff !== null && maxDiff > whatChanges);

/** Black or white, whichever reads better on a background (components 0 to 255). */
export const inkOn = ([red, green, blue]: readonly [number, number, number]): 'black' | 'white' =>
  0.299 * red + 0.587 * green + 0.114 * blue > 140 ? 'black' : 'white';
