import type {DataArray as PlainDataArray} from '../dataarray.ts';
import {concatParts} from './concat.ts';
import {checkedPart, partOf, toCoordinate} from './construct.ts';
import type {Values} from './construct.ts';
import {DataArray} from './data-array.ts';

/**
 * Joins arrays along a dimension they have, or along a new one; `labels` become its labels. Other dimensions must have equal lengths and labels.
 *
 * @example
 * concat([first, second], 'trainId');
 * concat(frames, 'step', [0.1, 0.2, 0.3]);
 * @throws RangeError when the arrays do not fit together.
 */
export function concat(arrays: readonly PlainDataArray[], dim: string, labels?: Values): DataArray {
  const part = concatParts(arrays.map(partOf), dim);
  const coords = labels === undefined ? part.coords : {...part.coords, [dim]: toCoordinate(dim, labels)};
  return new DataArray(checkedPart({...part, coords}));
}
