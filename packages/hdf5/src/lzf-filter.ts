import koffi from 'koffi';
import type {Calls} from './calls.ts';
import {lzfDecompress} from './lzf.ts';

const lzfId = 32000;
const reverseFlag = 0x0100;

/**
 * Gives the library h5py's LZF filter, for reading.
 *
 * h5py compiles it into its own extension module, so no plugin file exists that the library could load; here the library calls back into JavaScript.
 */
export function registerLzf(calls: Calls): void {
  if (calls.H5Zfilter_avail(lzfId) > 0) return;
  const filter = koffi.register(
    (flags: number, count: number | bigint, values: bigint | null, bytes: number | bigint, size: bigint, data: bigint) =>
      undo(calls, {flags, count: Number(count), values, bytes: Number(bytes), size, data}),
    koffi.pointer(filterType()),
  );
  const name = keep(new TextEncoder().encode('lzf\0'));
  // H5Z_class2_t: version, id, encoder present, decoder present, name, can_apply, set_local, filter.
  const description = new DataView(new ArrayBuffer(48));
  [1, lzfId, 0, 1].forEach((value, i) => description.setInt32(4 * i, value, true));
  [name, 0n, 0n, filter].forEach((pointer, i) => description.setBigUint64(16 + 8 * i, pointer, true));
  calls.H5Zregister(new Uint8Array(description.buffer));
}

const filterType = () =>
  koffi.proto('size_t FirstlightFilter(uint flags, size_t count, void *values, size_t bytes, void *size, void *data)');

interface FilterCall {
  readonly flags: number;
  readonly count: number;
  readonly values: bigint | null;
  readonly bytes: number;
  /** Address of the buffer's size. */
  readonly size: bigint;
  /** Address of the buffer's address. */
  readonly data: bigint;
}

// The chunk's plain size is the third filter parameter h5py writes; 0 tells the library that the filter failed.
function undo(calls: Calls, call: FilterCall): number {
  if ((call.flags & reverseFlag) === 0 || call.count < 3 || call.values === null) return 0;
  const plainBytes = koffi.decode(call.values, 8, 'uint32') as number;
  const source = koffi.decode(call.data, 'void *') as bigint | null;
  const target = calls.H5allocate_memory(plainBytes, 0) as bigint | null;
  if (source === null || target === null) return 0;
  const produced = lzfDecompress(new Uint8Array(koffi.view(source, call.bytes)), new Uint8Array(koffi.view(target, plainBytes)));
  if (produced < 0) {
    calls.H5free_memory(target);
    return 0;
  }
  calls.H5free_memory(source);
  koffi.encode(call.data, 'void *', target);
  koffi.encode(call.size, 'size_t', plainBytes);
  return produced;
}

// The library keeps the pointer for ever.
function keep(bytes: Uint8Array): bigint {
  const memory = koffi.alloc('uint8', bytes.length) as bigint;
  koffi.encode(memory, koffi.array('uint8', bytes.length), bytes);
  return memory;
}
