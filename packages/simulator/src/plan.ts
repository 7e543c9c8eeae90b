import type {Sase} from './beamline.ts';
import {faultOf, type Fault} from './faults.ts';
import {randomOf} from './random.ts';

/** Everything that is decided about a run before its first train; the data of a train follow from the plan and the train's index alone. */
export interface RunPlan {
  readonly seed: number;
  readonly proposal: number;
  readonly run: number;
  /** Whose light it is; undefined for a machine with names of our own. */
  readonly sase: Sase | undefined;
  readonly trains: number;
  readonly firstTrainId: bigint;
  /** Time of the first train, in nanoseconds since 1970. */
  readonly startNs: bigint;
  /** X-ray pulses in a train, when the machine does not hold some back. */
  readonly pulses: number;
  readonly meanEnergyUj: number;
  readonly wavelengthNm: number;
  /** The scan of the stage, if the run is one. */
  readonly scan: Scan | undefined;
  /** Where the stage stands when nothing is scanned. */
  readonly restPositionMm: number;
  readonly detector: readonly [height: number, width: number];
  readonly camera: readonly [height: number, width: number];
  readonly fault: Fault;
}

/** A step scan: the stage visits `steps` positions from start to stop, both included. */
export interface Scan {
  readonly startMm: number;
  readonly stopMm: number;
  readonly steps: number;
}

export interface PlanOptions {
  readonly seed?: number;
  readonly proposal?: number;
  readonly trains?: number;
  readonly detector?: readonly [height: number, width: number];
  readonly camera?: readonly [height: number, width: number];
  readonly faults?: boolean;
  /** The machine's devices are named and filled as at this SASE of the European XFEL. */
  readonly sase?: Sase;
  /** Start of the beamtime, in milliseconds since 1970; follows from the seed if not given. */
  readonly startMs?: number;
}

const TRAIN_NS = 100_000_000n;
// Train 1.919e9 was in the middle of January 2024; ten trains a second since.
const REFERENCE_MS = Date.UTC(2024, 0, 15);
const REFERENCE_TRAIN_ID = 1_919_000_000n;
const BEAMTIME_MS = Date.UTC(2026, 2, 2, 8);
const HOUR_MS = 3_600_000;
// A new run starts every minute of beam time, or later if it is longer.
const SLOT_TRAINS = 600;
const PAUSE_TRAINS = 100;

/**
 * Decides what run `run` is: when it starts, what is scanned, what goes wrong.
 *
 * Two runs of three scan the stage, every third one stands still. Train ids grow from run to run, ten a second of beam time.
 */
export const planRun = (run: number, options: PlanOptions = {}): RunPlan => {
  const {seed = 1, proposal = 1234, trains = 64, detector = [128, 128], camera = [96, 128], faults = false, sase} = options;
  const startMs = options.startMs ?? BEAMTIME_MS + randomOf(seed, 'beamtime').below(2000) * HOUR_MS;
  const slotTrains = Math.ceil((trains + PAUSE_TRAINS) / SLOT_TRAINS) * SLOT_TRAINS;
  const trainsBefore = BigInt(slotTrains * (run - 1));
  const random = randomOf(seed, run, 'plan');
  return {
    seed,
    proposal,
    run,
    sase,
    trains,
    firstTrainId: REFERENCE_TRAIN_ID + BigInt(Math.round((startMs - REFERENCE_MS) / 100)) + trainsBefore,
    startNs: BigInt(startMs) * 1_000_000n + trainsBefore * TRAIN_NS,
    pulses: 20 + random.below(41),
    meanEnergyUj: 700 + 400 * random.uniform(),
    wavelengthNm: 0.13 + 0.01 * random.uniform(),
    scan: run % 3 === 0 ? undefined : {startMm: -1, stopMm: 1, steps: Math.max(2, Math.min(16, Math.floor(trains / 4)))},
    restPositionMm: Math.round(100 * (random.uniform() - 0.5)) / 100,
    detector,
    camera,
    fault: faults ? faultOf(seed, run, trains) : {kind: 'none'},
  };
};

/** The id of a train of the run. */
export const trainIdOf = (plan: RunPlan, train: number): bigint => plan.firstTrainId + BigInt(train);

/** The time of a train, in nanoseconds since 1970. */
export const trainTimeNs = (plan: RunPlan, train: number): bigint => plan.startNs + BigInt(train) * TRAIN_NS;
