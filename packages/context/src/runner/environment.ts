/** What users' code may know of our environment; everything else could be a secret. */
const allowed = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'EXTRA_DATA_DATA_ROOT',
  'XFEL_DATA_ROOT',
  'FIRSTLIGHT_LIBHDF5',
  'HDF5_USE_FILE_LOCKING',
  'HDF5_PLUGIN_PATH',
  'LD_LIBRARY_PATH',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
]);

/** The environment of a process that runs users' code. */
export const cleanEnvironment = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && (allowed.has(entry[0]) || entry[0].startsWith('LC_')),
    ),
  );
