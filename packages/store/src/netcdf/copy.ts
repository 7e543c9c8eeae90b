import type {H5Attributes, H5Group} from '@firstlight/hdf5';

/** Attributes that the scale functions write themselves. */
const madeByScales: ReadonlySet<string> = new Set(['NAME', 'REFERENCE_LIST', 'DIMENSION_LIST']);
const numbersOfDimensions: ReadonlySet<string> = new Set(['_Netcdf4Dimid', '_Netcdf4Coordinates']);

/**
 * Copies a group of netCDF content to another file.
 *
 * HDF5's own object copy mishandles dimension scales (HDFGroup/hdf5#6200), so the tree is copied without attributes and its scales are built again.
 * netCDF numbers dimensions through the whole file: the copy's numbers are moved behind the highest in the target file.
 */
export function copyNetcdf(source: H5Group, name: string, target: H5Group, numbers = new DimensionNumbers(target.file)): void {
  using from = source.group(name);
  const offset = numbers.reserve(highestDimension(from) + 1);
  source.copy(name, target, name, {withoutAttributes: true});
  using to = target.group(name);
  restoreTree(from, to, offset, new Map([[from.path, to.path]]));
}

/** Hands out dimension numbers that are free in a file; looks through the file once, when the first are asked for. */
export class DimensionNumbers {
  readonly #file: H5Group;
  #next: number | undefined;

  constructor(file: H5Group) {
    this.#file = file;
  }

  /** Reserves `count` numbers and returns the first. */
  reserve(count: number): number {
    const first = this.#next ?? highestDimension(this.#file) + 1;
    this.#next = first + count;
    return first;
  }
}

/** The highest dimension number used in a file, or -1. */
export function highestDimension(root: H5Group): number {
  let highest = -1;
  for (const name of root.keys()) {
    const kind = root.kind(name);
    if (kind === 'group') {
      using group = root.group(name);
      highest = Math.max(highest, highestDimension(group));
    } else if (kind === 'dataset') {
      using dataset = root.dataset(name);
      const id = dataset.attributes.get('_Netcdf4Dimid');
      if (typeof id === 'number') highest = Math.max(highest, id);
    }
  }
  return highest;
}

type Paths = ReadonlyMap<string, string>;

function restoreTree(from: H5Group, to: H5Group, offset: number, root: Paths): void {
  copyAttributes(from.attributes, to.attributes, offset);
  const names = from.keys();
  // First all scales, then what is attached to them.
  for (const name of names.filter((name) => from.kind(name) === 'dataset')) {
    using source = from.dataset(name);
    using target = to.dataset(name);
    if (source.isScale) target.makeScale(source.scaleName);
    copyAttributes(source.attributes, target.attributes, offset);
  }
  for (const name of names) {
    if (from.kind(name) === 'dataset') restoreScales(from, to, name, root);
    if (from.kind(name) !== 'group') continue;
    using source = from.group(name);
    using target = to.group(name);
    restoreTree(source, target, offset, root);
  }
}

function restoreScales(from: H5Group, to: H5Group, name: string, root: Paths): void {
  using source = from.dataset(name);
  using target = to.dataset(name);
  if (source.isScale) return; // a scale cannot have scales
  (source.shape ?? []).forEach((_, axis) => {
    for (const path of source.scalesOf(axis)) {
      using scale = to.file.dataset(translated(path, root));
      target.attachScale(axis, scale);
    }
  });
}

function translated(path: string, root: Paths): string {
  const [from, to] = [...root][0] as [string, string];
  return path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
}

function copyAttributes(from: H5Attributes, to: H5Attributes, offset: number): void {
  for (const name of from.keys()) {
    if (madeByScales.has(name) || (name === 'CLASS' && to.has(name))) continue;
    const type = from.type(name);
    if (type?.dtype === undefined) continue; // references and compounds: none of netCDF's own are left here
    const value = from.array(name) ?? null;
    if (value && numbersOfDimensions.has(name)) {
      to.set(name, {...value, data: Int32Array.from(value.data as Int32Array, (id) => id + offset), dtype: 'int32'});
      continue;
    }
    const text = type.text;
    to.set(name, value, text === undefined ? {} : {ascii: text.ascii, ...(text.bytes === 'variable' ? {} : {fixedLength: text.bytes})});
  }
}
