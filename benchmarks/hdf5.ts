// How fast our HDF5 is against h5py, which uses the same library: 52 MB of detector counts, small datasets, attributes, and writes.
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {BufferPool, openFile} from '@firstlight/hdf5';
import type {CreateOptions} from '@firstlight/hdf5';
import {compare, Report} from './harness.ts';
import {startPeer} from './hdf5/peer.ts';

const layouts: readonly {readonly name: string; readonly atMost: number}[] = [
  {name: 'contiguous', atMost: 1},
  {name: 'chunked', atMost: 1},
  {name: 'gzip', atMost: 0.8},
  {name: 'gzip and shuffle', atMost: 0.8},
  {name: 'blosc', atMost: 1},
  {name: 'bitshuffle', atMost: 1},
];

const writes: readonly {readonly name: string; readonly ours: CreateOptions; readonly peer: object}[] = [
  {name: 'contiguous', ours: {}, peer: {}},
  {
    name: 'gzip and shuffle',
    ours: {chunks: [1, 1000, 1000], gzip: 1, shuffle: true},
    peer: {compression: 'gzip', compression_opts: 1, shuffle: true},
  },
];

const smallCount = 200;

function milliseconds(action: () => void): number {
  const begin = performance.now();
  action();
  return performance.now() - begin;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'firstlight-bench-'));
  try {
    await run(folder, new Report('ours', 'h5py'));
  } finally {
    rmSync(folder, {recursive: true});
  }
}

async function run(folder: string, report: Report): Promise<void> {
  await using peer = await startPeer(folder);
  using file = openFile(join(folder, 'data.h5'), 'r');
  const pool = new BufferPool();

  for (const {name, atMost} of layouts) {
    using dataset = file.dataset(name);
    const ours = () => milliseconds(() => pool.give(dataset.read([], {into: pool}).data));
    report.add(await compare({figure: `read ${name}, used memory`, unit: 'ms', ours, peer: () => peer.measure('read', name), atMost}));
  }
  using contiguous = file.dataset('contiguous');
  const readNew = () => milliseconds(() => contiguous.read());
  report.add(
    await compare({figure: 'read contiguous, new memory', unit: 'ms', ours: readNew, peer: () => peer.measure('read', 'contiguous')}),
  );

  const eachMicroseconds = (ms: number) => (ms * 1000) / smallCount;
  const each = (action: (i: number) => void) => () =>
    eachMicroseconds(
      milliseconds(() => {
        for (let i = 0; i < smallCount; i++) action(i);
      }),
    );
  const peerEach = (operation: string) => async () => eachMicroseconds(await peer.measure(operation));
  using small = file.group('small');
  report.add(
    await compare({
      figure: 'open and read a small dataset',
      unit: 'us',
      ours: each((i) => file.read(`small/d${i}`)),
      peer: peerEach('read small'),
      atMost: 1,
    }),
  );
  report.add(
    await compare({
      figure: 'read a number attribute',
      unit: 'us',
      ours: each((i) => small.attributes.get(`a${i}`)),
      peer: peerEach('read attributes'),
      atMost: 1,
    }),
  );
  const readText = (i: number) => {
    using dataset = file.dataset(`small/d${i}`);
    dataset.attributes.get('units');
  };
  report.add(
    await compare({
      figure: "open and read a dataset's text attribute",
      unit: 'us',
      ours: each(readText),
      peer: peerEach('read text attributes'),
      atMost: 1,
    }),
  );

  const counts = contiguous.read();
  for (const {name, ours, peer: theirs} of writes) {
    const path = join(folder, 'ours.h5');
    const write = () => {
      const took = milliseconds(() => {
        using written = openFile(path, 'w');
        written.createDataset('x', counts, ours);
      });
      rmSync(path);
      return took;
    };
    report.add(await compare({figure: `write ${name}`, unit: 'ms', ours: write, peer: () => peer.measure('write', theirs), atMost: 1}));
  }
}

await main();
