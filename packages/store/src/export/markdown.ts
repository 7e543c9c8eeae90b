import {formatNumber, type CellState} from '@firstlight/core';
import {FileSink} from './file-sink.ts';
import {headersOf} from './headers.ts';
import {type ExportCell, type ExportColumn, isArray, isComplex, isPicture, type StoredSummary} from './model.ts';
import type {ExportSource} from './source.ts';
import {timeText} from './text.ts';

/** Writes the table as Markdown that a person reads: titles, units, numbers as the table shows them, why a value is not there. Yields the rows done. */
export function* writeMarkdown(source: ExportSource, path: string): Generator<number> {
  using sink = new FileSink(path);
  const headers = headersOf(source.columns, {titles: true});
  const units = ['', '', '', ...source.columns.map(({units}) => units ?? '')];
  sink.write(line(headers.map((header, i) => (units[i] ? `${header} [${units[i]}]` : header))));
  sink.write(line(['--:', '--:', '---', ...source.columns.map(alignment)]));
  let done = 0;
  for (const {proposal, run, startTime, cells} of source.rows()) {
    const time = timeText(startTime).slice(0, 19).replace('T', ' ');
    sink.write(line([String(proposal), String(run), time, ...source.columns.map(({name}) => cellText(cells.get(name)))]));
    yield ++done;
  }
  sink.finish();
}

const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |\n`;
const escaped = (text: string): string =>
  text
    .replaceAll(/[\\|`*_<[\]]/g, '\\$&')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();
const alignment = ({columnType}: ExportColumn): string => (columnType === 'integer' || columnType === 'real' ? '--:' : '---');

const reasons: Partial<Record<CellState, string>> = {failed: 'failed', skipped: 'skipped'};

function cellText(cell: ExportCell | undefined): string {
  if (cell === undefined) return '';
  const reason = reasons[cell.state];
  if (reason !== undefined) return `${reason}: ${cell.attributes?.error?.trim().split('\n').at(-1) ?? 'without a reason'}`;
  return shortText(cell.summary);
}

function shortText(summary: StoredSummary): string {
  if (summary === null) return '';
  if (typeof summary === 'number') return formatNumber(summary);
  if (isPicture(summary)) return 'picture';
  if (isComplex(summary)) return `${formatNumber(summary.re)} ${summary.im < 0 ? '-' : '+'} ${formatNumber(Math.abs(summary.im))}i`;
  if (isArray(summary))
    return summary.isTrendline ? `${summary.array.shape[1] ?? 0} points` : `${summary.array.dtype} (${summary.array.shape.join(', ')})`;
  return String(summary);
}
