import {bell} from './camera.ts';
import {meanEnergy} from './machine.ts';
import type {RunPlan} from './plan.ts';
import {NOISE_MASK, NOISE_TABLE, randomOf} from './random.ts';
import {actualPosition, response} from './stage.ts';

/** Reading of a pixel without light, in detector units. */
export const PEDESTAL_ADU = 500;
/** Detector units of one photon. */
export const ADU_PER_PHOTON = 20;

const READ_NOISE_ADU = 6;
const HOT_ADU = 9000;
const HOT_FRACTION = 1 / 4000;
const HOT_PROBABILITY = 0.3;
const PEAK_PHOTONS = 60;
const TURN_TRAINS = 120;

/** The moving peak of a train: where it is (pixels) and how high (photons). */
export interface Peak {
  readonly x: number;
  readonly y: number;
  readonly photons: number;
  readonly sigma: number;
}

/** Where the diffraction peak of a train lies: it walks on a circle, and its height follows the pulse energy and the position of the stage. */
export const peakOf = (plan: RunPlan, train: number): Peak => {
  const [height, width] = plan.detector;
  const angle = (2 * Math.PI * train) / TURN_TRAINS + 0.7 * plan.run;
  return {
    x: (width - 1) * (0.5 + 0.25 * Math.cos(angle)),
    y: (height - 1) * (0.5 + 0.25 * Math.sin(angle)),
    photons: (PEAK_PHOTONS * meanEnergy(plan, train) * response(plan, actualPosition(plan, train))) / 1000,
    sigma: 0.035 * Math.min(height, width) + 1,
  };
};

/** A raw detector frame in detector units, shape (height, width): powder ring, moving peak, photon and read noise, now and then a hot pixel. */
export const fillFrame = (out: Uint16Array, plan: RunPlan, train: number): void => {
  const [height, width] = plan.detector;
  const peak = peakOf(plan, train);
  const across = bell(width, peak.x, peak.sigma);
  const down = bell(height, peak.y, peak.sigma);
  const ring = powderRing(plan);
  const random = randomOf(plan.seed, plan.run, train, 'detector');
  for (let y = 0; y < height; y++) {
    const rowPhotons = peak.photons * (down[y] ?? 0);
    for (let x = 0; x < width; x++) {
      const photons = (ring[y * width + x] ?? 0) + rowPhotons * (across[x] ?? 0);
      const noiseAdu = Math.sqrt(photons * ADU_PER_PHOTON ** 2 + READ_NOISE_ADU ** 2) * (NOISE_TABLE[random.bits() & NOISE_MASK] ?? 0);
      out[y * width + x] = Math.max(0, Math.round(PEDESTAL_ADU + photons * ADU_PER_PHOTON + noiseAdu));
    }
  }
  for (const pixel of hotPixels(plan)) if (random.uniform() < HOT_PROBABILITY) out[pixel] = HOT_ADU + random.below(1000);
};

/** The corrected frame in photons, shape (height, width): pedestal removed, gain divided out, hot pixels not a number. */
export const fillCorrectedFrame = (out: Float32Array, plan: RunPlan, train: number): void => {
  const raw = new Uint16Array(out.length);
  fillFrame(raw, plan, train);
  for (let i = 0; i < raw.length; i++) out[i] = ((raw[i] ?? 0) - PEDESTAL_ADU) / ADU_PER_PHOTON;
  for (const pixel of hotPixels(plan)) out[pixel] = Number.NaN;
};

/** The pixels that are hot now and then: a property of the detector (the seed). */
export const hotPixels = (plan: RunPlan): readonly number[] => {
  const pixels = plan.detector[0] * plan.detector[1];
  const random = randomOf(plan.seed, 'hot pixels');
  return Array.from({length: Math.ceil(pixels * HOT_FRACTION)}, () => random.below(pixels));
};

const rings = new WeakMap<RunPlan, Float32Array>();

// All frames of a run share one ring; making it again for each would cost as much as the frame.
const powderRing = (plan: RunPlan): Float32Array => {
  const ring = rings.get(plan) ?? makePowderRing(...plan.detector);
  rings.set(plan, ring);
  return ring;
};

const makePowderRing = (height: number, width: number): Float32Array =>
  Float32Array.from({length: height * width}, (_, i) => {
    const y = (Math.floor(i / width) - (height - 1) / 2) / height;
    const x = ((i % width) - (width - 1) / 2) / width;
    const radius = Math.hypot(x, y);
    return 0.4 + 2 * Math.exp(-0.5 * ((radius - 0.4) / 0.02) ** 2) + 1.5 * Math.exp(-radius * 8);
  });
