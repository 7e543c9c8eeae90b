import {arrayTypeOf} from '@firstlight/core';
import type {DType, TypedArray} from '@firstlight/core';
import {newArray} from './allocate.ts';

/**
 * Keeps memory of finished reads for the next ones; a read into used memory takes about half the time of one into new memory.
 *
 * Give an array back only when nobody looks at it any more.
 *
 * @example
 * const pool = new BufferPool();
 * const frame = dataset.read([0], {into: pool});
 * // … use it …
 * pool.give(frame.data);
 */
export class BufferPool {
  readonly #free: ArrayBuffer[] = [];
  readonly #limitBytes: number;
  #heldBytes = 0;

  /** Holds at most `limitBytes` of unused memory (default 256 MiB). */
  constructor({limitBytes = 256 * 2 ** 20}: {limitBytes?: number} = {}) {
    this.#limitBytes = limitBytes;
  }

  /** An array with arbitrary content. */
  take(dtype: Exclude<DType, 'string'>, length: number): TypedArray {
    const Type = arrayTypeOf(dtype);
    const bytes = length * Type.BYTES_PER_ELEMENT;
    // The smallest that fits, unless most of it would lie idle.
    const best = this.#free
      .filter((buffer) => buffer.byteLength >= bytes && buffer.byteLength <= 2 * bytes)
      .sort((a, b) => a.byteLength - b.byteLength)[0];
    if (best === undefined) return newArray(dtype, length);
    this.#free.splice(this.#free.indexOf(best), 1);
    this.#heldBytes -= best.byteLength;
    return new Type(best, 0, length);
  }

  /** Returns an array's memory; it is dropped when the pool is full or the array is only part of its memory's owner. */
  give(array: unknown): void {
    if (!ArrayBuffer.isView(array) || !(array.buffer instanceof ArrayBuffer) || array.byteOffset !== 0) return;
    const {buffer} = array;
    if (buffer.byteLength === 0 || this.#heldBytes + buffer.byteLength > this.#limitBytes || this.#free.includes(buffer)) return;
    this.#free.push(buffer);
    this.#heldBytes += buffer.byteLength;
  }
}
