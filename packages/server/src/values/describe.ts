import {type Cell, isFirstlightError} from '@firstlight/core';
import {cellOfVersion, versionIn} from '@firstlight/store';
import {valueAddress} from '../experiments/addresses.ts';
import {placedCell} from '../experiments/schema.ts';
import type {ValueDescription} from '../experiments/served.ts';
import {attributesToJson} from './json.ts';
import type {Place} from './place.ts';

const longestTextBytes = 1_000_000;

/** Everything about one value, or one version of it: its cell, what its data is, and where the data can be had. @throws FirstlightError `no-version`; `no-value` when its data is not kept any more. */
export async function describe(place: Place): Promise<object> {
  const {id, experiment, run, name, version} = place;
  const {title, units, description, tags} =
    experiment.table.variables().find((variable) => variable.name === name) ?? unknownVariable(name);
  const {cell, isKept} = version === undefined ? {cell: experiment.table.cell(run, name), isKept: true} : await versionOf(place, version);
  const data = cell.state === 'ok' ? await dataOf(place, isKept) : null;
  return {
    ...placedCell(cell, id),
    title,
    description,
    tags,
    ...(data ? toJson(data) : noData),
    units: cell.attributes?.units ?? unitsOf(data) ?? units,
    text: data?.kind === 'text' ? await textOf(place, data) : null,
    links: linksOf(place, data),
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

/** A version as a cell; its picture is that version's, too. */
async function versionOf({experiment, run, name}: Place, version: number): Promise<{cell: Cell; isKept: boolean}> {
  const entry = versionIn(await experiment.reader.history(experiment.folder.dir, run, name), {run, name, version});
  return {cell: cellOfVersion(entry, `?version=${version}`), isKept: entry.hasData};
}

/** A cell may be `ok` without data: its summary was imported or typed, or its run's file is gone. */
async function dataOf({experiment, run, name, version}: Place, isKept: boolean): Promise<ValueDescription | null> {
  try {
    return await experiment.reader.describeValue(experiment.folder.dir, run, name, {version});
  } catch (error) {
    if (isKept && isFirstlightError(error, 'no-value')) return null;
    throw error;
  }
}

function unitsOf(data: ValueDescription | null): string | undefined {
  const units = data?.attrs['units'];
  return typeof units === 'string' ? units : undefined;
}

async function textOf({experiment, run, name, version}: Place, {bytes}: ValueDescription): Promise<string | null> {
  if (bytes > longestTextBytes) return null;
  const value = await experiment.reader.readData(experiment.folder.dir, run, name, {version});
  return value.kind === 'text' ? value.text : null;
}

/** What a value has to give: a name for each address, all of the version that was asked for. */
function linksOf({id, run, name, version}: Place, data: ValueDescription | null): Record<string, string> {
  const address = valueAddress(id, run, name);
  const ofVersion = (file: string): string => (version === undefined ? file : `${file}${file.includes('?') ? '&' : '?'}version=${version}`);
  const files = data === null ? [] : filesOf(data).map(([link, file]) => [link, ofVersion(`${address}/${file}`)] as const);
  return Object.fromEntries([['self', ofVersion(address)], ...files]);
}

function filesOf({kind, preview, shape, arrays, table}: ValueDescription): [link: string, file: string][] {
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
  return rows.filter(([has]) => has).map(([, link, file]) => [link, file]);
}
