import type {ReaderProcess} from '@firstlight/store';
import {periodically} from './periodically.ts';
import type {StoredTable} from './stored-table.ts';
import {nothingAhead} from './stored-table.ts';

export interface LookingParts {
  readonly dir: string;
  readonly reader: ReaderProcess;
  readonly stored: StoredTable;
  readonly onTrouble: (error: unknown) => void;
}

const lookMs = 2000;
const unknownVersion = -1;

/** Follows a folder that can only be looked at: what others store there is announced within seconds. */
export class Looking implements AsyncDisposable {
  readonly #parts: LookingParts;
  readonly #closing = new AbortController();
  readonly #watching: Promise<void>;
  #version: number;
  #isLost = false;

  /** Begins to look; `version` is the database's data version from before its table was loaded. */
  constructor(version: number, parts: LookingParts) {
    this.#parts = parts;
    this.#version = version;
    this.#watching = periodically(lookMs, this.#closing.signal, async () => this.#look(), parts.onTrouble);
  }

  /** Whether the folder could not be read when it was last looked at. */
  get isLost(): boolean {
    return this.#isLost;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#watching;
  }

  async #look(): Promise<void> {
    const {stored} = this.#parts;
    const version = await this.#dataVersion();
    if (version === this.#version || this.#closing.signal.aborted) return;
    await stored.refresh(nothingAhead);
    this.#version = version;
  }

  async #dataVersion(): Promise<number> {
    const {dir, reader} = this.#parts;
    try {
      const version = await reader.dataVersion(dir);
      this.#isLost = false;
      return version;
    } catch (error) {
      this.#isLost = true;
      this.#version = unknownVersion; // what comes back may be another file, with the same number
      throw error;
    }
  }
}
