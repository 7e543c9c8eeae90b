import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {z} from 'zod';
import {openToAll} from '../folder/modes.ts';

const record = z.record(z.string(), z.int().nonnegative());

/**
 * Remembers, in `.firstlight/merging.json`, what is being merged, so that a fragment on which the HDF5 library crashes does not crash every writer that
 * comes after. A file that only a power cut left there costs nothing: its fragments are then merged one by one.
 */
export class Attempts {
  readonly #path: string;
  /** How often a writer ended while it merged a fragment. */
  readonly #crashes: Map<string, number>;

  constructor(privateDir: string) {
    this.#path = join(privateDir, 'merging.json');
    this.#crashes = new Map(Object.entries(this.#left()).map(([fragment, crashes]) => [fragment, crashes + 1]));
  }

  /** How often a writer ended while it merged one of these, at most. */
  crashesOf(fragments: readonly string[]): number {
    return Math.max(0, ...fragments.map((fragment) => this.#crashes.get(fragment) ?? 0));
  }

  /** Does the merge of some fragments, noted as long as it lasts. */
  during<T>(fragments: readonly string[], merge: () => T): T {
    writeFileSync(
      this.#path,
      JSON.stringify(Object.fromEntries(fragments.map((fragment) => [fragment, this.#crashes.get(fragment) ?? 0]))),
    );
    openToAll(this.#path); // after a crash it may be another person's server that goes on
    try {
      return merge();
    } finally {
      rmSync(this.#path, {force: true});
    }
  }

  #left(): Record<string, number> {
    try {
      return record.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      return {}; // there is none, or a crash left half of it
    }
  }
}
