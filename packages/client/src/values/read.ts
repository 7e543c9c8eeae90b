import type {Coordinate, NDArray} from '@firstlight/core';
import {labelled} from '@firstlight/core/labelled';
import {askBytes, askJson} from '../ask.ts';
import {value as valueFacts} from '../facts.ts';
import type {DataFacts} from '../facts.ts';
import type {Transport} from '../transport.ts';
import {decodeArray} from './array.ts';
import type {ReadArray} from './array.ts';
import type {Figure, ReadOptions, Value} from './value.ts';

/** Where one value is, and how it is asked for. */
interface Place {
  readonly transport: Transport;
  /** `/api/experiments/ID/runs/PROPOSAL/RUN/NAME`. */
  readonly path: string;
  readonly options: ReadOptions;
}

/** Reads what a variable gave for a run, whatever kind it is of; null when it gave nothing. */
export async function readValue(place: Place): Promise<Value> {
  const facts = await askJson(place.transport, valueFacts, addressIn(place), withSignal(place.options));
  if (facts.state !== 'ok') return null;
  // The summary was imported, or its run's file is gone: the number itself is all there is.
  return facts.kind === null ? simpleSummary(facts.summary) : kinds[facts.kind](place, facts);
}

type Kind = NonNullable<DataFacts['kind']>;

/** How each kind is read. */
const kinds: Readonly<Record<Kind, (place: Place, facts: DataFacts) => Promise<Value>>> = {
  text: async (place, {text}) => text ?? ((await arrayOf(place)).array.data[0] as string | undefined) ?? null,
  plotly: async (place) => JSON.parse(new TextDecoder().decode(await bytesOf(place, '/figure.json'))) as Figure,
  array: async (place) => plain((await arrayOf(place)).array),
  image: async (place) => {
    const {array} = await arrayOf(place);
    if (place.options.slice !== undefined) return array;
    const [height = 0, width = 0] = array.shape;
    return {width, height, rgba: array.data as Uint8Array};
  },
  DataArray: readDataArray,
  Dataset: readDataset,
};

async function readDataArray(place: Place, {arrayName, attrs, arrays}: DataFacts): Promise<Value> {
  const {array, dims, coords} = await arrayOf(place);
  const labels = await Promise.all(
    Object.entries(coords).map(async ([name, coordinate]): Promise<[string, Coordinate][]> => {
      // Complex and very long ones come by themselves, and only whole: with a slice they are left out.
      const own = coordinate.array ?? (place.options.slice === undefined ? (await arrayOf(place, name)).array : undefined);
      return own ? [[name, {...own, dims: coordinate.dims, attrs: attrsOf(arrays, name)}]] : [];
    }),
  );
  return labelled({
    kind: 'DataArray',
    ...(arrayName !== null && {name: arrayName}),
    dims,
    coords: Object.fromEntries(labels.flat()),
    attrs,
    array,
  });
}

async function readDataset(place: Place, {attrs, arrays}: DataFacts): Promise<Value> {
  const read = await Promise.all(arrays.map(async (facts) => ({...facts, array: (await arrayOf(place, facts.name)).array})));
  const variables = read
    .filter(({coordinate}) => !coordinate)
    .map(({name, dims, attrs: own, array}) => [name, {name, dims, attrs: own, array}]);
  const coords = read.filter(({coordinate}) => coordinate).map(({name, dims, attrs: own, array}) => [name, {...array, dims, attrs: own}]);
  return labelled({kind: 'Dataset', variables: Object.fromEntries(variables), coords: Object.fromEntries(coords), attrs});
}

const attrsOf = (arrays: DataFacts['arrays'], name: string): Readonly<Record<string, unknown>> =>
  arrays.find((array) => array.name === name)?.attrs ?? {};

/** Asks for the value's array, or for one of its arrays by name. */
async function arrayOf(place: Place, variable?: string): Promise<ReadArray> {
  const {slice} = place.options;
  return decodeArray(await bytesOf(place, '/data.arrow', {...(variable !== undefined && {variable}), ...(slice !== undefined && {slice})}));
}

/** Asks for what is at an address below a value's, of the wanted version. */
export const bytesOf = (place: Place, file: string, asked: Readonly<Record<string, string>> = {}): Promise<Uint8Array> =>
  askBytes(place.transport, addressIn(place, file, asked), withSignal(place.options));

function addressIn({path, options: {version}}: Place, file = '', asked: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({...asked, ...(version !== undefined && {version: String(version)})});
  return `${path}${file}${query.size > 0 ? `?${query}` : ''}`;
}

const withSignal = ({signal}: ReadOptions): RequestInit => (signal ? {signal} : {});

/** A number, truth value or complex number for an array without dimensions. */
function plain(array: NDArray): Value {
  if (array.shape.length > 0) return array;
  const {0: first, 1: second} = array.data as ArrayLike<number | bigint | string>;
  if (array.dtype === 'bool') return first !== 0;
  if (array.dtype.startsWith('complex')) return {re: Number(first), im: Number(second)};
  if (typeof first === 'bigint' && Number.isSafeInteger(Number(first))) return Number(first);
  return first ?? null;
}

const simpleSummary = (summary: unknown): Value =>
  typeof summary !== 'object' || (summary !== null && 're' in summary) ? (summary as Value) : null;
