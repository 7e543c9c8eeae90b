import {expect, test} from 'vitest';
import {
  ADU_PER_PHOTON,
  fillCorrectedFrame,
  fillFrame,
  hotPixels,
  PEDESTAL_ADU,
  peakOf,
  planRun,
  pulseEnergies,
  resonanceMm,
  targetPosition,
} from '../src/index.ts';
import {fillBunchPattern} from '../src/machine.ts';
import {randomOf} from '../src/random.ts';
import {response} from '../src/stage.ts';

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

test('a stream of random numbers follows from its key and is spread as it says', () => {
  const draw = () =>
    Array.from(
      {length: 20_000},
      (
        (random) => () =>
          random.normal()
      )(randomOf(1, 2, 'x')),
    );
  const values = draw();
  expect(draw()).toEqual(values);
  expect(randomOf(1, 2, 'y').bits()).not.toBe(randomOf(1, 2, 'x').bits());
  expect(mean(values)).toBeCloseTo(0, 1);
  expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1, 1);
});

test('the data of a train do not depend on the trains before it', () => {
  const plan = planRun(2);
  const alone = new Uint16Array(128 * 128);
  fillFrame(alone, plan, 17);
  for (const train of [3, 60]) fillFrame(new Uint16Array(128 * 128), plan, train);
  const again = new Uint16Array(128 * 128);
  fillFrame(again, planRun(2), 17);
  expect(again).toEqual(alone);
});

test('every third run stands still, the others scan over the one maximum', () => {
  expect([1, 2, 3, 4, 5, 6].map((run) => planRun(run).scan !== undefined)).toEqual([true, true, false, true, true, false]);
  const plan = planRun(1);
  const positions = Array.from({length: plan.trains}, (_, train) => targetPosition(plan, train));
  expect([positions[0], positions.at(-1), new Set(positions).size]).toEqual([-1, 1, 16]);
  const best = resonanceMm(plan.seed);
  expect(Math.abs(best)).toBeLessThan(0.5);
  expect(response(plan, best)).toBeGreaterThan(response(plan, best + 0.3));
});

test('the peak is where the model says, and the correction gives photons', () => {
  const plan = planRun(1);
  const train = 30;
  const raw = new Uint16Array(128 * 128);
  const corrected = new Float32Array(128 * 128);
  fillFrame(raw, plan, train);
  fillCorrectedFrame(corrected, plan, train);
  const hot = new Set(hotPixels(plan));
  const pixel = Array.from(corrected.keys()).find((i) => !hot.has(i)) ?? 0;
  expect(corrected[pixel]).toBeCloseTo(((raw[pixel] ?? 0) - PEDESTAL_ADU) / ADU_PER_PHOTON);
  expect(Array.from(corrected.keys()).filter((i) => Number.isNaN(corrected[i]))).toEqual([...hot].sort((a, b) => a - b));
  const {x, y} = peakOf(plan, train);
  const brightest = corrected.reduce((best, value, i) => (value > (corrected[best] ?? 0) ? i : best), 0);
  expect(Math.hypot((brightest % 128) - x, Math.floor(brightest / 128) - y)).toBeLessThan(5);
});

test('the bunch pattern has as many SASE 1 pulses as the XGM has energies', () => {
  const plan = planRun(4);
  const pattern = new Uint32Array(2700);
  fillBunchPattern(pattern, plan, 0);
  const sase1 = pattern.filter((slot) => ((slot >>> 18) & 0xf) === 4 && (slot & (1 << 27)) === 0);
  expect(sase1).toHaveLength(plan.pulses);
  expect(pulseEnergies(plan, 0)).toHaveLength(plan.pulses);
});
