import {FirstlightError, sentenceOf} from '@firstlight/core';
import type {Sase} from './beamline.ts';
import {realClock, type Clock} from './clock.ts';
import type {Fault} from './faults.ts';
import {growRun} from './grow-run.ts';
import {nextRunNumber, type DataKind} from './paths.ts';
import {planRun, type RunPlan} from './plan.ts';
import {writeRun, type WrittenRun} from './run-files.ts';

export interface SimulateOptions {
  /** The data root; runs go to `dir/SIM/202601/p001234/{raw,proc}/rNNNN`. */
  readonly dir: string;
  readonly proposal?: number;
  /** How many runs; 0 goes on until the signal comes. */
  readonly runs?: number;
  /** Time from the start of a run to the start of the next; 0 is as fast as possible. */
  readonly everySeconds?: number;
  readonly trains?: number;
  readonly detector?: readonly [height: number, width: number];
  readonly camera?: readonly [height: number, width: number];
  /** Same seed, same data. */
  readonly seed?: number;
  /** Some runs have missing trains, a dead source or a truncated file. */
  readonly faults?: boolean;
  /** Names and contents of XGM and time server as at this SASE of the European XFEL, so that its components find them. Default: names of our own. */
  readonly sase?: Sase;
  /** Files grow train by train, in real time, in closed sequence files and SWMR. */
  readonly grow?: boolean;
  readonly trainsPerSecond?: number;
  /** Trains per file: 32 when files grow, else 500. */
  readonly sequenceTrains?: number;
  /** The corrected run appears this long after its raw run. */
  readonly procDelaySeconds?: number;
  /** Start of the beamtime, in milliseconds since 1970; follows from the seed if not given. */
  readonly startMs?: number;
  readonly signal?: AbortSignal;
  /** Is told about every run directory when its files are complete. */
  readonly onRun?: (run: SimulatedRun) => void;
  readonly clock?: Clock;
}

/** A run directory that was completed. */
export interface SimulatedRun extends WrittenRun {
  readonly proposal: number;
  readonly run: number;
  readonly data: DataKind;
  readonly trains: number;
  readonly fault: Fault['kind'];
}

/**
 * Plays a beamline: writes runs in European XFEL format, one after the other, and a little later their corrected data.
 *
 * Runs that are there already are continued with the next number. It ends after `runs` runs and their corrections, or when the signal comes: then the run being
 * recorded is closed with the trains it has, and corrections still waiting are not made.
 *
 * @example
 * await simulate({dir: '/tmp/data', runs: 3});
 */
export const simulate = async (options: SimulateOptions): Promise<void> => {
  checkOptions(options);
  const {dir, proposal = 1234, runs = 1, everySeconds = 0, clock = realClock} = options;
  await using session = new Session(options);
  const first = await guarded(dir, () => nextRunNumber(dir, proposal));
  const end = runs === 0 ? Number.POSITIVE_INFINITY : first + runs;
  for (let run = first; run < end && !session.signal.aborted; run++) {
    const startMs = clock.now();
    await session.record(planRun(run, options));
    if (run + 1 < end) await clock.sleep(startMs + everySeconds * 1000 - clock.now(), session.signal);
  }
  await session.corrected();
};

const MAX_WAITING_CORRECTIONS = 16;

/** A simulation at work: it records runs, and corrects them while the next ones are recorded. */
class Session implements AsyncDisposable {
  readonly signal: AbortSignal;
  readonly #options: SimulateOptions;
  readonly #stop = new AbortController();
  readonly #corrections = new Set<Promise<void>>();
  #failure: unknown;

