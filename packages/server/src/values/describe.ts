import {isFirstlightError} from '@firstlight/core';
import {valueAddress} from '../experiments/addresses.ts';
import {placedCell} from '../experiments/schema.ts';
import type {ValueDescription} from '../experiments/served.ts';
import {attributesToJson} from './json.ts';
import type {Place} from './place.ts';

const longestTextBytes = 1_000_000;

/** Everything about one value: its cell, what its data is, and where the data can be had. */
export async function describe(place: Place): Promise<object> {
  const {id, experiment, run, name} = place;
  const {title, units, description, tags} =
    experiment.table.variables().find((variable) => variable.name === name) ?? unknownVariable(name);
  const cell = experiment.table.cell(run, name);
  const data = cell.state === 'ok' ? await dataOf(place) : null;
  return {
    ...placedCell(cell, id),
    title,
    description,
    tags,
    ...(data ? toJson(data) : noData),
    units: cell.attributes?.units ?? unitsOf(data) ?? units,
    text: data?.kind === 'text' ? await textOf(place, data) : null,
    links: {self: valueAddress(id, run, name), ...(data && linksOf(valueAddress(id, run, name), data))},
  };
}

const unknownVariable = (name: string) => ({title: name, units: null, description: null, tags: []});

const noData = {
  kind: null,
  dtype: null,
  shape: null,
  dims: null,
  bytes: null,
  attrs: {},
  arrayName: null,
  arrays: [],
  table: false,
  preview: null,
};

const toJson = ({attrs, arrays, ...data}: ValueDescription) => ({
  ...data,
  attrs: attributesToJson(attrs),
  arrays: arrays.map((array) => ({...array, attrs: attributesToJson(array.attrs)})),
});

/** A cell may be `ok` without data: its summary was imported, or its run's file is gone. */
async function dataOf({experiment, run, name}: Place): Promise<ValueDescription | null> {
  try {
    return await experiment.reader.describeValue(experiment.folder.dir, run, name);
  } catch (error) {
    if (isFirstlightError(error, 'no-value')) return null;
    throw error;
  }
}

function unitsOf(data: ValueDescription | null): string | undefined {
  const units = data?.attrs['units'];
  return typeof units === 'string' ? units : undefined;
}

async function textOf({experiment, run, name}: Place, {bytes}: ValueDescription): Promise<string | null> {
  if (bytes > longestTextBytes) return null;
  const value = await experiment.reader.readData(experiment.folder.dir, run, name);
  return value.kind === 'text' ? value.text : null;
}

/** What a value has to give: a name for each address. */
function linksOf(address: string, {kind, preview, shape, arrays, table}: ValueDescription): Record<string, string> {
  const isScalar = kind === 'text' || (kind === 'array' && shape?.length === 0);
  const rows: [boolean, string, string][] = [
    [kind === 'plotly' || preview === 'plotly', 'figure', 'figure.json'],
    [kind === 'image', 'picture', 'preview.png?full=true'], // before its thumbnail: a picture is shown as it is
    [table, 'rows', 'rows.json'],
    [!isScalar && (kind !== 'Dataset' || preview !== null), 'preview', 'preview.png'],
    [kind === 'array' || kind === 'DataArray' || kind === 'image', 'arrow', 'data.arrow'],
    [kind === 'array' || kind === 'DataArray' || kind === 'image', 'npy', 'data.npy'],
    ...(kind === 'Dataset' ? arrays : []).map(({name}): [boolean, string, string] => [
      true,
      `arrow ${name}`,
      `data.arrow?variable=${encodeURIComponent(name)}`,
    ]),
  ];
  return Object.fromEntries(rows.filter(([has]) => has).map(([, name, file]) => [name, `${address}/${file}`]));
}
