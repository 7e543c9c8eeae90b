/** xarray's name for the variable of a DataArray that has none of its own, or one that a coordinate has taken. */
export const unnamedVariable = '__xarray_dataarray_variable__';
/** Group attribute with the array's own name when a coordinate or dimension has taken it. */
export const arrayNameAttribute = '__xarray_dataarray_name__';
/** How netCDF marks a dimension scale that is only a dimension; followed by its length, right-aligned in ten characters. */
export const dimensionOnly = 'This is a netCDF dimension but not a netCDF variable.';

/** Attributes that belong to the file format, not to the user. */
export const internalAttributes: ReadonlySet<string> = new Set([
  'CLASS',
  'NAME',
  'DIMENSION_LIST',
  'REFERENCE_LIST',
  'DIMENSION_LABELS',
  '_Netcdf4Dimid',
  '_Netcdf4Coordinates',
  '_FillValue',
  '_NCProperties',
  '_nc3_strict',
  'coordinates',
]);
