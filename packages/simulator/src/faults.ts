import {randomOf} from './random.ts';

/** What goes wrong in a run. */
export type Fault =
  | {readonly kind: 'none'}
  /** Trains that never reached the files of the detector and of the slow devices. */
  | {readonly kind: 'missing-trains'; readonly detector: ReadonlySet<number>; readonly devices: ReadonlySet<number>}
  /** The camera sent nothing: its group is there, without a row. */
  | {readonly kind: 'dead-source'}
  /** The detector's last file ends in the middle. */
  | {readonly kind: 'truncated'};

// Every kind comes once in six runs, so that a short simulation shows them all.
const CYCLE = ['none', 'dead-source', 'none', 'missing-trains', 'none', 'truncated'] as const;
const LOST_FRACTION = 0.12;

/** Decides what goes wrong in a run; the seed moves the sequence. */
export const faultOf = (seed: number, run: number, trains: number): Fault => {
  const kind = CYCLE[(run + Math.abs(seed - 1) - 1) % CYCLE.length] ?? 'none';
  if (kind !== 'missing-trains') return {kind};
  return {kind, detector: lostTrains(seed, run, trains, 'detector'), devices: lostTrains(seed, run, trains, 'devices')};
};

// The first train always arrives: the run's start is known.
const lostTrains = (seed: number, run: number, trains: number, who: string): ReadonlySet<number> => {
  const random = randomOf(seed, run, 'lost', who);
  const lost = Array.from({length: trains}, (_, train) => train).filter(() => random.uniform() < LOST_FRACTION);
  return new Set(lost.filter((train) => train > 0));
};
