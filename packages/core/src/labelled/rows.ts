import {sizeOf} from '../array.ts';
import type {Strided} from './strided.ts';
import {forEachRow, gather, permute} from './strided.ts';

/** Visits the values along some axes as float64, once for each place in the others. The row is reused. */
export function rowsOf(view: Strided, axes: readonly number[], visit: (row: Float64Array) => void): void {
  const kept = [...view.shape.keys()].filter((axis) => !axes.includes(axis));
  const [outer, inner] = [permute(view, kept), permute(view, axes)];
  const row = new Float64Array(sizeOf(inner.shape));
  forEachRow(outer.shape, [outer], ([start = 0], [step = 0], length) => {
    for (let i = 0; i < length; i++) {
      let at = 0;
      forEachRow(inner.shape, [{...inner, offset: start + i * step}], ([from = 0], [innerStep = 0], count) => {
        gather(view.data, from, innerStep, count, row, at);
        at += count;
      });
      visit(row);
    }
  });
}
