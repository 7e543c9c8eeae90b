import {sentenceOf, sizeOf} from '@firstlight/core';
import type {H5Dataset, H5Group} from '@firstlight/hdf5';
import {areas} from '../fragment/areas.ts';

const bytesAtOnce = 32 * 2 ** 20;
const bytesOfElement = 16; // at most, but for texts, which come with memory of their own

/** The paths of all that a file holds, by variable. */
export function pathsByName(file: H5Group): ReadonlyMap<string, readonly string[]> {
  const paths = new Map<string, string[]>();
  for (const area of ['', ...Object.values(areas)]) {
    for (const name of namesIn(file, area)) {
      if (area === '' && name.startsWith('.')) continue;
      paths.set(name, [...(paths.get(name) ?? []), `${area}/${name}`]);
    }
  }
  return paths;
}

function namesIn(file: H5Group, area: string): string[] {
  if (area === '') return file.keys();
  if (file.kind(area) !== 'group') return [];
  using group = file.group(area);
  return group.keys();
}

/** Reads all that lies at some paths; says why it cannot, or undefined when everything was read. */
export function unreadable(file: H5Group, paths: readonly string[]): string | undefined {
  try {
    for (const path of paths) readAt(file, path);
    return undefined;
  } catch (error) {
    return sentenceOf(error);
  }
}

function readAt(file: H5Group, path: string): void {
  const kind = file.kind(path);
  if (kind === 'group') {
    using group = file.group(path);
    group.attributes.entries();
    for (const name of group.keys()) readAt(group, name);
  } else if (kind === 'dataset') {
    using dataset = file.dataset(path);
    dataset.attributes.entries();
    readElements(dataset);
  } else if (kind === undefined) file.dataset(path)[Symbol.dispose](); // which says why it cannot be opened
}

/** Piece by piece, so that the biggest array needs little memory. */
function readElements(dataset: H5Dataset): void {
  const {shape, chunks} = dataset;
  if (shape === null || sizeOf(shape) === 0) return;
  const [rows] = shape;
  const read = (selection: {start: number; stop: number}[]): void => {
    if (dataset.type.dtype === undefined) dataset.readRecords(selection);
    else dataset.read(selection);
  };
  if (rows === undefined) return read([]);
  const fitting = Math.max(1, Math.floor(bytesAtOnce / bytesOfElement / sizeOf(shape.slice(1))));
  const chunkRows = chunks?.[0] ?? 1;
  const step = Math.max(chunkRows, fitting - (fitting % chunkRows));
  for (let start = 0; start < rows; start += step) read([{start, stop: Math.min(rows, start + step)}]);
}
