import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {libraryCandidates} from './find-library.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'firstlight-find-'));
});
afterEach(() => rmSync(root, {recursive: true}));

function put(...path: string[]): string {
  const file = join(root, ...path);
  mkdirSync(join(file, '..'), {recursive: true});
  writeFileSync(file, '');
  return file;
}

test('the library named in FIRSTLIGHT_LIBHDF5 is the only one tried', () => {
  put('.venv', 'lib', 'python3.11', 'site-packages', 'h5py.libs', 'libhdf5-1.so.320.0.0');
  expect(libraryCandidates({FIRSTLIGHT_LIBHDF5: '/x/libhdf5.so'}, root, 'linux')).toEqual([{library: '/x/libhdf5.so', plugins: []}]);
});

test('the wheel of the nearest .venv comes first with its plugins, then VIRTUAL_ENV, conda and the system', () => {
  const site = ['.venv', 'lib', 'python3.11', 'site-packages'];
  const wheel = put(...site, 'h5py.libs', 'libhdf5-9e18f0c6.so.320.0.0');
  put(...site, 'h5py.libs', 'libhdf5_hl-69da89c9.so.320.0.0');
  put(...site, 'h5py.libs', 'libsz-c6be10dd.so.2.0.1');
  const plugin = put(...site, 'hdf5plugin', 'plugins', 'libh5blosc.so');
  const active = put('active', 'lib', 'python3.12', 'site-packages', 'h5py.libs', 'libhdf5-aa.so.310.0.0');
  const conda = put('conda', 'lib', 'libhdf5.so.310');
  mkdirSync(join(root, 'packages', 'hdf5', 'src'), {recursive: true});
  const found = libraryCandidates(
    {VIRTUAL_ENV: join(root, 'active'), CONDA_PREFIX: join(root, 'conda')},
    join(root, 'packages', 'hdf5', 'src'),
    'linux',
  );
  expect(found.slice(0, 3).map(({library}) => library)).toEqual([wheel, active, conda]);
  expect(found[0]?.plugins).toEqual([join(plugin, '..')]);
  expect(found.slice(3).every(({library}) => library.startsWith('libhdf5'))).toBe(true);
});

test('on a machine with nothing but the system, its usual names are tried', () => {
  expect(libraryCandidates({}, root, 'linux').map(({library}) => library)).toContain('libhdf5.so');
  expect(libraryCandidates({}, root, 'darwin')[0]?.library).toBe('libhdf5.dylib');
});
