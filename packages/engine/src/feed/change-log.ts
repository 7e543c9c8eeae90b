import {createReadStream} from 'node:fs';
import {open, readdir, rm} from 'node:fs/promises';
import type {FileHandle} from 'node:fs/promises';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {faultPoint, openToAll} from '@firstlight/store';
import {decodeLine, encodeLine, isChange} from './encoding.ts';
import type {CellReference, FeedChange} from './encoding.ts';

export interface LogLimits {
  /** A file is closed when it holds this many changes. */
  readonly changesPerFile: number;
  /** A file is closed when it is this large. */
  readonly bytesPerFile: number;
}

interface Segment {
  readonly path: string;
  /** The number before the first change of the file. */
  readonly after: number;
}

/** What the log says when it is opened. */
interface Found {
  readonly segments: Segment[];
  readonly current: number;
  readonly active: ReadonlyMap<string, CellReference>;
  /** Length of the last file up to its last whole line, in bytes. */
  readonly goodBytes: number;
  readonly changesInLast: number;
}

const fileName = /^changes-(\d+)\.jsonl$/;
const segmentsKept = 2;

/** The change feed on disk: numbered changes, one per line, in at most two files; the oldest are forgotten. */
export class ChangeLog implements AsyncDisposable {
  readonly #directory: string;
  readonly #limits: LogLimits;
  #segments: Segment[];
  #file: FileHandle | undefined;
  #bytes: number;
  #changes: number;
  #current: number;

  private constructor(directory: string, limits: LogLimits, found: Found) {
    this.#directory = directory;
    this.#limits = limits;
    this.#segments = found.segments;
    this.#bytes = found.goodBytes;
    this.#changes = found.changesInLast;
    this.#current = found.current;
  }

  /** Opens the log of a directory; `active` are the cells that were queued or running when it was last written. */
  static async open(directory: string, limits: LogLimits): Promise<{log: ChangeLog; active: readonly CellReference[]}> {
    const found = await readSegments(directory);
    return {log: new ChangeLog(directory, limits, found), active: [...found.active.values()]};
  }

  /** The number of the last change. */
  get current(): number {
    return this.#current;
  }

  /** The smallest number after which everything is still known. */
  get oldest(): number {
    return this.#segments[0]?.after ?? this.#current;
  }

  /**
   * Appends a change. When it cannot be written (disk full), nothing is: the next attempt overwrites what this one left.
   *
   * @param active the cells that are queued or running after it.
   */
  async append(change: FeedChange, active: () => readonly CellReference[]): Promise<void> {
    if (this.#segments.length === 0 || this.#changes >= this.#limits.changesPerFile || this.#bytes >= this.#limits.bytesPerFile) {
      await this.#startSegment(active());
    }
    await this.#write(encodeLine(change));
    this.#changes += 1;
    this.#current = change.number;
  }

  /** Forgets all changes, but not their numbers; one number is left out, so that also those who know the last change know too little. */
  async forget(active: readonly CellReference[]): Promise<void> {
    this.#current += 1;
    await this.#startSegment(active);
    for (const old of this.#segments.splice(0, this.#segments.length - 1)) await rm(old.path, {force: true});
  }

  /** Reads changes from a number on, as far as the log goes; stops early where a file is gone. */
  async *read(from: number): AsyncGenerator<FeedChange, void, undefined> {
    const last = this.#current;
    const segments = this.#segments.filter((_, index) => (this.#segments[index + 1]?.after ?? Infinity) >= from);
    for (const {path} of segments) {
      for await (const item of linesOf(path)) {
        if (!isChange(item) || item.number < from) continue;
        if (item.number > last) return;
        yield item;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #startSegment(active: readonly CellReference[]): Promise<void> {
    const path = join(this.#directory, `changes-${String(this.#current).padStart(12, '0')}.jsonl`);
    const file = await open(path, 'w');
    try {
      openToAll(path);
      const header = Buffer.from(encodeLine({after: this.#current, active}));
      await writeWhole(file, header, 0);
      this.#bytes = header.length;
    } catch (error) {
      await file.close();
      throw error;
    }
    await this.#file?.close();
    this.#file = file;
    this.#changes = 0;
    this.#segments.push({path, after: this.#current});
    for (const old of this.#segments.splice(0, this.#segments.length - segmentsKept)) await rm(old.path, {force: true});
  }

  async #write(line: string): Promise<void> {
    const path = this.#segments.at(-1)?.path;
    if (path === undefined) return;
    this.#file ??= await open(path, 'r+');
    const bytes = Buffer.from(line);
    faultPoint('feed:before-append');
    await writeWhole(this.#file, bytes, this.#bytes);
    faultPoint('feed:after-append');
    this.#bytes += bytes.length;
  }
}

async function writeWhole(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const {bytesWritten} = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

async function* linesOf(path: string): AsyncGenerator<ReturnType<typeof decodeLine>, void, undefined> {
  const stream = createReadStream(path, 'utf8');
  try {
    for await (const line of createInterface({input: stream, crlfDelay: Infinity})) yield decodeLine(line);
  } catch (error) {
    // A file that was rotated away while we read: who reads notices the missing numbers.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    stream.destroy();
  }
}

async function readSegments(directory: string): Promise<Found> {
  const names = (await readdir(directory)).filter((name) => fileName.test(name)).sort();
  let found: Found = {segments: [], current: 0, active: new Map(), goodBytes: 0, changesInLast: 0};
  for (const name of names) found = await readSegment(join(directory, name), found);
  return found;
}

// Numbers have to be consecutive: after a damaged line or a missing file, only what follows is kept, and readers of older numbers are reset.
async function readSegment(path: string, before: Found): Promise<Found> {
  let {segments, current, active} = before;
  let started = false;
  let goodBytes = 0;
  let changesInLast = 0;
  await using file = await open(path, 'r+');
  for await (const line of completeLines(file)) {
    const item = decodeLine(line);
    if (item === undefined) break;
    goodBytes += Buffer.byteLength(line) + 1;
    if (!isChange(item)) {
      if (item.after !== current) segments = [];
      current = item.after;
      active = new Map(item.active.map((reference) => [reference.join(':'), reference]));
      started = true;
      continue;
    }
    if (!started || item.number !== current + 1) break;
    current = item.number;
    changesInLast += 1;
    active = activeAfter(active, item);
  }
  if (!started) {
    await rm(path, {force: true});
    return before;
  }
  await file.truncate(goodBytes); // What follows is torn or damaged; the next change takes its place.
  return {segments: [...segments, {path, after: current - changesInLast}], current, active, goodBytes, changesInLast};
}

async function* completeLines(file: FileHandle): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const chunk of file.createReadStream({encoding: 'utf8', autoClose: false, start: 0})) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** The cells that are queued or running after a change. */
export function activeAfter(active: ReadonlyMap<string, CellReference>, change: FeedChange): ReadonlyMap<string, CellReference> {
  const after = active as Map<string, CellReference>; // Filled in place: it is ours, and a start reads thousands of changes.
  for (const {proposal, run, name, activity} of change.cells) {
    const key = `${proposal}:${run}:${name}`;
    if (activity === 'idle') after.delete(key);
    else after.set(key, [proposal, run, name]);
  }
  return after;
}
