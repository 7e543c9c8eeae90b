// What users' code may know of the environment. Everything else stays with the server, above all its secrets.
const names = new Set(
  'PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR TEMP TMP LD_LIBRARY_PATH DYLD_LIBRARY_PATH VIRTUAL_ENV NODE_EXTRA_CA_CERTS DISPLAY'.split(
    ' ',
  ),
);
const prefixes = [
  'LC_',
  'CONDA_',
  'XFEL_',
  'EXTRA_',
  'KARABO_',
  'HDF5_',
  'MPL',
  'OMP_',
  'OPENBLAS_',
  'MKL_',
  'NUMBA_',
  'NUMEXPR_',
  'CUDA_',
  'XDG_',
];
const ours = new Set(['FIRSTLIGHT_LIBHDF5', 'FIRSTLIGHT_FAULT', 'FIRSTLIGHT_FAULTS', 'NODE_COMPILE_CACHE']);
const secret = /TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|COOKIE/i;

/** The part of an environment that users' code gets. */
export function runnerEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || secret.test(name)) continue;
    if (names.has(name) || ours.has(name) || prefixes.some((prefix) => name.startsWith(prefix))) kept[name] = value;
  }
  return kept;
}
