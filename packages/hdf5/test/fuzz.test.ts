import {readFileSync, writeFileSync} from 'node:fs';
import {isFirstlightError} from '@firstlight/core';
import type {NDArray} from '@firstlight/core';
import {HelperProcess, openFile} from '@firstlight/hdf5';
import {expect, test} from 'vitest';
import {folderForEachTest, runPython} from './support.ts';

const at = folderForEachTest();

const mutants = 1000;
const bytesAtOnce = 8;

/** Numbers from 0 up to 1, the same for the same seed. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// A small file with one of everything, so that most bytes of it are structure.
function ourSeed(path: string): void {
  using file = openFile(path, 'w');
  const numbers: NDArray = {dtype: 'float32', shape: [8, 4], data: new Float32Array(32).fill(1.5)};
  file.createDataset('plain', numbers).attributes.set('units', 'mJ');
  file.createDataset('g/packed', numbers, {chunks: [2, 4], gzip: 4, shuffle: true, maxShape: [null, 4]});
  file.createDataset('g/texts', {dtype: 'string', shape: [3], data: ['a', 'bb', 'ccc']});
  file.createDataset('flag', true);
  file.createDataset('z', {re: 1, im: 2});
  file.createSoftLink('soft', '/g/packed');
  using x = file.createDataset('x', {dtype: 'float64', shape: [8], data: new Float64Array(8)});
  x.makeScale('x');
  using plain = file.dataset('plain');
  plain.attachScale(0, x);
}

const theirSeed = `
import sys, h5py, numpy as np
for path, libver in ((sys.argv[1], 'earliest'), (sys.argv[2], 'latest')):
    with h5py.File(path, 'w', libver=libver) as f:
        r = np.zeros(3, [('a', 'i4'), ('s', h5py.string_dtype()), ('v', 'f4', (2,))]); r['s'] = 'text'; f['records'] = r
        f.create_dataset('lzf', data=np.arange(64.0), chunks=(16,), compression='lzf', fletcher32=True)
        f['refs'] = np.array([f['records'].ref, f['lzf'].ref], dtype=h5py.ref_dtype)
        f.create_dataset('regions', (1,), dtype=h5py.regionref_dtype)[0] = f['lzf'].regionref[2:5]
        f.create_dataset('lists', (2,), dtype=h5py.vlen_dtype(np.int16))[0] = [1, 2]
        f['enum'] = np.array([1, 0], dtype=h5py.enum_dtype({'off': 0, 'on': 1}))
        layout = h5py.VirtualLayout((2, 64), 'f8'); layout[0] = h5py.VirtualSource('.', 'lzf', (64,)); f.create_virtual_dataset('virtual', layout)
        for i in range(12): f.attrs[f'a{i}'] = np.arange(i)
`;

function mutate(bytes: Buffer, random: () => number): Buffer {
  const mutant = Buffer.from(bytes);
  if (random() < 0.1) return mutant.subarray(0, Math.floor(random() * mutant.length));
  const changes = 1 + Math.floor(random() * bytesAtOnce);
  for (let i = 0; i < changes; i++) {
    const offset = Math.floor(random() * mutant.length);
    // Extreme values are what lengths and addresses break on.
    mutant[offset] = random() < 0.5 ? Math.floor(random() * 256) : random() < 0.5 ? 255 : 0;
  }
  return mutant;
}

type Outcome = 'unharmed' | 'refused' | 'crashed' | 'stuck';

// Some damage makes the library loop for ever (HDF5 2.0: a global heap object of size 0); only the end of the process ends that.
async function outcomeOf(helper: HelperProcess, path: string): Promise<Outcome> {
  try {
    const {refused} = await helper.call<{refused: number}>('touch', {path, limitBytes: 2 ** 22}, {timeoutMs: 2000});
    return refused === 0 ? 'unharmed' : 'refused';
  } catch (error) {
    if (isFirstlightError(error, 'helper-crashed')) return 'crashed';
    if (isFirstlightError(error, 'helper-timeout')) return 'stuck';
    throw error;
  }
}

test('a damaged file gives an error or costs the helper its life, never this process', async () => {
  ourSeed(at('ours.h5'));
  runPython(theirSeed, at('old.h5'), at('new.h5'));
  const seeds = ['ours.h5', 'old.h5', 'new.h5'].map((name) => readFileSync(at(name)));
  const random = chance(20_240_605);
  await using helper = await HelperProcess.start(new URL('./helper-entry.ts', import.meta.url));
  const outcomes: Record<Outcome, number> = {unharmed: 0, refused: 0, crashed: 0, stuck: 0};
  for (let i = 0; i < mutants; i++) {
    const path = at('mutant.h5');
    writeFileSync(path, mutate(seeds[i % seeds.length] as Buffer, random));
    outcomes[await outcomeOf(helper, path)]++;
  }
  expect(outcomes.unharmed + outcomes.refused + outcomes.crashed + outcomes.stuck).toBe(mutants);
  expect(outcomes.refused).toBeGreaterThan(mutants / 10);
  expect(outcomes.crashed + outcomes.stuck).toBeLessThan(mutants / 20);
  // The helper still works after all that.
  expect(await helper.call('touch', {path: at('ours.h5'), limitBytes: 2 ** 22})).toMatchObject({refused: 0});
}, 180_000);
