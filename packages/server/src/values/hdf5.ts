/** How HDF5 files are called in HTTP. */
export const hdf5ContentType = 'application/x-hdf5';
