import type {RunPlan} from './plan.ts';
import {randomOf} from './random.ts';

/** Places of the XGM's per-train array; those without a pulse hold 1. */
export const XGM_SLOTS = 1000;
/** 4.5 MHz places of the bunch pattern table. */
export const PATTERN_SLOTS = 2700;

const FIRST_SLOT = 900;
const SLOT_SPACING = 4;
const CHARGE_CLASS = 8;
const DESTINATION_SHIFT = 18;
const TO_SASE1 = 4;
const TO_MAIN_DUMP = 8;
const LASER_SEED_SPB = 1 << 10;
const LASER_SPACING = 6;

/** Energies of the train's pulses at the XGM, in microjoule: self-amplified light, so each pulse differs by some ten percent. */
export const pulseEnergies = (plan: RunPlan, train: number): Float32Array => {
  const random = randomOf(plan.seed, plan.run, train, 'xgm');
  const trainEnergy = plan.meanEnergyUj * drift(plan, train) * (1 + 0.03 * random.normal());
  return Float32Array.from({length: plan.pulses}, () => Math.max(2, trainEnergy * (1 + 0.12 * random.normal())));
};

/** Mean pulse energy of a train, in microjoule. */
export const meanEnergy = (plan: RunPlan, train: number): number => {
  const energies = pulseEnergies(plan, train);
  return energies.reduce((sum, energy) => sum + energy, 0) / energies.length;
};

/** The XGM's array of a train, shape (1000,): pulse energies, then ones. */
export const fillIntensityTD = (out: Float32Array, plan: RunPlan, train: number): void => {
  out.fill(1);
  out.set(pulseEnergies(plan, train));
};

/** The bunch pattern of a train, shape (2700,): SASE 1 pulses between bunches for the main dump, and the optical laser from slot 0. */
export const fillBunchPattern = (out: Uint32Array, plan: RunPlan): void => {
  out.fill(0);
  const end = FIRST_SLOT + plan.pulses * SLOT_SPACING;
  for (let slot = FIRST_SLOT; slot < end; slot += SLOT_SPACING) out[slot] = CHARGE_CLASS | (TO_SASE1 << DESTINATION_SHIFT);
  for (let slot = FIRST_SLOT - 20; slot < FIRST_SLOT; slot += SLOT_SPACING) out[slot] = CHARGE_CLASS | (TO_MAIN_DUMP << DESTINATION_SHIFT);
  for (let pulse = 0; pulse < plan.pulses; pulse++) out[pulse * LASER_SPACING] = (out[pulse * LASER_SPACING] ?? 0) | LASER_SEED_SPB;
};

/** Position of the beam at the XGM in a train, in millimetre: [x, y]. */
export const beamPosition = (plan: RunPlan, train: number): readonly [x: number, y: number] => {
  const random = randomOf(plan.seed, plan.run, train, 'pointing');
  return [0.1 * random.normal(), 0.1 * random.normal()];
};

// The machine breathes: some percent, with a period of about 25 s.
const drift = (plan: RunPlan, train: number): number => 1 + 0.08 * Math.sin((2 * Math.PI * train) / 250 + plan.run);
