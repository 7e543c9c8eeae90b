import {beamlineOf, type Sase} from './beamline.ts';
import type {RunPlan} from './plan.ts';
import {randomOf} from './random.ts';

/** Places of the XGM's per-train array; those without a pulse hold 1. */
export const XGM_SLOTS = 1000;

const FIRST_SLOT = 900;
const SLOT_SPACING = 4;
const CHARGE_CLASS = 8;
const DESTINATION_SHIFT = 18;
const TO_SASE2 = 2;
const TO_SASE1_AND_3 = 4;
const TO_MAIN_DUMP = 8;
// Deflected bunches do not lase in SASE 1, and then do in SASE 3.
const KICKED = 1 << 27;
const LASER_SPACING = 6;

const patternBits: Readonly<Record<Sase, number>> = {
  1: TO_SASE1_AND_3 << DESTINATION_SHIFT,
  2: TO_SASE2 << DESTINATION_SHIFT,
  3: (TO_SASE1_AND_3 << DESTINATION_SHIFT) | KICKED,
};

/** An X-ray pulse: its place among the bunches of the train, the SASE that made it, and its energy at the XGM. */
export interface Pulse {
  readonly slot: number;
  readonly sase: Sase;
  readonly energyUj: number;
}

/** Pulses of the run's own light in a train: at a SASE, every 16th train has half of them, as when the machine protects itself. */
export const pulseCount = ({sase, pulses}: RunPlan, train: number): number =>
  sase !== undefined && train % 16 === 7 ? Math.ceil(pulses / 2) : pulses;

/** Energies of the train's pulses at the XGM, in microjoule: self-amplified light, so each pulse differs by some ten percent. */
export const pulseEnergies = (plan: RunPlan, train: number): Float32Array => {
  const random = randomOf(plan.seed, plan.run, train, 'xgm');
  const trainEnergy = plan.meanEnergyUj * drift(plan, train) * (1 + 0.03 * random.normal());
  return Float32Array.from({length: pulseCount(plan, train)}, () => Math.max(2, trainEnergy * (1 + 0.12 * random.normal())));
};

/** Mean pulse energy of a train, in microjoule. */
export const meanEnergy = (plan: RunPlan, train: number): number => mean(pulseEnergies(plan, train));

/** The SASE whose light passes the same XGM: 1 and 3 are one behind the other. */
export const neighbourOf = ({sase}: RunPlan): Sase | undefined => (sase === 1 ? 3 : sase === 3 ? 1 : undefined);

/** All X-ray pulses of a train that the XGM sees, in the order in which they come. */
export const pulsesSeen = (plan: RunPlan, train: number): readonly Pulse[] => {
  const own = plan.sase ?? 1;
  const pulses = Array.from(
    pulseEnergies(plan, train),
    (energyUj, i): Pulse => ({slot: FIRST_SLOT + i * SLOT_SPACING, sase: own, energyUj}),
  );
  const neighbour = neighbourOf(plan);
  if (neighbour === undefined) return pulses;
  const random = randomOf(plan.seed, plan.run, train, 'neighbour');
  const others = Array.from({length: Math.ceil(plan.pulses / 3)}, (_, i): Pulse => {
    const energyUj = Math.max(2, 0.4 * plan.meanEnergyUj * (1 + 0.12 * random.normal()));
    return {slot: FIRST_SLOT + i * SLOT_SPACING + SLOT_SPACING / 2, sase: neighbour, energyUj};
  });
  return [...pulses, ...others].sort((a, b) => a.slot - b.slot);
};

/** Energies of the pulses of one SASE, or of all the XGM sees, in microjoule. */
export const energiesSeen = (plan: RunPlan, train: number, sase?: Sase): readonly number[] =>
  pulsesSeen(plan, train)
    .filter((pulse) => sase === undefined || pulse.sase === sase)
    .map(({energyUj}) => energyUj);

/** Mean energy of the pulses of one SASE, or of all the XGM sees, in microjoule. */
export const meanEnergySeen = (plan: RunPlan, train: number, sase?: Sase): number => mean(energiesSeen(plan, train, sase));

/** The XGM's array of a train, shape (1000,): pulse energies, then ones. */
export const fillIntensityTD = (out: Float32Array, plan: RunPlan, train: number, sase?: Sase): void => {
  out.fill(1);
  out.set(energiesSeen(plan, train, sase));
};

/** The bunch pattern of a train: X-ray pulses after bunches for the main dump, and the optical laser from slot 0. */
export const fillBunchPattern = (out: Uint32Array, plan: RunPlan, train: number): void => {
  const {laserSeed} = beamlineOf(plan.sase);
  out.fill(0);
  for (const {slot, sase} of pulsesSeen(plan, train)) out[slot] = CHARGE_CLASS | patternBits[sase];
  for (let slot = FIRST_SLOT - 20; slot < FIRST_SLOT; slot += SLOT_SPACING) out[slot] = CHARGE_CLASS | (TO_MAIN_DUMP << DESTINATION_SHIFT);
  for (let pulse = 0; pulse < plan.pulses; pulse++) out[pulse * LASER_SPACING] = (out[pulse * LASER_SPACING] ?? 0) | laserSeed;
};

/** Position of the beam at the XGM in a train, in millimetre: [x, y]. */
export const beamPosition = (plan: RunPlan, train: number): readonly [x: number, y: number] => {
  const random = randomOf(plan.seed, plan.run, train, 'pointing');
  return [0.1 * random.normal(), 0.1 * random.normal()];
};

// The machine breathes: some percent, with a period of about 25 s.
const drift = (plan: RunPlan, train: number): number => 1 + 0.08 * Math.sin((2 * Math.PI * train) / 250 + plan.run);

const mean = (energies: Iterable<number>): number => {
  const all = Array.from(energies);
  return all.reduce((sum, energy) => sum + energy, 0) / all.length;
};
