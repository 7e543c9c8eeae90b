import {sizeOf, type NDArray} from '@firstlight/core';
import {openFile, type H5Dataset, type H5File, type H5Group} from '@firstlight/hdf5';
import type {Column, NumberType, Unit} from './columns.ts';
import type {Aggregator, InstrumentSource, Source} from './layout.ts';
import {trainIdOf, trainTimeNs, type RunPlan} from './plan.ts';

const FORMAT_VERSION = '1.3';
const CHUNK_BYTES = 64 * 1024;
const FROM_TIME_SERVER = -1;

/** What a file is a part of. */
export interface FileFacts {
  readonly plan: RunPlan;
  readonly aggregator: Aggregator;
  readonly sequence: number;
}

/**
 * A file of a run in the European XFEL format, version 1.3, that grows by trains.
 *
 * All groups, datasets and attributes are made at once and empty; after that only rows are added, which is what HDF5 allows while others read (SWMR).
 */
export class ExdfFile implements Disposable {
  readonly #file: H5File;
  readonly #facts: FileFacts;
  readonly #series: Series[] = [];

  private constructor(file: H5File, facts: FileFacts) {
    this.#file = file;
    this.#facts = facts;
  }

  /**
   * Makes a new file for trains from `firstTrain` on; nothing may be there at `path`.
   *
   * @param shared the file can be read by others while it grows, from `startSharing()` on.
   */
  static create(path: string, facts: FileFacts, firstTrain: number, {shared = false}: {shared?: boolean} = {}): ExdfFile {
    const file = new ExdfFile(openFile(path, 'x', {swmr: shared}), facts);
    file.#makeMetadata();
    file.#makeIndex();
    for (const source of facts.aggregator.sources) file.#makeSource(source, firstTrain);
    return file;
  }

  /** From now on others may read the file while it grows. */
  startSharing(): void {
    this.#file.startSwmrWrite();
  }

  /** Adds the data of some trains, in ascending order. */
  append(trains: readonly number[]): void {
    if (trains.length === 0) return;
    for (const series of this.#series) series.append(trains);
  }

  /** Hands what was added to the operating system, so that a reader sees it. */
  flush(): void {
    this.#file.flush();
  }

  [Symbol.dispose](): void {
    for (const series of this.#series) series[Symbol.dispose]();
    this.#file[Symbol.dispose]();
  }

  #makeMetadata(): void {
    const {plan, aggregator, sequence} = this.#facts;
    using group = this.#file.createGroup('METADATA');
    const date = compactDate(plan.startNs);
    for (const [name, text] of Object.entries({
      dataFormatVersion: FORMAT_VERSION,
      creationDate: date,
      updateDate: date,
      daqLibrary: '1.13.0',
      karaboFramework: '2.20.0',
      runType: 'Simulated beamline',
      sample: 'No Sample',
    })) {
      group.createDataset(name, strings([text]))[Symbol.dispose]();
    }
    for (const [name, number] of Object.entries({proposalNumber: plan.proposal, runNumber: plan.run, sequenceNumber: sequence})) {
      group.createDataset(name, {dtype: 'uint32', shape: [1], data: Uint32Array.of(number)})[Symbol.dispose]();
    }
    const ids = aggregator.sources.map(sourceId);
    const roots = ids.map((id) => id.slice(0, id.indexOf('/')));
    const devices = ids.map((id) => id.slice(id.indexOf('/') + 1));
    for (const [name, texts] of Object.entries({dataSourceId: ids, root: roots, deviceId: devices})) {
      group.createDataset(`dataSources/${name}`, strings(texts))[Symbol.dispose]();
    }
  }

  #makeIndex(): void {
    const {plan} = this.#facts;
    this.#file.createGroup('INDEX')[Symbol.dispose]();
    this.#addSeries('INDEX/trainId', 'uint64', (trains) => uint64(trains.map((train) => trainIdOf(plan, train))));
    this.#addSeries('INDEX/timestamp', 'uint64', (trains) => uint64(trains.map((train) => trainTimeNs(plan, train))));
    this.#addSeries('INDEX/flag', 'int32', (trains) => int32(trains, 1));
    this.#addSeries('INDEX/origin', 'int32', (trains) => int32(trains, FROM_TIME_SERVER));
    for (const section of ['CONTROL', 'RUN', 'INSTRUMENT']) this.#file.createGroup(section)[Symbol.dispose]();
  }

