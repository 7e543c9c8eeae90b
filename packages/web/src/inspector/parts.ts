import type {ArrayFacts, ValueFacts} from './value.ts';

/** The array that a value is. */
export const arrayOf = ({kind, links, dtype, shape, dims, units}: ValueFacts): ArrayFacts => ({
  address: links['arrow'] ?? '',
  dtype: links['arrow'] === undefined ? null : dtype,
  shape: shape ?? [],
  dims,
  units,
  labelled: kind === 'DataArray',
});

/** One of a Dataset's arrays. */
export const partOf = ({links}: ValueFacts, {name, dtype, shape, dims}: ValueFacts['arrays'][number]): ArrayFacts => ({
  address: links[`arrow ${name}`] ?? '',
  dtype,
  shape,
  dims,
  units: null,
  labelled: true,
});
