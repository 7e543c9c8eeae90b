/** Cuts a stream of bytes into lines of bounded length. */
export class LineSplitter {
  readonly #maximumBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
  }

  /** Takes a piece and gives the lines it completes, without their ends; undefined when a line gets longer than allowed. */
  push(piece: Buffer): string[] | undefined {
    const lines: string[] = [];
    let start = 0;
    for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, start)) {
      this.#keep(piece.subarray(start, end));
      if (this.#bytes > this.#maximumBytes) return undefined;
      lines.push(Buffer.concat(this.#parts).toString('utf8'));
      this.#parts = [];
      this.#bytes = 0;
      start = end + 1;
    }
    this.#keep(piece.subarray(start));
    return this.#bytes > this.#maximumBytes ? undefined : lines;
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#bytes += part.length;
  }
}
