import type {Log} from './log.ts';

const notesKept = 20;

/** The last sentences that a person should see, each once; also in the log. */
export class Notes {
  readonly #log: Log;
  #notes: readonly string[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  get all(): readonly string[] {
    return this.#notes;
  }

  add(sentence: string): void {
    if (this.#notes.at(-1) === sentence) return;
    this.#log.warn(sentence);
    this.#notes = [...this.#notes.filter((note) => note !== sentence), sentence].slice(-notesKept);
  }

  /** Takes back a sentence that is not true any more. */
  remove(sentence: string): void {
    this.#notes = this.#notes.filter((note) => note !== sentence);
  }
}
