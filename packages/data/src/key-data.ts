import {FirstlightError, arrayTypeOf, sizeOf} from '@firstlight/core';
import type {DType, NDArray, TypedArray} from '@firstlight/core';
import {dataArray} from '@firstlight/core/labelled';
import type {DataArray} from '@firstlight/core/labelled';
import type {Selection} from '@firstlight/hdf5';
import {openForReading} from './open-files.ts';
import {findBlocks} from './rows.ts';
import type {Block, RowRange} from './rows.ts';
import type {RunFile, Section} from './run-file.ts';
import {partsOf, selectTrains} from './trains.ts';
import type {TrainSelection} from './trains.ts';
import {readAttributes, unitsOf} from './units.ts';

export interface ReadOptions {
  /** Default: all. */
  readonly trains?: TrainSelection;
  /** What to read of each entry, as in `dataset.read`: `[{start: 0, stop: 8}, null]`. Default: all. */
  readonly roi?: Selection;
}

interface Origin {
  readonly source: string;
  /** As in the file: control keys end with `.value` or `.timestamp`. */
  readonly key: string;
  readonly section: Section;
  readonly files: readonly RunFile[];
  readonly trainIds: BigUint64Array;
}

/** Data of one key of one source for some trains. Trains without data leave no gap; a train with several entries has several rows. */
export class KeyData {
  readonly source: string;
  readonly key: string;
  /** The selected trains, also those without data. */
  readonly trainIds: BigUint64Array;
  readonly dtype: DType;
  /** Shape of what one row holds. */
  readonly entryShape: readonly number[];
  readonly #origin: Origin;
  #blocks: readonly Block[] | undefined;

  constructor(origin: Origin) {
    this.#origin = origin;
    this.source = origin.source;
    this.key = origin.key;
    this.trainIds = origin.trainIds;
    using dataset = openForReading(this.#firstFile).dataset(this.#path);
    this.dtype = numberOrText(dataset.dtype, origin);
    this.entryShape = (dataset.shape ?? [0]).slice(1);
  }

  get #firstFile(): string {
    return (this.#origin.files[0] as RunFile).path;
  }

  get #path(): string {
    const {section, source, key} = this.#origin;
    return `${section}/${source}/${key.replaceAll('.', '/')}`;
  }

  #found(): readonly Block[] {
    const {section, files, source, key, trainIds} = this.#origin;
    const group = section === 'CONTROL' ? '' : (key.split('.')[0] as string);
    return (this.#blocks ??= findBlocks(files, source, group, trainIds));
  }

  /** Rows of all selected trains, then the shape of one. */
  get shape(): number[] {
    return [sum(this.#found().flatMap(({counts}) => Array.from(counts))), ...this.entryShape];
  }

  /** The symbol of the units, e.g. `μJ`, or undefined where the file does not say. */
  get units(): string | undefined {
    return unitsOf(this.attributes());
  }

  /** Everything the file says about this key: description, units, … */
  attributes(): ReadonlyMap<string, unknown> {
    return readAttributes(this.#firstFile, this.#path);
  }

  /** The same data for some of its trains. */
  selectTrains(trains: TrainSelection): KeyData {
    return new KeyData({...this.#origin, trainIds: selectTrains(this.trainIds, trains)});
  }

  /**
   * The same data in parts of nearly equal numbers of trains, for data that does not fit into memory at once.
   *
   * @example
   * for (const part of images.splitTrains(10)) total = add(total, part.ndarray());
   */
  *splitTrains(parts: number): Generator<KeyData> {
    for (const trainIds of partsOf(this.trainIds, parts)) yield new KeyData({...this.#origin, trainIds});
  }

  /** The number of rows of each selected train, 0 without data. */
  counts(): Uint32Array {
    const byTrain = new Map<bigint, number>();
    for (const {trainIds, counts} of this.#found()) for (const [i, id] of trainIds.entries()) byTrain.set(id, counts[i] as number);
    return Uint32Array.from(this.trainIds, (id) => byTrain.get(id) ?? 0);
  }

  /** The train of each row. */
  trainIdCoordinates(): BigUint64Array {
    return BigUint64Array.from(
      this.#found().flatMap(({trainIds, counts}) =>
        Array.from(trainIds).flatMap((id, i) => Array.from({length: counts[i] as number}, () => id)),
      ),
    );
  }

  /** Reads the rows of the selected trains, in the order of the trains. */
  ndarray({trains, roi = []}: ReadOptions = {}): NDArray {
    if (trains !== undefined) return this.selectTrains(trains).ndarray({roi});
    const parts = this.#found()
      .flatMap(({ranges}) => ranges)
      .map((range) => ({range, rows: range.stop - range.start}));
    const entryShape = selectedShape(this.entryShape, roi);
    const shape = [sum(parts.map(({rows}) => rows)), ...entryShape];
    if (parts.length === 1) return {...this.#read((parts[0] as {range: RowRange}).range, roi), shape};
    if (this.dtype === 'string') {
      return {dtype: 'string', shape, data: parts.flatMap(({range}) => this.#read(range, roi).data as readonly string[])};
    }
    const width = sizeOf(entryShape) * (this.dtype.startsWith('complex') ? 2 : 1);
    const data: TypedArray = new (arrayTypeOf(this.dtype))((shape[0] as number) * width);
    let at = 0;
    for (const {range, rows} of parts) {
      this.#read(range, roi, data.subarray(at, at + rows * width));
      at += rows * width;
    }
    return {dtype: this.dtype, shape, data};
  }

  #read({path, start, stop}: RowRange, roi: Selection, into?: TypedArray): NDArray {
    using dataset = openForReading(path).dataset(this.#path);
    return dataset.read([{start, stop}, ...roi], into === undefined ? {} : {into});
  }

  /** The data as a labelled array, with the train of each row as coordinate `trainId`, and units where the file has them. */
  xarray(options: ReadOptions = {}): DataArray {
    if (options.trains !== undefined) return this.selectTrains(options.trains).xarray({...options, trains: undefined});
    const array = this.ndarray(options);
    return dataArray(array, {
      name: `${this.source}.${this.#origin.section === 'CONTROL' ? this.key.replace(/\.value$/, '') : this.key}`,
      dims: ['trainId', ...array.shape.slice(1).map((_, i) => `dim_${i}`)],
      coords: {trainId: this.trainIdCoordinates()},
      units: this.units,
    });
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

function numberOrText(dtype: string, {source, key}: Origin): DType {
  if (!['compound', 'reference', 'opaque', 'vlen', 'enum'].includes(dtype)) return dtype as DType;
  throw new FirstlightError('unknown-type', `${source}, ${key} holds values of type ${dtype}, which cannot be read as an array.`, {
    facts: {source, key, dtype},
  });
}

/** The shape that a selection leaves of an entry: a number drops its dimension, a range shortens it. */
function selectedShape(shape: readonly number[], roi: Selection): number[] {
  return shape.flatMap((length, i) => {
    const part = roi[i];
    if (part === null || part === undefined) return [length];
    if (typeof part === 'number') return [];
    const at = (value: number) => Math.min(Math.max(value < 0 ? value + length : value, 0), length);
    return [Math.max(0, Math.ceil((at(part.stop ?? length) - at(part.start ?? 0)) / (part.step ?? 1)))];
  });
}
