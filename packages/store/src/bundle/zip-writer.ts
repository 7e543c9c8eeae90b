import {createHash} from 'node:crypto';
import {createReadStream, createWriteStream, fstatSync} from 'node:fs';
import {Readable, Transform} from 'node:stream';
import {finished, pipeline} from 'node:stream/promises';
import {ZipFile} from 'yazl';
import type {BundleFile} from './layout.ts';

/** What goes in: a text, bytes, or an open file from its beginning. */
export type Content = string | Uint8Array | {readonly descriptor: number};

const alreadyCompressed = /\.(?:h5|png|parquet)$/;
const fileMode = 0o100664;

/** Writes a zip file entry by entry, of any size (zip64), and knows each one's size and SHA-256. */
export class ZipWriter implements AsyncDisposable {
  readonly files = new Map<string, BundleFile>();
  readonly #zip = new ZipFile();
  readonly #written: Promise<void>;
  readonly #stop = new AbortController();
  readonly #time: Date;

  /** Makes the file; it must not be there. Entries get `time` as theirs. */
  constructor(path: string, time: Date) {
    this.#time = time;
    this.#written = pipeline(this.#zip.outputStream, createWriteStream(path, {flags: 'wx', flush: true}), {signal: this.#stop.signal});
    this.#written.catch(() => {}); // `add` and `finish` tell it
  }

  /** Adds a file, and waits until it is in. */
  async add(path: string, content: Content): Promise<void> {
    const hash = createHash('sha256');
    let size = 0;
    const counting = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        hash.update(chunk);
        size += chunk.byteLength;
        done(null, chunk);
      },
    });
    const compress = !alreadyCompressed.test(path);
    this.#zip.addReadStream(counting, path, {compress, mtime: this.#time, mode: fileMode, size: sizeOf(content)});
    const reading = pipeline(streamOf(content), counting, {signal: this.#stop.signal});
    await Promise.race([Promise.all([reading, finished(counting)]), this.#failure()]);
    this.files.set(path, {size, sha256: hash.digest('hex')});
  }

  /** Writes the list of entries, and waits until everything is on the disk. */
  async finish(): Promise<void> {
    this.#zip.end();
    await this.#written;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#written.catch(() => {});
  }

  async #failure(): Promise<never> {
    await this.#written;
    throw new Error('The zip file ended before its last entry.');
  }
}

const sizeOf = (content: Content): number => {
  if (typeof content === 'string') return Buffer.byteLength(content);
  return 'descriptor' in content ? fstatSync(content.descriptor).size : content.byteLength;
};

const streamOf = (content: Content): Readable => {
  if (typeof content === 'string' || content instanceof Uint8Array) return Readable.from([Buffer.from(content)]);
  return createReadStream('', {fd: content.descriptor, autoClose: false, start: 0, highWaterMark: 1 << 20});
};
