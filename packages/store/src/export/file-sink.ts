import {closeSync, fsyncSync, openSync, writeSync} from 'node:fs';

const bufferBytes = 1 << 20;

/** A file that is written from its beginning to its end, in large pieces. */
export class FileSink implements Disposable {
  readonly #descriptor: number;
  #pieces: Uint8Array[] = [];
  #waiting = 0;

  /** Makes the file; it must not be there. */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'wx', 0o666);
  }

  write(piece: string | Uint8Array): void {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    this.#pieces.push(bytes);
    this.#waiting += bytes.byteLength;
    if (this.#waiting >= bufferBytes) this.#flush();
  }

  /** Brings everything to the disk. */
  finish(): void {
    this.#flush();
    fsyncSync(this.#descriptor);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#pieces);
    for (let written = 0; written < bytes.byteLength; ) written += writeSync(this.#descriptor, bytes, written);
    this.#pieces = [];
    this.#waiting = 0;
  }
}
