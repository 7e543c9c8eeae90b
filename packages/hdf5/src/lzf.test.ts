import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {lzfDecompress} from './lzf.ts';

test('literals and overlapping copies are undone', () => {
  // "ab", then 7 bytes from 2 back.
  const packed = new Uint8Array([1, 97, 98, (5 << 5) | 0, 1]);
  const plain = new Uint8Array(9);
  expect(lzfDecompress(packed, plain)).toBe(9);
  expect(new TextDecoder().decode(plain)).toBe('ababababa');
});

test('damaged input gives -1 and never writes outside the output', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 60}), fc.nat({max: 40}), (packed, room) => {
      const memory = new Uint8Array(room + 8).fill(7);
      const produced = lzfDecompress(packed, memory.subarray(0, room));
      expect(produced).toBeGreaterThanOrEqual(-1);
      expect(produced).toBeLessThanOrEqual(room);
      expect(memory.subarray(room)).toEqual(new Uint8Array(8).fill(7));
    }),
    {numRuns: 2000, seed: 20_240_606},
  );
});
