import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {featurePoints, trendline} from '../src/index.ts';

const values = fc.array(fc.double(), {maxLength: 2000, size: 'max'});
const known = (numbers: Iterable<number>): number[] => [...numbers].filter(Number.isFinite).map((value) => value + 0); // no -0
const lowest = (numbers: readonly number[]): number => numbers.reduce((a, b) => (b < a ? b : a), Number.POSITIVE_INFINITY);
const highest = (numbers: readonly number[]): number => numbers.reduce((a, b) => (b > a ? b : a), Number.NEGATIVE_INFINITY);

test('a trendline keeps the smallest, the largest, the first and the last point, and its x never falls', () => {
  fc.assert(
    fc.property(values, (y) => {
      const line = trendline(y);
      expect(line.x.every((x, i) => i === 0 || x > (line.x[i - 1] as number))).toBe(true);
      expect(lowest(known(line.y))).toBe(lowest(known(y)));
      expect(highest(known(line.y))).toBe(highest(known(y)));
      expect([line.y[0], line.y.at(-1)]).toEqual([y.find(Number.isFinite), y.findLast(Number.isFinite)]);
      line.x.forEach((x, i) => expect(Object.is(line.y[i], y[x])).toBe(true));
    }),
  );
});

test('gaps are left out, as the published damnit does', () => {
  expect(trendline([1, Number.NaN, 4, Infinity, 2])).toEqual({x: Float64Array.of(0, 2, 4), y: Float64Array.of(1, 4, 2)});
  expect(trendline([1, 2, 3], [3, Number.NaN, 1])).toEqual({x: Float64Array.of(1, 3), y: Float64Array.of(3, 1)});
  expect(trendline([Number.NaN, Number.NaN]).x).toHaveLength(0);
});

test('points with their own x are sorted by it, and stay pairs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.double({noNaN: true, noDefaultInfinity: true}), fc.double({noNaN: true, noDefaultInfinity: true})), {
        maxLength: 500,
        size: 'max',
      }),
      (points) => {
        const line = trendline(
          points.map(([, y]) => y),
          points.map(([x]) => x),
        );
        expect(line.x.every((x, i) => i === 0 || x >= (line.x[i - 1] as number))).toBe(true);
        const pairs = new Set(points.map(([x, y]) => `${x} ${y}`));
        expect([...line.x].every((x, i) => pairs.has(`${x} ${line.y[i]}`))).toBe(true);
      },
    ),
  );
});

test('up to 239 points stay as they are, and a million become a few hundred', () => {
  const y = Float64Array.from({length: 239}, (_, i) => Math.sin(i));
  expect(trendline(y).y).toEqual(y);
  const long = Float64Array.from({length: 1_000_000}, (_, i) => Math.sin(i / 1000) + (i === 777_777 ? 50 : 0));
  const {x} = trendline(long);
  expect(x.length).toBeGreaterThan(120);
  expect(x.length).toBeLessThan(400);
  expect(x).toContain(777_777);
});

test('an empty line has no points', () => {
  expect(featurePoints([], 3)).toEqual([]);
  expect(trendline([]).x).toHaveLength(0);
});
