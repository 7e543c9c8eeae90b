import {Field, Float64, Uint8, Utf8} from 'apache-arrow';
import type {Data} from 'apache-arrow';
import {activityCodes, held} from '@firstlight/engine';
import type {TableColumn} from '@firstlight/engine';
import {codesData, floatsData, textData} from '../arrow/columns.ts';
import type {Column} from '../experiments/served.ts';
import {detailsText, isNumeric, summaryText} from './cells.ts';
import type {TableView, ViewColumn} from './view.ts';

/** What a column's Arrow type says. */
type ColumnKind = 'number' | 'boolean' | 'json';

/** One variable's cells as Arrow columns. */
export interface EncodedColumn {
  readonly fields: readonly Field[];
  readonly data: readonly Data[];
  /** What is waited for: row of the view, name, activity. */
  readonly active: readonly (readonly [row: number, name: string, activity: string])[];
}

/** Encodes a variable's cells of a view in one go, so that they fit each other. */
export function encodeColumn({variable, cells}: ViewColumn, view: TableView): EncodedColumn {
  const {name} = variable;
  const facts = factsOf(cells, view.positions);
  const metadata = fieldMetadata(variable, facts.kind);
  const parts: [Field, Data][] = [
    facts.kind === 'json'
      ? [new Field(name, new Utf8(), true, metadata), textData(summaries(cells, view))]
      : [new Field(name, new Float64(), true, metadata), numbers(cells, view)],
    [new Field(`${name}#state`, new Uint8()), codesData(codes(view, (position) => cells?.stateAt(position) ?? missing))],
  ];
  if (cells && facts.hasMessages) parts.push([textField(name, 'message'), textData(texts(view, (position) => cells.messageAt(position)))]);
  if (cells && facts.hasActivities)
    parts.push([new Field(`${name}#activity`, new Uint8()), codesData(codes(view, (position) => cells.activityAt(position)))]);
  if (cells && facts.hasDetails)
    parts.push([textField(name, 'details'), textData(texts(view, (position) => detailsText(cells, position)))]);
  return {
    fields: parts.map(([field]) => field),
    data: parts.map(([, data]) => data),
    active: cells && facts.hasActivities ? activities(cells, view) : [],
  };
}

const missing = 4;
const textField = (name: string, what: string): Field => new Field(`${name}#${what}`, new Utf8(), true);

interface Facts {
  readonly kind: ColumnKind;
  readonly hasMessages: boolean;
  readonly hasActivities: boolean;
  readonly hasDetails: boolean;
}

function factsOf(cells: TableColumn | undefined, positions: Int32Array): Facts {
  const found = {number: false, boolean: false, other: false};
  let [hasMessages, hasActivities, hasDetails] = [false, false, false];
  if (cells) {
    for (const position of positions) {
      const as = cells.heldAt(position);
      if (as === held.number) found.number = true;
      else if (as === held.boolean) found.boolean = true;
      else if (as !== held.nothing) found.other = true;
      hasMessages ||= cells.hasMessageAt(position);
      hasActivities ||= cells.activityAt(position) !== 0;
      hasDetails ||= cells.hasDetailsAt(position);
    }
  }
  return {kind: kindOf(found), hasMessages, hasActivities, hasDetails};
}

/** The narrowest kind that loses nothing: a mixture of numbers and booleans is JSON. */
function kindOf({number, boolean, other}: {number: boolean; boolean: boolean; other: boolean}): ColumnKind {
  if (other || (number && boolean)) return 'json';
  return boolean ? 'boolean' : 'number';
}

function numbers(cells: TableColumn | undefined, {positions}: TableView): Data {
  const values = new Float64Array(positions.length);
  const present = new Uint8Array(positions.length);
  if (cells) {
    for (let i = 0; i < positions.length; i++) {
      const position = positions[i] as number;
      if (!isNumeric(cells, position)) continue;
      values[i] = cells.numberAt(position);
      present[i] = 1;
    }
  }
  return floatsData(values, present);
}

function codes({positions}: TableView, codeAt: (position: number) => number): Uint8Array {
  const codes = new Uint8Array(positions.length);
  for (let i = 0; i < positions.length; i++) codes[i] = codeAt(positions[i] as number);
  return codes;
}

const texts = ({positions}: TableView, textAt: (position: number) => string | null): (string | null)[] => Array.from(positions, textAt);

const summaries = (cells: TableColumn | undefined, {positions, rows, experiment}: TableView): (string | null)[] =>
  Array.from(positions, (position, i) =>
    cells ? summaryText(cells, position, {run: rows[i] as (typeof rows)[number], experiment}) : null,
  );

function activities(cells: TableColumn, {positions}: TableView): EncodedColumn['active'] {
  return [...positions].flatMap((position, row) => {
    const activity = activityCodes[cells.activityAt(position)] ?? 'idle';
    return activity === 'idle' ? [] : [[row, cells.name, activity] as const];
  });
}

const fieldMetadata = ({title, units, description, tags}: Column, type: ColumnKind): Map<string, string> =>
  new Map(Object.entries({title, type, tags: JSON.stringify(tags), ...(units && {units}), ...(description && {description})}));
