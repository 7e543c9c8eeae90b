import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {columnAt, firstOfPool, layOut, mostColumnsIn, scrollInto} from './layout.ts';

const widths = fc.array(fc.integer({min: 40, max: 400}), {minLength: 1, maxLength: 60});

test('the column at a place is the one that covers it', () => {
  fc.assert(
    fc.property(widths, fc.double({min: 0, max: 1, noNaN: true, maxExcluded: true}), (widths, part) => {
      const layout = layOut(widths);
      const px = part * layout.totalPx;
      const c = columnAt(layout, px);
      expect((layout.lefts[c] ?? 0) <= px && px < (layout.lefts[c + 1] ?? 0)).toBe(true);
    }),
  );
});

test('a row has enough cells for every window', () => {
  fc.assert(
    fc.property(widths, fc.integer({min: 100, max: 2000}), fc.double({min: 0, max: 1, noNaN: true}), (widths, windowPx, part) => {
      const layout = layOut(widths);
      const from = part * Math.max(0, layout.totalPx - windowPx);
      const touched = columnAt(layout, from + windowPx - 1e-6) - columnAt(layout, from) + 1;
      expect(touched).toBeLessThanOrEqual(mostColumnsIn(layout, windowPx));
    }),
  );
});

test('a pool is painted whole, within the table', () => {
  expect(firstOfPool(5, 10, 100)).toBe(5);
  expect(firstOfPool(95, 10, 100)).toBe(90);
  expect(firstOfPool(3, 10, 4)).toBe(0);
});

test('scrolling into view moves as little as possible', () => {
  expect(scrollInto(100, 50, 120, 20)).toBe(100);
  expect(scrollInto(100, 50, 140, 20)).toBe(110);
  expect(scrollInto(100, 50, 60, 20)).toBe(60);
});
