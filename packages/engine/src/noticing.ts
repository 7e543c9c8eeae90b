import type {RunId} from '@firstlight/core';
import type {FolderWriter} from './writer.ts';

const cellsAtOnce = 2000; // a fraction of a second, in which nothing is stored

/** Has versions made of values that other programs have stored, a part at a time; values that differ again meanwhile are in the next part. */
export class Noticing {
  readonly #writer: Pick<FolderWriter, 'noticeCells'>;
  readonly #onTrouble: (error: unknown) => void;
  #waiting = new Map<string, RunId & {readonly name: string}>();
  #isWorking = false;

  constructor(writer: Pick<FolderWriter, 'noticeCells'>, onTrouble: (error: unknown) => void) {
    this.#writer = writer;
    this.#onTrouble = onTrouble;
  }

  /** Says that some values differ from what was known. Returns at once. */
  add(cells: readonly (RunId & {readonly name: string})[]): void {
    for (const cell of cells) this.#waiting.set(`${cell.proposal}:${cell.run}:${cell.name}`, cell);
    if (!this.#isWorking) this.#work().catch(this.#onTrouble);
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      await Promise.resolve(); // what comes in the same moment goes together
      while (this.#waiting.size > 0) {
        const part = [...this.#waiting.entries()].slice(0, cellsAtOnce);
        for (const [key] of part) this.#waiting.delete(key);
        await this.#writer.noticeCells(byRun(part.map(([, cell]) => cell)));
      }
    } finally {
      this.#isWorking = false;
    }
  }
}

function byRun(cells: readonly (RunId & {readonly name: string})[]): {run: RunId; names: string[]}[] {
  const runs = Map.groupBy(cells, ({proposal, run}) => `${proposal}:${run}`);
  return [...runs.values()].map((ofRun) => {
    const {proposal, run} = ofRun[0] as RunId;
    return {run: {proposal, run}, names: ofRun.map(({name}) => name)};
  });
}
