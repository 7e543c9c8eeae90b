import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {max, mean, median, min, nanmax, nanmean, nanmedian, nanmin, nanstd, nansum, std, sum, variance} from '../src/index.ts';

const nan = Number.NaN;

describe('numbers from arrays', () => {
  test('are those of numpy', () => {
    const values = Float64Array.of(4, 1, 3, 2);
    expect([mean(values), sum(values), min(values), max(values), median(values), variance(values)]).toEqual([2.5, 10, 1, 4, 2.5, 1.25]);
    expect(std(values)).toBeCloseTo(Math.sqrt(1.25), 12);
    expect(median([3, 1, 2])).toBe(2);
  });

  test('are NaN where a NaN is among them, unless the name says otherwise', () => {
    const values = [nan, 1, 3, nan];
    for (const reduce of [mean, sum, min, max, median, std]) expect(reduce(values)).toBeNaN();
    expect([nanmean(values), nansum(values), nanmin(values), nanmax(values), nanmedian(values), nanstd(values)]).toEqual([
      2, 4, 1, 3, 2, 1,
    ]);
  });

  test('of nothing are as in numpy', () => {
    expect([sum([]), mean([]), median([]), std([]), nanmean([nan])]).toEqual([0, nan, nan, nan, nan]);
    expect(() => min([])).toThrow('neither minimum nor maximum');
    expect(() => nanmax([nan])).toThrow('neither minimum nor maximum');
  });

  test('are taken from integers, arrays with a shape and labelled arrays alike', () => {
    const array = {dtype: 'uint64', shape: [2, 2], data: BigUint64Array.of(1n, 2n, 3n, 6n)} as const;
    expect(mean(array)).toBe(3);
    expect(max(BigInt64Array.of(-2n, -7n))).toBe(-2);
    expect(sum({kind: 'DataArray', dims: ['a', 'b'], coords: {}, attrs: {}, array})).toBe(12);
    expect(() => mean({dtype: 'string', shape: [1], data: ['a']})).toThrow('cannot be reduced');
  });

  test('lie where they must', () => {
    fc.assert(
      fc.property(fc.array(fc.float({noNaN: true, min: -1e6, max: 1e6}), {minLength: 1}), (values) => {
        const slack = 1e-6;
        expect(mean(values)).toBeGreaterThanOrEqual(min(values) - slack);
        expect(mean(values)).toBeLessThanOrEqual(max(values) + slack);
        expect(median(values)).toBeGreaterThanOrEqual(min(values));
        expect(median(values)).toBeLessThanOrEqual(max(values));
        expect(std(values)).toBeGreaterThanOrEqual(0);
        expect(nanmean([...values, nan])).toBe(mean(values));
      }),
    );
  });
});
