import {Field, Float64, Int32, Schema, Uint8, Utf8} from 'apache-arrow';
import type {Data, RecordBatch} from 'apache-arrow';
import type {Cell} from '@firstlight/core';
import {codeData, floatData, intData, textData} from '../arrow/columns.ts';
import {batchOf} from '../arrow/stream.ts';
import {cellToJson, detailsToJson} from '../experiments/cell.ts';
import type {Column} from '../experiments/served.ts';
import {breathe} from './breathe.ts';
import {activityCodes, stateCodes} from './codes.ts';
import type {Line, Snapshot} from './snapshot.ts';
import {survey} from './survey.ts';
import type {ColumnFacts, ColumnKind} from './survey.ts';

const mostActivitiesInMetadata = 10_000;

type CellsOfColumn = readonly (Cell | undefined)[];

/** One Arrow column, and how it is made of a variable's cells. */
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
 * `NAME#activity` (Uint8, index in `idle queued running`, only when any cell is not idle), `NAME#details` (Utf8, JSON `{attributes, maxDiff}`, only when any cell
 * has them).
 * Metadata of the schema: `change`, `experiment`, `offset`, `total`, and `activity`, the sparse list `[[row of this window, NAME, activity]]`
 * (left out when it would be longer than 10 000). Metadata of the field NAME: `title`, `units`, `description`, `tags` (JSON), `type` (`number boolean json`).
 */
export async function* tableBatches(snapshot: Snapshot): AsyncGenerator<RecordBatch> {
  const {facts, pieces} = await survey(snapshot);
  const parts = snapshot.columns.map((column, i) => partsOf(column, facts[i] as ColumnFacts, snapshot.experiment));
  const fields = [...placeFields(), ...parts.flat().map(({field}) => field)];
  const schema = new Schema(fields, metadataOf(snapshot, facts, pieces));
  for (const lines of pieces) {
    const values = parts.flatMap((ofColumn, i) => {
      const cells = lines.map((line) => line.cells[i]);
      return ofColumn.map(({data}) => data(cells));
    });
    yield batchOf(schema, lines.length, [...placeData(lines), ...values]);
    await breathe();
  }
}

const placeFields = () => [new Field('proposal', new Int32()), new Field('run', new Int32()), new Field('start_time', new Float64(), true)];

const placeData = (lines: readonly Line[]): Data[] => [
  intData(lines.map(({row}) => row.proposal)),
  intData(lines.map(({row}) => row.run)),
  floatData(lines.map(({row}) => row.startTime)),
];

function metadataOf(
  {experiment, change, offset, total}: Snapshot,
  facts: readonly ColumnFacts[],
  pieces: readonly Line[][],
): Map<string, string> {
  const metadata = new Map(Object.entries({experiment, change, offset, total}).map(([key, value]) => [key, String(value)]));
  const active = facts.some(({hasActivities}) => hasActivities) ? activities(pieces.flat()) : [];
  return active.length > mostActivitiesInMetadata ? metadata : metadata.set('activity', JSON.stringify(active));
}

const activities = (lines: readonly Line[]) =>
  lines.flatMap(({cells}, row) => cells.flatMap((cell) => (cell && cell.activity !== 'idle' ? [[row, cell.name, cell.activity]] : [])));

function partsOf(column: Column, {kind, hasMessages, hasActivities, hasDetails}: ColumnFacts, experiment: string): Part[] {
  const {name} = column;
  const summaries: Part = {
    field: new Field(name, kind === 'json' ? new Utf8() : new Float64(), true, fieldMetadata(column, kind)),
    data: (cells) => (kind === 'json' ? textData(cells.map((cell) => jsonOf(cell, experiment))) : floatData(cells.map(numberOf))),
  };
  const states: Part = {
    field: new Field(`${name}#state`, new Uint8()),
    data: (cells) => codeData(cells.map((cell) => stateCodes.indexOf(cell?.state ?? 'missing'))),
  };
  const messages: Part = {
    field: new Field(`${name}#message`, new Utf8(), true),
    data: (cells) => textData(cells.map((cell) => cell?.message ?? null)),
  };
  const activity: Part = {
    field: new Field(`${name}#activity`, new Uint8()),
    data: (cells) => codeData(cells.map((cell) => activityCodes.indexOf(cell?.activity ?? 'idle'))),
  };
  const details: Part = {
    field: new Field(`${name}#details`, new Utf8(), true),
    data: (cells) => textData(cells.map(detailsOf)),
  };
  return [summaries, states, ...(hasMessages ? [messages] : []), ...(hasActivities ? [activity] : []), ...(hasDetails ? [details] : [])];
}

const numberOf = (cell: Cell | undefined): number | null => {
  const summary = cell?.summary ?? null;
  return summary === null ? null : Number(summary);
};

const detailsOf = (cell: Cell | undefined): string | null => (cell && JSON.stringify(detailsToJson(cell))) ?? null;

const jsonOf = (cell: Cell | undefined, experiment: string): string | null =>
  cell === undefined || cell.summary === null ? null : JSON.stringify(cellToJson(cell, experiment).summary);

const fieldMetadata = ({title, units, description, tags}: Column, type: ColumnKind): Map<string, string> =>
  new Map(Object.entries({title, type, tags: JSON.stringify(tags), ...(units && {units}), ...(description && {description})}));
