import {FirstlightError} from '@firstlight/core';
import writeExcelFile, {type Cell, type CellObject, type Image} from 'write-excel-file/node';
import {headersOf} from './headers.ts';
import {type ExportCell, type ExportColumn, type ExportRow, type StoredSummary} from './model.ts';
import {hasPicture, imagesOf, pictureColumnWidth, pictureHeight} from './xlsx-pictures.ts';
import type {ExportSource} from './source.ts';
import {summaryText} from './text.ts';

// What a person reads; a spreadsheet program keeps all of it in memory, and so do we.
const mostCells = 500_000;
const mostPictures = 2000;
const longestText = 32_767; // of a cell, says the format

/**
 * Writes the table as an Excel workbook for people: a header that stays in sight, units below it if there are any, the small pictures in their cells, and a second sheet with the
 * reasons of values that are not there. Yields the rows done.
 *
 * @throws FirstlightError `too-large` for more than a person looks through.
 */
export async function* writeXlsx(source: ExportSource, path: string): AsyncGenerator<number> {
  const {columns, runs} = source;
  if (runs.length * columns.length > mostCells) throw tooLarge(`${runs.length} runs of ${columns.length} variables`);
  const titles = headersOf(columns, {titles: true}).map(header);
  // An empty row would only be in the way of programs that read the sheet.
  const table: Cell[][] = columns.some(({units}) => units) ? [titles, unitsOf(columns)] : [titles];
  const rowsAbove = table.length;
  const reasons: Cell[][] = [['Proposal', 'Run', 'Variable', 'Name', 'State', 'Reason'].map(header)];
  const images: Image[] = [];
  let done = 0;
  for (const row of source.rows()) {
    images.push(...imagesOf(row, columns, done + rowsAbove + 1));
    if (images.length > mostPictures) throw tooLarge(`more than ${mostPictures} pictures`);
    table.push(cellsOf(row, columns));
    reasons.push(...reasonsOf(row, columns));
    yield ++done;
  }
  await writeExcelFile([
    {sheet: 'Table', data: table, images, stickyRowsCount: rowsAbove, stickyColumnsCount: 2, columns: widthsOf(columns)},
    {
      sheet: 'No value because',
      data: reasons,
      stickyRowsCount: 1,
      columns: [{width: 10}, {width: 6}, {width: 24}, {width: 24}, {width: 9}, {width: 100}],
    },
  ]).toFile(path);
}

const tooLarge = (what: string): FirstlightError =>
  new FirstlightError('too-large', `${what} are too many for a workbook; choose with --runs and --vars, or export to .csv or .parquet.`);

const header = (value: string): CellObject => ({
  value: cellText(value),
  type: String,
  fontWeight: 'bold',
  wrap: true,
  alignVertical: 'top',
});

const unitsOf = (columns: readonly ExportColumn[]): Cell[] =>
  [null, null, null, ...columns.map(({units}) => units)].map((value) => ({
    value: value ?? '',
    type: String,
    fontStyle: 'italic',
    textColor: '#666666',
  }));

const widthsOf = (columns: readonly ExportColumn[]): {width: number}[] => [
  {width: 9},
  {width: 6},
  {width: 19},
  ...columns.map(({title, columnType}) => ({
    width: columnType === 'picture' || columnType === 'array' ? pictureColumnWidth : Math.min(30, Math.max(12, title.length + 2)),
  })),
];

function cellsOf({proposal, run, startTime, cells}: ExportRow, columns: readonly ExportColumn[]): Cell[] {
  const isHigh = columns.some(({name}) => hasPicture(cells.get(name)?.summary ?? null));
  const first: CellObject = {value: proposal, type: Number, ...(isHigh && {height: (pictureHeight + 4) * 0.75})}; // in points
  const time: Cell = startTime === null ? null : {value: new Date(startTime * 1000), type: Date, format: 'yyyy-mm-dd hh:mm:ss'};
  return [first, {value: run, type: Number}, time, ...columns.map(({name}) => cellOf(cells.get(name)))];
}

function cellOf(cell: ExportCell | undefined): Cell {
  if (cell === undefined) return null;
  const {background, bold} = cell.attributes ?? {};
  const style = {
    ...(background && {backgroundColor: `#${background.map((part) => part.toString(16).padStart(2, '0')).join('')}`}),
    ...(bold && {fontWeight: 'bold' as const}),
  };
  if (cell.state === 'failed' || cell.state === 'skipped') return {value: cell.state, type: String, textColor: '#999999'};
  const value = plainValue(cell.summary);
  return value === null ? null : {...value, ...style};
}

/** Excel has neither NaN, infinities nor integers beyond 2^53: they are texts. */
function plainValue(summary: StoredSummary): CellObject | null {
  if (summary === null || hasPicture(summary)) return null;
  if (typeof summary === 'boolean') return {value: summary, type: Boolean};
  const number = typeof summary === 'bigint' || typeof summary === 'number' ? Number(summary) : Number.NaN;
  if (Number.isFinite(number) && (typeof summary === 'number' || Number.isSafeInteger(number))) return {value: number, type: Number};
  return {value: cellText(summaryText(summary)), type: String};
}

/** As much of a text as a cell takes, without what XML cannot hold. */
const cellText = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .slice(0, longestText);

const reasonsOf = ({proposal, run, cells}: ExportRow, columns: readonly ExportColumn[]): Cell[][] =>
  columns.flatMap(({name, title}) => {
    const cell = cells.get(name);
    if (cell?.state !== 'failed' && cell?.state !== 'skipped') return [];
    const texts = [title, name, cell.state, cellText(cell.attributes?.error ?? '')];
    return [[{value: proposal, type: Number}, {value: run, type: Number}, ...texts.map((value) => ({value, type: String}))]];
  });
