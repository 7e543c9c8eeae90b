import {FirstlightError, isFirstlightError} from '@firstlight/core';
import type {NDArray} from '@firstlight/core';
import type {H5Group} from '@firstlight/hdf5';
import {KeyData} from './key-data.ts';
import {closeForReading, openForReading} from './open-files.ts';
import type {RunFile, Section} from './run-file.ts';
import {startTimeOf, timestampsOf} from './start-time.ts';
import {selectTrains} from './trains.ts';
import type {TrainSelection} from './trains.ts';

/** A file that could not be used, and why. */
export interface SkippedFile {
  readonly file: string;
  readonly reason: string;
}

export interface RunContents {
  readonly proposal: number;
  readonly run: number;
  /** The proposal's directory, '' for a run without files. */
  readonly proposalPath: string;
  readonly files: readonly RunFile[];
  /** The files that hold each source, sorted by name. */
  readonly sources: ReadonlyMap<string, {readonly section: Section; readonly files: readonly RunFile[]}>;
  readonly trainIds: BigUint64Array;
  readonly warnings: readonly SkippedFile[];
}

/**
 * The data of a run. Files open when they are read, and close with the run.
 *
 * @example
 * using run = openRun({proposal: 1234, run: 7});
 * const position = run.get('STAGE/MOTOR/X', 'actualPosition').ndarray();
 */
export class Run implements Disposable {
  readonly proposal: number;
  readonly run: number;
  readonly proposalPath: string;
  /** All trains of the run, sorted; a source need not have data for each. */
  readonly trainIds: BigUint64Array;
  /** Files that were left out. */
  readonly warnings: readonly SkippedFile[];
  readonly #contents: RunContents;

  constructor(contents: RunContents) {
    this.#contents = contents;
    this.proposal = contents.proposal;
    this.run = contents.run;
    this.proposalPath = contents.proposalPath;
    this.trainIds = contents.trainIds;
    this.warnings = contents.warnings;
  }

  /** Names of all sources, sorted: devices, and fast data as `device:pipeline`. */
  get sources(): string[] {
    return [...this.#contents.sources.keys()].sort();
  }

  get controlSources(): string[] {
    return this.sources.filter((source) => this.#find(source).section === 'CONTROL');
  }

  get instrumentSources(): string[] {
    return this.sources.filter((source) => this.#find(source).section === 'INSTRUMENT');
  }

  /** The paths of the files the run is read from. */
  get files(): string[] {
    return this.#contents.files.map(({path}) => path);
  }

  #find(source: string): {readonly section: Section; readonly files: readonly RunFile[]} {
    const found = this.#contents.sources.get(source);
    if (found) return found;
    throw new FirstlightError(
      'no-such-source',
      `Run ${this.run} of proposal ${this.proposal} has no source ${source}; run.sources lists what it has.`,
      {
        facts: {source, run: this.run, proposal: this.proposal},
      },
    );
  }

  /** Tells whether the run has a source, or a key of a source. */
  has(source: string, key?: string): boolean {
    if (!this.#contents.sources.has(source)) return false;
    return key === undefined || this.#fullKey(source, key) !== undefined;
  }

  /** The key as it is in the file: control keys may be written without `.value`. */
  #fullKey(source: string, key: string): string | undefined {
    const {section, files} = this.#find(source);
    const file = openForReading((files[0] as RunFile).path);
    const candidates = section === 'CONTROL' ? [key, `${key}.value`] : [key];
    return candidates.find((candidate) => file.kind(`${section}/${source}/${candidate.replaceAll('.', '/')}`) === 'dataset');
  }

  /** The keys of a source, sorted; those of control sources without `.value`. */
  keys(source: string): string[] {
    const {section, files} = this.#find(source);
    const at = `${section}/${source}`;
    const file = openForReading((files[0] as RunFile).path);
    if (!file.has(at)) return [];
    using group = file.group(at);
    const keys = datasetsBelow(group).map((path) => path.replaceAll('/', '.'));
    if (section === 'INSTRUMENT') return keys.sort();
    return keys
      .filter((key) => key.endsWith('.value'))
      .map((key) => key.slice(0, -'.value'.length))
      .sort();
  }

  /**
   * The data of one key of a source, not read yet. Control keys need no `.value`.
   *
   * @throws FirstlightError `no-such-source`, `no-such-key`.
   */
  get(source: string, key: string): KeyData {
    const {section, files} = this.#find(source);
    const full = this.#fullKey(source, key);
    if (full === undefined) {
      throw new FirstlightError('no-such-key', `${source} has no key ${key} in run ${this.run}; run.keys('${source}') lists what it has.`, {
        facts: {source, key, run: this.run},
      });
    }
    return new KeyData({source, key: full, section, files, trainIds: this.trainIds});
  }

  /**
   * The value a control source had when the run began, also for properties that never change (`classId`, versions, settings).
   *
   * @returns a number, bigint (64-bit integers), string, or an array.
   * @throws FirstlightError `no-such-source`, `no-such-key`.
   */
  runValue(source: string, key: string): number | bigint | string | NDArray {
    const {section, files} = this.#find(source);
    for (const {path} of section === 'CONTROL' ? files : []) {
      const file = openForReading(path);
      const at = [key, `${key}.value`].map((name) => `RUN/${source}/${name.replaceAll('.', '/')}`);
      const found = at.find((candidate) => file.kind(candidate) === 'dataset');
      if (found === undefined) continue;
      using dataset = file.dataset(found);
      const row = dataset.read([0]);
      return row.shape.length === 0 ? (row.data[0] as number | bigint | string) : row;
    }
    throw new FirstlightError('no-such-key', `${source} has no run value ${key} in run ${this.run}.`, {
      facts: {source, key, run: this.run},
    });
  }

  /** The Karabo class of a device, e.g. `DoocsXGM`, or undefined if the file does not say. */
  deviceClass(source: string): string | undefined {
    try {
      const name = this.runValue(source, 'classId');
      return typeof name === 'string' ? name : undefined;
    } catch (error) {
      if (isFirstlightError(error, 'no-such-key')) return undefined;
      throw error;
    }
  }

  /** The same run with some of its trains. */
  selectTrains(trains: TrainSelection): Run {
    return new Run({...this.#contents, trainIds: selectTrains(this.trainIds, trains)});
  }

  /** The time of each train in nanoseconds since 1970 (UTC), 0 where it is not known (files before version 1.0). */
  trainTimestamps(): BigUint64Array {
    return timestampsOf(this.#contents.files, this.trainIds);
  }

  /** When the run began, in seconds since 1970 (UTC): the time of its first train, else that of its first file. */
  get startTime(): number {
    return startTimeOf(this.#contents.files, this.trainIds);
  }

  [Symbol.dispose](): void {
    for (const {path} of this.#contents.files) closeForReading(path);
  }
}

/** Paths of all datasets below a group, relative to it. */
function datasetsBelow(group: H5Group): string[] {
  return group.keys().flatMap((name) => {
    if (group.kind(name) === 'dataset') return [name];
    if (group.kind(name) !== 'group') return [];
    using inner = group.group(name);
    return datasetsBelow(inner).map((path) => `${name}/${path}`);
  });
}
