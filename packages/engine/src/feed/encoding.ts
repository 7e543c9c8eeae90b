import type {Cell, Change} from '@firstlight/core';

/** An item of the change feed; `variables` is true when columns changed, too. */
export interface FeedChange extends Change {
  readonly variables?: true;
}

/** A cell by name. */
export type CellReference = readonly [proposal: number, run: number, name: string];

/** The first line of a log file: the number before its first change, and the cells that were not idle then. */
export interface SegmentHeader {
  readonly after: number;
  readonly active: readonly CellReference[];
}

// JSON has no NaN, no infinities and no big integers; a one-key object stands for them. No summary has a key `$`.
const toTagged = (_key: string, value: unknown): unknown => {
  if (typeof value === 'number' && !Number.isFinite(value)) return {$: String(value)};
  return typeof value === 'bigint' ? {$: `${value}n`} : value;
};

const fromTagged = (_key: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !('$' in value)) return value;
  const text = String(value.$);
  return text.endsWith('n') ? BigInt(text.slice(0, -1)) : Number(text);
};

/** One line of the log, with its end. */
export const encodeLine = (item: FeedChange | SegmentHeader): string => `${JSON.stringify(item, toTagged)}\n`;

/** Reads a line of the log; undefined when it is not one (torn by a crash, or damaged). */
export function decodeLine(line: string): FeedChange | SegmentHeader | undefined {
  try {
    const item: unknown = JSON.parse(line, fromTagged);
    return isChange(item) || isHeader(item) ? item : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Tells a change from a header. */
export const isChange = (item: unknown): item is FeedChange =>
  typeof item === 'object' &&
  item !== null &&
  'number' in item &&
  Number.isSafeInteger(item.number) &&
  'cells' in item &&
  areCells(item.cells);

const isHeader = (item: unknown): item is SegmentHeader =>
  typeof item === 'object' &&
  item !== null &&
  'after' in item &&
  Number.isSafeInteger(item.after) &&
  'active' in item &&
  Array.isArray(item.active);

const areCells = (cells: unknown): cells is Cell[] =>
  Array.isArray(cells) &&
  cells.every((cell) => typeof cell === 'object' && cell !== null && 'name' in cell && 'run' in cell && 'proposal' in cell);