  #makeSource(source: Source, firstTrain: number): void {
    if (source.kind === 'control') this.#makeControl(source, firstTrain);
    else this.#makeInstrument(source);
  }

  #makeControl(source: Extract<Source, {kind: 'control'}>, firstTrain: number): void {
    const {plan} = this.#facts;
    const times = (trains: readonly number[]) => uint64(trains.map((train) => trainTimeNs(plan, train)));
    this.#addCounts(`INDEX/${source.name}`, () => true);
    for (const column of source.columns) {
      const path = `CONTROL/${source.name}/${column.path}`;
      this.#addSeries(`${path}/timestamp`, 'uint64', times);
      this.#addColumn(`${path}/value`, column, () => true);
      using group = this.#file.group(path);
      writeUnit(group, column.unit);
      this.#makeRunValue(source.name, column.path, times([firstTrain]), column.rows([firstTrain]));
    }
    this.#makeRunValue(source.name, 'classId', times([firstTrain]), strings([source.classId]));
  }

  #makeRunValue(device: string, key: string, timestamp: NDArray, value: NDArray): void {
    using group = this.#file.createGroup(`RUN/${device}/${key}`);
    group.createDataset('timestamp', timestamp)[Symbol.dispose]();
    group.createDataset('value', value)[Symbol.dispose]();
  }

  #makeInstrument(source: InstrumentSource): void {
    const {plan} = this.#facts;
    const path = `INSTRUMENT/${source.name}/${source.group}`;
    this.#addCounts(`INDEX/${source.name}/${source.group}`, source.sends);
    this.#addSeries(`${path}/trainId`, 'uint64', (trains) => uint64(trains.filter(source.sends).map((train) => trainIdOf(plan, train))));
    for (const column of source.columns) writeUnit(this.#addColumn(`${path}/${column.path}`, column, source.sends), column.unit);
  }

  #addCounts(path: string, sends: (train: number) => boolean): void {
    let next = 0n;
    const first = (trains: readonly number[]) =>
      uint64(
        trains.map((train) => {
          const row = next;
          if (sends(train)) next += 1n;
          return row;
        }),
      );
    this.#addSeries(`${path}/first`, 'uint64', first);
    this.#addSeries(`${path}/count`, 'uint64', (trains) => uint64(trains.map((train) => (sends(train) ? 1n : 0n))));
  }

  #addColumn(path: string, column: Column, sends: (train: number) => boolean): H5Dataset {
    return this.#addSeries(path, column.dtype, (trains) => column.rows(trains.filter(sends)), column.rowShape);
  }

  #addSeries(path: string, dtype: NumberType | 'uint64', rows: Series['rows'], rowShape: readonly number[] = []): H5Dataset {
    const rowBytes = 8 * sizeOf(rowShape);
    // A picture is its own chunk, as in the facility's files; small rows share one.
    const chunks = [Math.max(1, Math.floor(CHUNK_BYTES / rowBytes / 16)), ...rowShape];
    const dataset = this.#file.createEmpty(path, dtype, [0, ...rowShape], {chunks, maxShape: [null, ...rowShape]});
    this.#series.push(new Series(dataset, rows));
    return dataset;
  }
}

/** A dataset that grows by rows. */
class Series implements Disposable {
  readonly rows: (trains: readonly number[]) => NDArray;
  readonly #dataset: H5Dataset;
  #length = 0;

  constructor(dataset: H5Dataset, rows: Series['rows']) {
    this.#dataset = dataset;
    this.rows = rows;
  }

  append(trains: readonly number[]): void {
    const block = this.rows(trains);
    const [count = 0, ...rowShape] = block.shape;
    if (count === 0) return;
    const start = this.#length;
    this.#length += count;
    this.#dataset.resize([this.#length, ...rowShape]);
    this.#dataset.write(block, [{start, stop: this.#length}]);
  }

  [Symbol.dispose](): void {
    this.#dataset[Symbol.dispose]();
  }
}

/** `CONTROL/device` or `INSTRUMENT/device:channel/group`. */
const sourceId = (source: Source): string =>
  source.kind === 'control' ? `CONTROL/${source.name}` : `INSTRUMENT/${source.name}/${source.group}`;

const writeUnit = ({attributes}: H5Group | H5Dataset, unit: Unit | undefined): void => {
  if (!unit) return;
  attributes.set('unitSymbol', unit.symbol);
  attributes.set('unitName', unit.name);
  attributes.set('metricPrefixSymbol', unit.prefixSymbol ?? '');
  attributes.set('metricPrefixName', unit.prefixName ?? '');
};

const strings = (data: readonly string[]): NDArray => ({dtype: 'string', shape: [data.length], data});
const uint64 = (values: readonly bigint[]): NDArray => ({dtype: 'uint64', shape: [values.length], data: BigUint64Array.from(values)});
const int32 = (trains: readonly number[], value: number): NDArray => ({
  dtype: 'int32',
  shape: [trains.length],
  data: new Int32Array(trains.length).fill(value),
});

// 20260302T081500Z
const compactDate = (timeNs: bigint): string =>
  `${new Date(Number(timeNs / 1_000_000n)).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
