import {readFileSync, statSync, truncateSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {HEAD_BYTES, judgeHead} from '../src/intake/superblock.ts';
import {openWriter, temporaryDirectory, writeFiles} from './intake-tools.ts';

const judge = (path: string) => judgeHead(readFileSync(path).subarray(0, HEAD_BYTES), statSync(path).size);

test.each(['earliest', 'v108', 'latest'])(
  'a closed file of library version %s is complete, and damaged when its end is missing',
  (version) => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'a.h5');
    writeFiles([path], version);
    expect(judge(path)).toEqual({state: 'complete'});
    const {size} = statSync(path);
    truncateSync(path, size - 100);
    expect(judge(path)).toEqual({state: 'damaged', reason: `ends after ${size - 100} of ${size} bytes`});
  },
);

test.each([
  ['latest', 'plain'],
  ['latest', 'swmr'],
  ['v110', 'swmr'],
] as const)('a file of library version %s that is open for writing (%s) is growing until it is closed', async (version, mode) => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'a.h5');
  await using writer = await openWriter(path, version, mode);
  for (const command of ['append', 'flush', 'append', 'flush', 'append'] as const) {
    await writer.tell(command);
    expect(judge(path).state).toBe('growing');
  }
  await writer.tell('close');
  expect(judge(path)).toEqual({state: 'complete'});
});

test('an old-style file with data its writer has not accounted for is not complete', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'a.h5');
  await using writer = await openWriter(path, 'earliest', 'plain');
  expect(judge(path).state).not.toBe('complete');
  await writer.tell('append');
  await writer.tell('flush');
  await writer.tell('append');
  expect(judge(path).state).not.toBe('complete');
  await writer.tell('close');
  expect(judge(path)).toEqual({state: 'complete'});
});

test('a file whose writer died stays marked as open', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'a.h5');
  {
    await using writer = await openWriter(path, 'latest', 'swmr');
    await writer.tell('append');
    await writer.tell('flush');
  }
  expect(judge(path)).toEqual({state: 'growing', reason: 'is marked as open for writing'});
});

test('a file with a block of the user before the data is found complete', () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'a.h5');
  writeFiles([path]);
  const shifted = new Uint8Array(512 + statSync(path).size);
  shifted.set(readFileSync(path), 512);
  // The recorded end counts from the beginning of the file.
  const view = new DataView(shifted.buffer);
  view.setBigUint64(512 + 40, BigInt(shifted.length), true);
  expect(judgeHead(shifted.subarray(0, HEAD_BYTES), shifted.length)).toEqual({state: 'complete'});
});

test.each([
  ['nothing', new Uint8Array(0), 'growing', 'is empty'],
  ['zeros', new Uint8Array(800), 'growing', 'has no header yet'],
  ['text', new TextEncoder().encode('# not data, but notes of the shift'), 'damaged', 'is not an HDF5 file'],
  ['the signature alone', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10), 'damaged', 'ends within its header'],
  [
    'a future header',
    Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10, 9, 8, 8, 0),
    'damaged',
    'has a header of a kind we do not know',
  ],
])('a file of %s has a verdict', (_, bytes, state, reason) => {
  expect(judgeHead(bytes, bytes.length)).toEqual({state, reason});
});
