import type {H5Group} from '@firstlight/hdf5';
import {areas, objectTypeAttribute} from './areas.ts';
import type {StoredSummary} from './read.ts';

/** What a file holds of a value, as far as the history needs to know. */
export interface StoredKind {
  /** What the data is: `float64 (3, 4)`, `text`, `DataArray`, `figure`; null without data. */
  readonly kind: string | null;
  /** Whether the summary tells all there is: a single number or text, and no preview. */
  readonly isWhole: boolean;
}

const kindOfObject: Readonly<Record<string, string>> = {
  dataarray: 'DataArray',
  dataset: 'Dataset',
  image: 'figure',
  PlotlyFigure: 'figure',
};

/** Tells what a file holds of a value without reading its elements. */
export function storedKind(file: H5Group, name: string, summary: StoredSummary | null): StoredKind {
  const hasPreview = file.has(`${areas.preview}/${name}`);
  if (file.kind(name) !== 'group') return {kind: null, isWhole: !hasPreview};
  using group = file.group(name);
  const type = group.attributes.get(objectTypeAttribute);
  if (typeof type === 'string') return {kind: kindOfObject[type] ?? type, isWhole: false};
  if (group.kind('data') !== 'dataset') return {kind: null, isWhole: false};
  using data = group.dataset('data');
  const {shape} = data;
  const {dtype, kind} = data.type;
  if (shape === null || shape.length > 0)
    return {kind: `${dtype ?? kind} (${(shape ?? []).join(', ')}${shape?.length === 1 ? ',' : ''})`, isWhole: false};
  return {kind: dtype === 'string' ? 'text' : (dtype ?? kind), isWhole: !hasPreview && isSame(summary, dtype)};
}

// A big unsigned integer is only approximately a number of SQLite.
function isSame(summary: StoredSummary | null, dtype: string | undefined): boolean {
  if (!summary || summary.summaryMethod !== '' || dtype === undefined || dtype === 'uint64') return false;
  const {stored} = summary;
  if (typeof stored === 'string') return dtype === 'string';
  return stored !== null && stored.shape.length === 0 && stored.dtype === dtype;
}
