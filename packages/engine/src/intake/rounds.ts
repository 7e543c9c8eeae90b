import type {RunDirectory} from './run-directories.ts';

/** A visit to a run directory; a thorough one looks at every file, another only at the directory's time of change. */
export interface Visit {
  readonly directory: RunDirectory;
  readonly thorough: boolean;
}

const NEWEST_RUNS = 8;
// A file that changes in its place does not change the time of its directory.
const THOROUGH_EVERY_LAPS = 4;

/** Decides in which order run directories are visited, so that thousands of old runs cost little and none is forgotten. */
export class Rounds {
  #lists: readonly (readonly RunDirectory[])[] = [];
  #all: readonly RunDirectory[] = [];
  #fresh = new Set<RunDirectory>();
  #newest: readonly RunDirectory[] = [];
  #next = 0;
  #lap = 0;

  /** Takes the lists of directories there are now; `isKnown` tells which were visited before. */
  update(lists: readonly (readonly RunDirectory[])[], isKnown: (path: string) => boolean): void {
    if (lists.length === this.#lists.length && lists.every((list, i) => list === this.#lists[i])) return;
    this.#lists = lists;
    this.#all = lists.flat();
    this.#newest = lists.flatMap((list) => list.slice(0, NEWEST_RUNS));
    this.#fresh = new Set(this.#all.filter(({path}) => !isKnown(path)));
  }

  /** The runs with the highest numbers: one of them is being recorded, if any is. */
  get newest(): readonly RunDirectory[] {
    return this.#newest;
  }

  /** Whether there are directories never visited. */
  get hasFresh(): boolean {
    return this.#fresh.size > 0;
  }

  /** Directories never visited, newest first, then all from where the last round stopped. */
  *inTurn(): Generator<Visit, void, undefined> {
    for (const directory of this.#fresh) {
      this.#fresh.delete(directory);
      yield {directory, thorough: true};
    }
    for (let i = 0; i < this.#all.length; i++) {
      if (this.#next >= this.#all.length) {
        this.#next = 0;
        this.#lap += 1;
      }
      const directory = this.#all[this.#next++];
      if (directory) yield {directory, thorough: this.#lap % THOROUGH_EVERY_LAPS === 0};
    }
  }
}