  constructor(options: SimulateOptions) {
    this.#options = options;
    this.signal = options.signal ? AbortSignal.any([options.signal, this.#stop.signal]) : this.#stop.signal;
  }

  /** Records a raw run; its correction follows by itself. */
  async record(plan: RunPlan): Promise<void> {
    const written = await recordRun(plan, this.#options, this.signal);
    this.#report(plan, 'raw', written);
    if (canBeCorrected(plan)) this.#correctLater(plan);
    if (this.#corrections.size >= MAX_WAITING_CORRECTIONS) await Promise.race(this.#corrections);
  }

  /** Waits for the corrections that are not made yet; throws what went wrong with one. */
  async corrected(): Promise<void> {
    await Promise.all(this.#corrections);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#corrections);
  }

  #correctLater(plan: RunPlan): void {
    const correction: Promise<void> = this.#correct(plan)
      .catch((error: unknown) => {
        this.#failure ??= error;
        this.#stop.abort();
      })
      .finally(() => this.#corrections.delete(correction));
    this.#corrections.add(correction);
  }

  async #correct(plan: RunPlan): Promise<void> {
    const {dir, procDelaySeconds = 2, clock = realClock} = this.#options;
    await clock.sleep(procDelaySeconds * 1000, this.signal);
    if (this.signal.aborted) return;
    const sequenceTrains = sequenceTrainsOf(this.#options);
    this.#report(plan, 'proc', await guarded(dir, () => writeRun(dir, plan, 'proc', {sequenceTrains})));
  }

  #report(plan: RunPlan, data: DataKind, written: WrittenRun): void {
    const {proposal, run, trains, fault} = plan;
    this.#options.onRun?.({...written, proposal, run, data, trains, fault: fault.kind});
  }
}

const recordRun = async (plan: RunPlan, options: SimulateOptions, signal: AbortSignal): Promise<WrittenRun> => {
  const {dir, grow = false, trainsPerSecond = 10, clock = realClock} = options;
  const sequenceTrains = sequenceTrainsOf(options);
  return guarded(dir, () =>
    grow ? growRun(dir, plan, {sequenceTrains, trainsPerSecond, clock, signal}) : writeRun(dir, plan, 'raw', {sequenceTrains}),
  );
};

const sequenceTrainsOf = ({grow = false, sequenceTrains = grow ? 32 : 500}: SimulateOptions): number => sequenceTrains;

// The facility's correction gives up on a detector file it cannot open.
const canBeCorrected = ({fault}: RunPlan): boolean => fault.kind !== 'truncated';

const checkOptions = ({
  proposal = 1,
  runs = 0,
  trains = 1,
  detector = [1, 1],
  camera = [1, 1],
  sequenceTrains = 1,
  ...rest
}: SimulateOptions): void => {
  const counts = {
    proposal,
    trains,
    'detector height': detector[0],
    'detector width': detector[1],
    'camera height': camera[0],
    'camera width': camera[1],
    sequenceTrains,
  };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || value < 1) throw badOption(name, value, 'a whole number from 1 on');
  }
  if (!Number.isSafeInteger(runs) || runs < 0) throw badOption('runs', runs, 'a whole number, 0 for endless');
  if (rest.sase !== undefined && ![1, 2, 3].includes(rest.sase)) throw badOption('sase', rest.sase, '1, 2 or 3');
  if (!((rest.trainsPerSecond ?? 10) > 0)) throw badOption('trainsPerSecond', rest.trainsPerSecond, 'a positive number');
  for (const name of ['everySeconds', 'procDelaySeconds'] as const) {
    if (!((rest[name] ?? 0) >= 0)) throw badOption(name, rest[name], 'a number of seconds from 0 on');
  }
};

const badOption = (name: string, value: unknown, expected: string) =>
  new FirstlightError('bad-option', `The simulation's ${name} cannot be ${String(value)}; it must be ${expected}.`, {facts: {name, value}});

/** Does something with the file system; says what to do when that refuses. */
const guarded = async <T>(dir: string, act: () => T | Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined || !['EACCES', 'EPERM', 'ENOTDIR', 'EROFS', 'ENOSPC'].includes(code)) throw error;
    throw new FirstlightError(
      'cannot-write',
      `Runs cannot be written below ${dir}: ${sentenceOf(error)}; choose another directory or free it.`,
      {
        facts: {dir},
        cause: error,
      },
    );
  }
};
