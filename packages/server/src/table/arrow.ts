import {Field, Float64, Int32, Schema} from 'apache-arrow';
import type {Data, RecordBatch} from 'apache-arrow';
import {floatData, intData} from '../arrow/columns.ts';
import {batchOf} from '../arrow/stream.ts';
import {breathe, cellsAtOnce} from './breathe.ts';
import {encodeColumn} from './encode-column.ts';
import type {EncodedColumn} from './encode-column.ts';
import type {TableView} from './view.ts';

const mostActivitiesInMetadata = 10_000;

/**
 * The table as Arrow record batches.
 *
 * Columns `proposal` (Int32), `run` (Int32), `start_time` (Float64, seconds since 1970); then for each variable NAME
 * `NAME` (Float64 when all its summaries are numbers, or all are booleans; else Utf8 with the summary as JSON; null when there is none),
 * `NAME#state` (Uint8, index in `ok none skipped failed missing`), `NAME#message` (Utf8, only when any cell has one) and
 * `NAME#activity` (Uint8, index in `idle queued running`, only when any cell is not idle), `NAME#details` (Utf8, JSON `{attributes, maxDiff}`, only when any cell
 * has them).
 * Metadata of the schema: `change`, `experiment`, `offset`, `total`, and `activity`, the sparse list `[[row of this window, NAME, activity]]`
 * (left out when it would be longer than 10 000). Metadata of the field NAME: `title`, `units`, `description`, `tags` (JSON), `type` (`number boolean json`).
 */
export async function* tableBatches(view: TableView): AsyncGenerator<RecordBatch> {
  const {rows} = view;
  const columns = await encodeColumns(view);
  const fields = [...placeFields(), ...columns.flatMap((column) => column.fields)];
  const data = [...placeData(view), ...columns.flatMap((column) => column.data)];
  const schema = new Schema(fields, metadataOf(view, columns));
  const rowsAtOnce = Math.max(64, Math.ceil(cellsAtOnce / Math.max(1, columns.length) / 64) * 64); // whole words of the bitmaps
  for (let first = 0; first === 0 || first < rows.length; first += rowsAtOnce) {
    const length = Math.min(rowsAtOnce, rows.length - first);
    yield batchOf(
      schema,
      length,
      data.map((column) => column.slice(first, length)),
    );
    await breathe();
  }
}

/** Encodes the columns, some at a time. */
async function encodeColumns(view: TableView): Promise<EncodedColumn[]> {
  const encoded: EncodedColumn[] = [];
  let cells = 0;
  for (const column of view.columns) {
    encoded.push(encodeColumn(column, view));
    cells += view.rows.length;
    if (cells < cellsAtOnce) continue;
    cells = 0;
    await breathe();
  }
  return encoded;
}

const placeFields = () => [new Field('proposal', new Int32()), new Field('run', new Int32()), new Field('start_time', new Float64(), true)];

const placeData = ({rows}: TableView): Data[] => [
  intData(rows.map(({proposal}) => proposal)),
  intData(rows.map(({run}) => run)),
  floatData(rows.map(({startTime}) => startTime)),
];

function metadataOf({experiment, change, offset, total}: TableView, columns: readonly EncodedColumn[]): Map<string, string> {
  const metadata = new Map(Object.entries({experiment, change, offset, total}).map(([key, value]) => [key, String(value)]));
  const active = columns.flatMap((column) => column.active).toSorted(([a], [b]) => a - b);
  return active.length > mostActivitiesInMetadata ? metadata : metadata.set('activity', JSON.stringify(active));
}
