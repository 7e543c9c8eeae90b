import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {arrayTypeOf, sizeOf} from '@firstlight/core';
import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {decodeNpy, encodeNpy} from '../src/index.ts';
import {array, runPython, temporaryDirectory} from './support.ts';

const dtypes = [
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'float16',
  'float32',
  'float64',
  'bool',
  'complex64',
  'complex128',
] as const;

/** Any array of numbers. */
const arrays = fc
  .record({
    dtype: fc.constantFrom(...dtypes),
    shape: fc.array(fc.integer({min: 0, max: 5}), {maxLength: 4}),
    seed: fc.uint8Array({minLength: 8, maxLength: 64}),
  })
  .map(({dtype, shape, seed}) => {
    const arrayType = arrayTypeOf(dtype);
    const length = sizeOf(shape) * (dtype.startsWith('complex') ? 2 : 1);
    const bytes = Uint8Array.from({length: length * arrayType.BYTES_PER_ELEMENT}, (_, i) =>
      dtype === 'bool' ? (seed[i % seed.length] as number) % 2 : (seed[i % seed.length] as number),
    );
    return array(dtype, shape, new arrayType(bytes.buffer));
  });

test('an array survives being written as .npy and read again, bit by bit', () => {
  fc.assert(
    fc.property(arrays, (given) => {
      const {dtype, shape, data} = decodeNpy(encodeNpy(given));
      expect({dtype, shape}).toEqual({dtype: given.dtype, shape: given.shape});
      const bytes = (view: ArrayBufferView): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
      expect(bytes(data as Uint8Array).equals(bytes(given.data as Uint8Array))).toBe(true);
    }),
  );
});

test('arbitrary bytes are an array or a clear error, never anything else', () => {
  const start = encodeNpy(array('int16', [2, 2], Int16Array.of(1, 2, 3, 4)));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(start.length - 1), fc.nat(255))), fc.nat(start.length), (changes, length) => {
      const bytes = start.slice(0, length);
      for (const [at, value] of changes) if (at < length) bytes[at] = value;
      expect(codeOfFailure(() => decodeNpy(bytes))).toBeOneOf([undefined, 'bad-npy']);
    }),
  );
});

function codeOfFailure(action: () => void): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as {code?: unknown}).code ?? error;
  }
}

test('numpy reads what we write and we read what numpy writes, in any byte and memory order', async () => {
  const directory = temporaryDirectory();
  const ours = array('complex64', [2, 2], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  writeFileSync(join(directory, 'ours.npy'), encodeNpy(ours));
  const script = join(directory, 'npy.py');
  writeFileSync(
    script,
    `import numpy as np, io, sys
folder = ${JSON.stringify(directory)}
assert (np.load(folder + "/ours.npy") == np.array([[1 + 2j, 3 + 4j], [5 + 6j, 7 + 8j]], dtype="complex64")).all()
for array in (np.arange(24, dtype=">i4").reshape(2, 3, 4), np.asfortranarray(np.arange(6, dtype="<f8").reshape(2, 3)), np.array(7, dtype="u2"), np.zeros((0, 3), dtype="?")):
    file = io.BytesIO()
    np.save(file, array)
    print(file.getvalue().hex())
`,
  );
  const [swapped, fortran, scalar, empty] = (await runPython([script], {directory}))
    .trim()
    .split('\n')
    .map((hex) => decodeNpy(Buffer.from(hex, 'hex')));
  expect(swapped).toEqual(
    array(
      'int32',
      [2, 3, 4],
      Int32Array.from({length: 24}, (_, i) => i),
    ),
  );
  expect(fortran).toEqual(array('float64', [2, 3], Float64Array.of(0, 1, 2, 3, 4, 5)));
  expect(scalar).toEqual(array('uint16', [], Uint16Array.of(7)));
  expect(empty).toEqual(array('bool', [0, 3], new Uint8Array(0)));
});
