import {FirstlightError, isVariableName, type NDArray, sizeOf} from '@firstlight/core';
import type {H5Attributes, H5Dataset, H5Group} from '@firstlight/hdf5';
import {areas, noneAttribute, ownGroup, variablesIn} from './areas.ts';
import {type FragmentOrigins, readOrigins} from './read-origins.ts';
import {type StoredKind, storedKind} from './stored-kind.ts';

const mostSummaryElements = 2 ** 24;

/** What a fragment says about one variable, as far as the table is concerned. */
export type FragmentEntry =
  | ({readonly name: string; readonly state: 'ok'; readonly summary: StoredSummary | null} & StoredKind)
  | {readonly name: string; readonly state: 'failed'; readonly errorClass: string; readonly message: string; readonly where?: string}
  | {readonly name: string; readonly state: 'none'};

export interface StoredSummary {
  readonly stored: NDArray | string | null;
  readonly summaryType: string | null;
  readonly summaryMethod: string;
  readonly maxDiff: number | null;
  readonly attributes: Readonly<Record<string, unknown>> | null;
}

export interface FragmentContents {
  readonly provenance: string;
  readonly entries: readonly FragmentEntry[];
  readonly origins: FragmentOrigins;
}

/** Reads what a fragment brings. Throws `bad-fragment` when it is not one (its groups are missing, a name is impossible). */
export function readFragment(file: H5Group): FragmentContents {
  for (const area of [areas.reduced, areas.errors]) {
    if (file.kind(area) !== 'group') throw new FirstlightError('bad-fragment', `the group ${area} is missing`);
  }
  const none = namesOfNone(file);
  const present = variablesIn(file).filter((name) => !none.includes(name));
  for (const name of [...present, ...none]) {
    if (!isVariableName(name)) throw new FirstlightError('bad-fragment', `"${name}" cannot be the name of a variable`);
  }
  const provenance = file.attributes.get('provenance');
  const entries = present.map((name) => entryOf(file, name));
  return {
    provenance: typeof provenance === 'string' ? provenance : '',
    entries: [...entries, ...none.map((name) => ({name, state: 'none' as const}))],
    origins: readOrigins(file),
  };
}

/** The variables whose previous value a fragment wants deleted. */
export function namesOfNone(file: H5Group): string[] {
  if (file.kind(ownGroup) !== 'group') return [];
  using own = file.group(ownGroup);
  const names = own.attributes.array(noneAttribute);
  return names?.dtype === 'string' ? (names.data as string[]).slice() : [];
}

function entryOf(file: H5Group, name: string): FragmentEntry {
  const error = `${areas.errors}/${name}`;
  if (file.kind(error) === 'dataset') {
    using dataset = file.dataset(error);
    checkSize(dataset, error);
    const [errorClass, where] = [dataset.attributes.get('type'), dataset.attributes.get('where')];
    return {
      name,
      state: 'failed',
      message: String(dataset.value()),
      errorClass: typeof errorClass === 'string' ? errorClass : 'Exception',
      ...(typeof where === 'string' && {where}),
    };
  }
  const summary = summaryOf(file, name);
  return {name, state: 'ok', summary, ...storedKind(file, name, summary)};
}

/** What a file says of a value's summary; null when it has none. */
export function summaryOf(file: H5Group, name: string): StoredSummary | null {
  const path = `${areas.reduced}/${name}`;
  if (file.kind(path) !== 'dataset') return null;
  using dataset = file.dataset(path);
  checkSize(dataset, path);
  const {max_diff: maxDiff, summary_type: type, summary_method: method, ...rest} = attributesOf(dataset.attributes);
  return {
    stored: dataset.type.dtype === undefined || dataset.shape === null ? null : textOrArray(dataset.read()),
    summaryType: typeof type === 'string' ? type : null,
    summaryMethod: typeof method === 'string' ? method : '',
    maxDiff: typeof maxDiff === 'number' ? maxDiff : null,
    attributes: Object.keys(rest).length > 0 ? rest : null,
  };
}

/** What goes into the table is small by its nature; a few bytes can claim to be terabytes. */
function checkSize({shape}: H5Dataset, path: string): void {
  const elements = sizeOf(shape ?? []);
  if (elements > mostSummaryElements) throw new FirstlightError('bad-fragment', `${path} has ${elements} elements, too many for the table`);
}

const textOrArray = (array: NDArray): NDArray | string => (array.dtype === 'string' ? String(array.data[0] ?? '') : array);

function attributesOf(attributes: H5Attributes): Record<string, unknown> {
  return Object.fromEntries(attributes.entries().map(([name, value]) => [name, plain(value)]));
}

/** As JSON can say it: arrays as lists, 64-bit integers as numbers. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null || !('data' in value)) return value;
  return Array.from((value as NDArray).data as ArrayLike<unknown>, plain);
}
