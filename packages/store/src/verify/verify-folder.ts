import {setTimeout as after} from 'node:timers/promises';
import {isFirstlightError, type RunId, sentenceOf} from '@firstlight/core';
import {ReaderProcess} from '../reader-process.ts';
import type {Defect, DefectKind, RunCheck} from './defects.ts';

/** What a verification tells; as JSON lines this is what `firstlight verify --json` prints, but for `checked`. */
export type VerifyLine =
  | ({readonly event: 'defect'} & Defect)
  /** How far it is. */
  | {readonly event: 'checked'; readonly runs: number; readonly of: number}
  | {
      readonly event: 'verified';
      readonly values: number;
      readonly lost: number;
      readonly doubled: number;
      readonly corrupt: number;
      readonly orphaned: number;
    };

// What looks wrong is looked at again: others may be storing values at this moment.
const lookAgainMs = 500;
const mostLooks = 40;

/**
 * Looks at everything that is stored in a folder and tells what is wrong with it: every value is read, and compared with what the table and the history say.
 *
 * It changes nothing and disturbs nobody; what is being stored meanwhile is no defect. A file on which the HDF5 library crashes is one.
 */
export async function* verifyFolder(dir: string, signal?: AbortSignal): AsyncGenerator<VerifyLine, void, undefined> {
  // A reader of its own, because damaged files may end it.
  await using reader = await ReaderProcess.start();
  const verifier = new Verifier(dir, reader);
  yield* verifier.lines(signal);
}

class Verifier {
  readonly #dir: string;
  readonly #reader: ReaderProcess;
  readonly #counts: Record<DefectKind, number> = {lost: 0, doubled: 0, corrupt: 0, orphaned: 0};
  #values = 0;

  constructor(dir: string, reader: ReaderProcess) {
    this.#dir = dir;
    this.#reader = reader;
  }

  async *lines(signal: AbortSignal | undefined): AsyncGenerator<VerifyLine, void, undefined> {
    const {runs, defects} = await this.#reader.checkFolder(this.#dir);
    yield* this.#defects(defects);
    const suspects: {readonly run: RunId; readonly defects: readonly Defect[]}[] = [];
    for (const [index, run] of runs.entries()) {
      if (signal?.aborted) return;
      const check = await this.#check(run);
      this.#values += check.values;
      if (check.defects.length > 0) suspects.push({run, defects: check.defects});
      yield {event: 'checked', runs: index + 1, of: runs.length};
    }
    if (suspects.length > 0) await after(lookAgainMs);
    for (const {run, defects: suspected} of suspects) yield* this.#defects(await this.#confirmed(run, suspected, signal));
    yield* this.#defects(await this.#confirmedKept());
    yield {event: 'verified', values: this.#values, ...this.#counts};
  }

  *#defects(defects: readonly Defect[]): Generator<VerifyLine> {
    for (const defect of defects) {
      this.#counts[defect.kind] += 1;
      yield {event: 'defect', ...defect};
    }
  }

  /** What is still wrong with a run when nobody is storing anything there. */
  async #confirmed(run: RunId, suspected: readonly Defect[], signal: AbortSignal | undefined): Promise<readonly Defect[]> {
    let before = suspected;
    for (let looks = 1; looks <= mostLooks && before.length > 0; looks += 1) {
      const {defects, isSettled} = await this.#check(run, namesOf(before));
      const stayed = defects.filter((defect) => before.some((known) => isSame(defect, known)));
      if (isSettled && stayed.length === defects.length) return defects;
      before = isSettled ? defects : stayed;
      if (signal?.aborted) return [];
      await after(lookAgainMs);
    }
    return []; // Values of these variables were on their way all the time.
  }

  async #confirmedKept(): Promise<readonly Defect[]> {
    const first = await this.#reader.checkKept(this.#dir);
    if (first.length === 0) return [];
    await after(lookAgainMs);
    const second = await this.#reader.checkKept(this.#dir);
    return second.filter((defect) => first.some((known) => isSame(defect, known)));
  }

  async #check(run: RunId, names?: readonly string[]): Promise<RunCheck> {
    try {
      return await this.#reader.checkRun(this.#dir, run, names);
    } catch (error) {
      if (!isFirstlightError(error, 'helper-crashed')) throw error;
      return this.#checkOneByOne(run, names);
    }
  }

  /** Finds the value that ended the reader. */
  async #checkOneByOne(run: RunId, asked: readonly string[] | undefined): Promise<RunCheck> {
    const names = asked ?? (await this.#reader.namesOfRun(this.#dir, run).catch((error: unknown) => sentenceOf(error)));
    if (typeof names === 'string') return {values: 0, defects: [ended(run, null)], isSettled: true};
    const checks: RunCheck[] = [];
    for (const name of names) {
      const check = await this.#reader.checkRun(this.#dir, run, [name]).catch((error: unknown) => {
        if (!isFirstlightError(error, 'helper-crashed')) throw error;
        return {values: 1, defects: [ended(run, name)], isSettled: true};
      });
      checks.push(check);
    }
    return {
      values: checks.reduce((sum, {values}) => sum + values, 0),
      defects: checks.flatMap(({defects}) => defects),
      isSettled: checks.every(({isSettled}) => isSettled),
    };
  }
}

const ended = ({proposal, run}: RunId, name: string | null): Defect => ({
  kind: 'corrupt',
  proposal,
  run,
  name,
  text: 'The HDF5 library crashes when it is read.',
});

const isSame = (a: Defect, b: Defect): boolean => a.kind === b.kind && a.name === b.name && a.text === b.text;

/** The variables that are to be looked at again; all when something is wrong with the whole file. */
function namesOf(defects: readonly Defect[]): string[] | undefined {
  const names = defects.flatMap(({name}) => name ?? []);
  return names.length === defects.length ? names : undefined;
}
