import {sentenceOf, sizeOf} from '@firstlight/core';
import type {H5Dataset, H5Group} from '@firstlight/hdf5';
import {areas} from '../fragment/areas.ts';

const bytesAtOnce = 32 * 2 ** 20;
const bytesOfElement = 16; // at most, but for texts, which come with memory of their own

/** Reads all a file holds about a variable; says why it cannot, or undefined when everything was read. */
export function unreadable(file: H5Group, name: string): string | undefined {
  try {
    for (const area of ['', ...Object.values(areas)]) if (area === '' || file.kind(area) === 'group') readAt(file, `${area}/${name}`);
    return undefined;
  } catch (error) {
    return sentenceOf(error);
  }
}

function readAt(file: H5Group, path: string): void {
  if (!isLinked(file, path)) return;
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

function isLinked(file: H5Group, path: string): boolean {
  const slash = path.lastIndexOf('/');
  if (slash <= 0) return file.keys().includes(path.slice(slash + 1));
  using parent = file.group(path.slice(0, slash));
  return parent.keys().includes(path.slice(slash + 1));
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
