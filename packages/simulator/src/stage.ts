import type {RunPlan} from './plan.ts';
import {randomOf} from './random.ts';

const JITTER_MM = 0.0002;
const RESONANCE_WIDTH_MM = 0.35;

/** The step of the scan a train belongs to; 0 when nothing is scanned. */
export const scanStep = (plan: RunPlan, train: number): number =>
  plan.scan ? Math.min(plan.scan.steps - 1, Math.floor((train * plan.scan.steps) / plan.trains)) : 0;

/** Where the stage was sent, in millimetre. */
export const targetPosition = (plan: RunPlan, train: number): number => {
  if (!plan.scan) return plan.restPositionMm;
  const {startMm, stopMm, steps} = plan.scan;
  return startMm + ((stopMm - startMm) * scanStep(plan, train)) / (steps - 1);
};

/** Where the stage is, in millimetre: at its target within a fraction of a micrometre. */
export const actualPosition = (plan: RunPlan, train: number): number =>
  targetPosition(plan, train) + JITTER_MM * randomOf(plan.seed, plan.run, train, 'stage').normal();

/** Whether the stage reports that it moves: in the first train of a step. */
export const isMoving = (plan: RunPlan, train: number): boolean =>
  plan.scan !== undefined && train > 0 && scanStep(plan, train) !== scanStep(plan, train - 1);

/** How strongly the sample scatters with the stage at a position, 0 to 1: a scan finds one maximum, which is a property of the sample (the seed). */
export const response = (plan: RunPlan, positionMm: number): number => {
  const distance = (positionMm - resonanceMm(plan.seed)) / RESONANCE_WIDTH_MM;
  return 0.1 + 0.9 * Math.exp(-0.5 * distance * distance);
};

/** The position of that maximum, in millimetre. */
export const resonanceMm = (seed: number): number => 0.8 * (randomOf(seed, 'sample').uniform() - 0.5);
