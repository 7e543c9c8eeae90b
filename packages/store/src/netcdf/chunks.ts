import {arrayTypeOf, type DType, sizeOf} from '@firstlight/core';

const largestChunkBytes = 1_000_000; // fits the HDF5 library's chunk cache

/** A chunk shape of at most a megabyte: the whole array, or halved along its longest axis until it fits. */
export function chunkShape(shape: readonly number[], dtype: DType): number[] {
  const elementBytes = dtype === 'string' ? 16 : arrayTypeOf(dtype).BYTES_PER_ELEMENT * (dtype.startsWith('complex') ? 2 : 1);
  const chunk = [...shape];
  while (sizeOf(chunk) * elementBytes > largestChunkBytes) {
    const longest = chunk.indexOf(Math.max(...chunk));
    chunk[longest] = Math.ceil((chunk[longest] as number) / 2);
  }
  return chunk;
}
