import {Field, Float64, Int32, Schema, Uint8, Utf8} from 'apache-arrow';
import type {Data, RecordBatch} from 'apache-arrow';
import type {Cell, Summary} from '@firstlight/core';
import {codeData, floatData, intData, textData} from '../arrow/columns.ts';
import {batchOf} from '../arrow/stream.ts';
import {cellToJson} from '../experiments/cell.ts';
import type {Column} from '../experiments/served.ts';
import {breathe, rowsAtOnce} from './breathe.ts';
import {activityCodes, stateCodes} from './codes.ts';
import type {Snapshot} from './snapshot.ts';

const mostActivitiesInMetadata = 10_000;

type ColumnKind = 'number' | 'boolean' | 'json';
type CellsOfColumn = readonly (Cell | undefined)[];

/** How one Arrow column is made of the cells of a variable, for any range of rows. */
interface Part {
  readonly field: Field;
  readonly data: (cells: CellsOfColumn) => Data;
}

/**
 * The table as Arrow record batches.
 *
 * Columns `proposal` (Int32), `run` (Int32), `start_time` (Float64, seconds since 1970); then for each variable NAME
 * `NAME` (Float64 when all its summaries are numbers, or all are booleans; else Utf8 with the summary as JSON; null when there is none),
 * `NAME#state` (Uint8, index in `ok none skipped failed missing`), `NAME#message` (Utf8, only when any cell has one) and
 * `NAME#activity` (Uint8, index in `idle queued running`, only when any cell is not idle).
 * Metadata of the schema: `change`, `experiment`, `offset`, `total`, and `activity`, the sparse list `[[row of this window, NAME, activity]]`
 * (left out when it would be longer than 10 000). Metadata of the field NAME: `title`, `units`, `description`, `tags` (JSON), `type` (`number boolean json`).
 */
export async function* tableBatches(snapshot: Snapshot): AsyncGenerator<RecordBatch> {
  const {rows, columns} = snapshot;
  const parts = columns.map((column, i) =>
    partsOf(
      column,
      rows.map(({cells}) => cells[i]),
      snapshot.experiment,
    ),
  );
  const schema = new Schema([...placeFields(), ...parts.flat().map(({field}) => field)], metadataOf(snapshot));
  for (let first = 0; first === 0 || first < rows.length; first += rowsAtOnce) {
    const some = rows.slice(first, first + rowsAtOnce);
    const places = [
      intData(some.map(({row}) => row.proposal)),
      intData(some.map(({row}) => row.run)),
      floatData(some.map(({row}) => row.startTime)),
    ];
    const values = parts.flatMap((ofColumn, i) => ofColumn.map(({data}) => data(some.map(({cells}) => cells[i]))));
    yield batchOf(schema, some.length, [...places, ...values]);
    await breathe();
  }
}

const placeFields = () => [new Field('proposal', new Int32()), new Field('run', new Int32()), new Field('start_time', new Float64(), true)];

function metadataOf({experiment, change, offset, total, rows}: Snapshot): Map<string, string> {
  const active = rows.flatMap(({cells}, row) =>
    cells.flatMap((cell) => (cell && cell.activity !== 'idle' ? [[row, cell.name, cell.activity]] : [])),
  );
  const facts = new Map(Object.entries({experiment, change, offset, total}).map(([key, value]) => [key, String(value)]));
  return active.length > mostActivitiesInMetadata ? facts : facts.set('activity', JSON.stringify(active));
}

function partsOf(column: Column, cells: CellsOfColumn, experiment: string): Part[] {
  const kind = kindOf(cells);
  const {name} = column;
  const summaries: Part = {
    field: new Field(name, kind === 'json' ? new Utf8() : new Float64(), true, fieldMetadata(column, kind)),
    data: (some) => (kind === 'json' ? textData(some.map((cell) => jsonOf(cell, experiment))) : floatData(some.map(numberOf))),
  };
  const states: Part = {
    field: new Field(`${name}#state`, new Uint8()),
    data: (some) => codeData(some.map((cell) => stateCodes.indexOf(cell?.state ?? 'missing'))),
  };
  const messages: Part = {
    field: new Field(`${name}#message`, new Utf8(), true),
    data: (some) => textData(some.map((cell) => cell?.message ?? null)),
  };
  const activities: Part = {
    field: new Field(`${name}#activity`, new Uint8()),
    data: (some) => codeData(some.map((cell) => activityCodes.indexOf(cell?.activity ?? 'idle'))),
  };
  const anyMessage = cells.some((cell) => cell && cell.message !== null);
  const anyActivity = cells.some((cell) => cell && cell.activity !== 'idle');
  return [summaries, states, ...(anyMessage ? [messages] : []), ...(anyActivity ? [activities] : [])];
}

/** The narrowest kind that loses nothing: a mixture of numbers and booleans, or an integer beyond 2^53, is JSON. */
function kindOf(cells: CellsOfColumn): ColumnKind {
  const summaries = cells.map((cell) => cell?.summary ?? null).filter((summary) => summary !== null);
  if (summaries.every(isNumber)) return 'number';
  return summaries.every((summary) => typeof summary === 'boolean') ? 'boolean' : 'json';
}

const isNumber = (summary: Summary) =>
  typeof summary === 'number' || (typeof summary === 'bigint' && Number.isSafeInteger(Number(summary)));

const numberOf = (cell: Cell | undefined): number | null => {
  const summary = cell?.summary ?? null;
  return summary === null ? null : Number(summary);
};

const jsonOf = (cell: Cell | undefined, experiment: string): string | null =>
  cell === undefined || cell.summary === null ? null : JSON.stringify(cellToJson(cell, experiment).summary);

const fieldMetadata = ({title, units, description, tags}: Column, type: ColumnKind): Map<string, string> =>
  new Map(
    Object.entries({title, type, tags: JSON.stringify(tags ?? []), ...(units ? {units} : {}), ...(description ? {description} : {})}),
  );
