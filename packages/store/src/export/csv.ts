import {FileSink} from './file-sink.ts';
import {headersOf, type HeaderOptions} from './headers.ts';
import type {StoredSummary} from './model.ts';
import type {ExportSource} from './source.ts';
import {summaryText, timeText} from './text.ts';

/** Writes the table as CSV (RFC 4180, UTF-8, lines end with LF), with all digits; what a cell does not have is empty. Yields the rows done. */
export function* writeCsv(source: ExportSource, path: string, options: HeaderOptions): Generator<number> {
  using sink = new FileSink(path);
  sink.write(line(headersOf(source.columns, options).map(quoted)));
  let done = 0;
  for (const {proposal, run, startTime, cells} of source.rows()) {
    const values = source.columns.map(({name}) => field(cells.get(name)?.summary ?? null));
    sink.write(line([String(proposal), String(run), timeText(startTime), ...values]));
    yield ++done;
  }
  sink.finish();
}

const line = (fields: readonly string[]): string => `${fields.join(',')}\n`;

/** An empty text is quoted, so that it can be told from nothing. */
const field = (summary: StoredSummary): string => (summary === '' ? '""' : quoted(summaryText(summary)));
const quoted = (text: string): string => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
