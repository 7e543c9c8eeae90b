import {beamPosition, meanEnergy} from './machine.ts';
import type {RunPlan} from './plan.ts';
import {NOISE_MASK, NOISE_TABLE, randomOf} from './random.ts';

const DARK_COUNTS = 40;
const FULL_SCALE_COUNTS = 4095;
const COUNTS_PER_UJ = 2.2;

/** A picture of the beam on the screen, shape (height, width), 12 bit: a spot that follows the pointing and the pulse energy. */
export const fillCameraImage = (out: Uint16Array, plan: RunPlan, train: number): void => {
  const [height, width] = plan.camera;
  const [xMm, yMm] = beamPosition(plan, train);
  const across = bell(width, width * (0.5 + 0.1 * xMm), width * 0.09);
  const down = bell(height, height * (0.5 + 0.1 * yMm), height * 0.13);
  const counts = COUNTS_PER_UJ * meanEnergy(plan, train);
  const random = randomOf(plan.seed, plan.run, train, 'camera');
  for (let y = 0; y < height; y++) {
    const rowCounts = counts * (down[y] ?? 0);
    for (let x = 0; x < width; x++) {
      const mean = DARK_COUNTS + rowCounts * (across[x] ?? 0);
      const noisy = mean + Math.sqrt(mean) * (NOISE_TABLE[random.bits() & NOISE_MASK] ?? 0);
      out[y * width + x] = Math.max(0, Math.min(FULL_SCALE_COUNTS, Math.round(noisy)));
    }
  }
};

/** A bell curve with maximum 1 at `centre`, in pixels. */
export const bell = (length: number, centre: number, sigma: number): Float64Array =>
  Float64Array.from({length}, (_, i) => Math.exp(-0.5 * ((i - centre) / sigma) ** 2));
