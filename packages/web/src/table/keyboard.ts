/** A place in the grid: row as displayed from the top, column with the run column as 0. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

interface Extent {
  readonly rows: number;
  readonly columns: number;
  /** Rows that one page shows. */
  readonly page: number;
}

type Move = (place: Place, extent: Extent) => Place;

const moves: Record<string, Move> = {
  ArrowUp: ({row, column}) => ({row: row - 1, column}),
  ArrowDown: ({row, column}) => ({row: row + 1, column}),
  ArrowLeft: ({row, column}) => ({row, column: column - 1}),
  ArrowRight: ({row, column}) => ({row, column: column + 1}),
  Home: ({row}) => ({row, column: 0}),
  End: ({row}, {columns}) => ({row, column: columns - 1}),
  PageUp: ({row, column}, {page}) => ({row: row - page, column}),
  PageDown: ({row, column}, {page}) => ({row: row + page, column}),
  'Control+Home': () => ({row: 0, column: 0}),
  'Control+End': (_, {rows, columns}) => ({row: rows - 1, column: columns - 1}),
};

const within = (value: number, count: number): number => Math.max(0, Math.min(value, count - 1));

/** Where a key leads from a place, or undefined when it is no key for moving. Without a place yet, any of them leads to the first cell. */
export function placeAfter(key: string, place: Place | undefined, extent: Extent): Place | undefined {
  const move = moves[key];
  if (!move || extent.rows === 0) return undefined;
  if (!place) return {row: 0, column: 0};
  const {row, column} = move(place, extent);
  return {row: within(row, extent.rows), column: within(column, extent.columns)};
}
