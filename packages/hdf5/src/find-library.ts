import {existsSync, readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** Where a copy of libhdf5 may be, and the filter plugins that belong to it. */
export interface Candidate {
  /** A path, or a bare name for the system's loader to look up. */
  readonly library: string;
  /** Folders of filter plugins (hdf5plugin) of the same environment. */
  readonly plugins: readonly string[];
}

const bareNames = {
  linux: [
    'libhdf5.so',
    'libhdf5.so.320',
    'libhdf5.so.310',
    'libhdf5.so.200',
    'libhdf5.so.103',
    'libhdf5_serial.so',
    'libhdf5_serial.so.103',
  ],
  darwin: ['libhdf5.dylib', '/opt/homebrew/lib/libhdf5.dylib', '/usr/local/lib/libhdf5.dylib'],
  win32: ['hdf5.dll'],
} as const;

const isLibraryName = (name: string): boolean =>
  /^(lib)?hdf5([-.][\w.-]*)?\.(so[.\d]*|dylib|dll)$|^(lib)?hdf5[-.].*\.(so|dylib|dll)[.\d]*$/.test(name);

const filesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

function sitePackages(environment: string): string[] {
  const unix = filesIn(join(environment, 'lib'))
    .filter((name) => name.startsWith('python'))
    .map((name) => join(environment, 'lib', name, 'site-packages'));
  return [...unix, join(environment, 'Lib', 'site-packages')].filter((folder) => existsSync(folder));
}

function pluginsIn(environment: string): string[] {
  return sitePackages(environment)
    .map((folder) => join(folder, 'hdf5plugin', 'plugins'))
    .filter((folder) => existsSync(folder));
}

// The h5py wheel carries libhdf5: h5py.libs on Linux and Windows, h5py/.dylibs on macOS. Its name has a hash that changes with each release.
function inPythonEnvironment(environment: string): Candidate[] {
  const plugins = pluginsIn(environment);
  const folders = sitePackages(environment).flatMap((folder) => [
    join(folder, 'h5py.libs'),
    join(folder, 'h5py', '.dylibs'),
    join(folder, 'h5py'),
  ]);
  return folders.flatMap((folder) =>
    filesIn(folder)
      .filter(isLibraryName)
      .map((name) => ({library: join(folder, name), plugins})),
  );
}

function environmentsAbove(folder: string): string[] {
  const parent = dirname(folder);
  const here = join(folder, '.venv');
  return [...(existsSync(here) ? [here] : []), ...(parent === folder ? [] : environmentsAbove(parent))];
}

/**
 * Lists the copies of libhdf5 to try, best first: `FIRSTLIGHT_LIBHDF5`, the h5py wheel in the project's `.venv` (nearest at or above `from`) and in
 * `VIRTUAL_ENV`, conda's, then the system's usual names.
 */
export function libraryCandidates(environment: NodeJS.ProcessEnv, from: string, platform: NodeJS.Platform = process.platform): Candidate[] {
  const chosen = environment['FIRSTLIGHT_LIBHDF5'];
  const pythons = [...environmentsAbove(from), ...(environment['VIRTUAL_ENV'] ? [environment['VIRTUAL_ENV']] : [])];
  const plugins = [...new Set(pythons.flatMap(pluginsIn))];
  if (chosen) return [{library: chosen, plugins}];
  const conda = environment['CONDA_PREFIX'];
  const inConda = conda ? filesIn(join(conda, 'lib')).filter(isLibraryName) : [];
  return [
    ...pythons.flatMap(inPythonEnvironment),
    ...inConda.map((name) => ({
      library: join(conda ?? '', 'lib', name),
      plugins: [...pluginsIn(conda ?? ''), join(conda ?? '', 'lib', 'hdf5', 'plugin')].filter((folder) => existsSync(folder)),
    })),
    ...(bareNames[platform as keyof typeof bareNames] ?? bareNames.linux).map((library) => ({library, plugins})),
  ];
}
