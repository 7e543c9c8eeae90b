import type {DataArray as PlainDataArray, Dataset as PlainDataset} from '../dataarray.ts';
import {checkedPart, partOf} from './construct.ts';
import {DataArray} from './data-array.ts';
import {Dataset, dataset} from './dataset.ts';

/**
 * Gives a plain labelled array or Dataset (from a file, or from another process) its methods. What has them already is returned as it is.
 *
 * @example
 * labelled({kind: 'DataArray', dims: ['x'], coords: {}, attrs: {}, array}).mean();
 */
export function labelled(plain: PlainDataArray): DataArray;
export function labelled(plain: PlainDataset): Dataset;
export function labelled(plain: PlainDataArray | PlainDataset): DataArray | Dataset {
  if (plain instanceof DataArray || plain instanceof Dataset) return plain;
  if (plain.kind === 'DataArray') return new DataArray(checkedPart(partOf(plain)));
  const arrays = Object.entries(plain.variables).map(([name, variable]) => {
    const {dims, attrs, array} = variable;
    return [name, {kind: 'DataArray', name, dims, attrs, array, coords: {}} satisfies PlainDataArray] as const;
  });
  return dataset(Object.fromEntries(arrays), {coords: plain.coords, attrs: plain.attrs});
}
