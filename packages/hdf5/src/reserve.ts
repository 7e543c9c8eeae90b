import koffi from 'koffi';
import type {Id} from './calls.ts';
import {h5} from './library.ts';

/** Contiguous data from this size on gets its place on disk before it is written. */
export const worthReservingBytes = 2 ** 20;

const keepSize = 1;
const undefinedAddress = 0xffff_ffff_ffff_ffffn;

type Fallocate = (descriptor: number, mode: number, offset: bigint, bytes: number) => number;
let fallocate: Fallocate | undefined;

/**
 * Asks Linux for the disk blocks of a contiguous dataset that has its address already.
 *
 * Writing then takes a third less time on ext4, and the data lies in one piece. Where the file system cannot do it, or the disk is too full, nothing happens:
 * the write that follows reports what there is to report.
 */
export function reserveSpace(file: Id, dataset: Id, bytes: number): void {
  if (process.platform !== 'linux') return;
  const offset = BigInt(h5().H5Dget_offset(dataset));
  const handle = new BigUint64Array(8);
  if (offset === undefinedAddress || h5().H5Fget_vfd_handle(file, 0, handle) < 0) return;
  fallocate ??= koffi.load(null).func('fallocate', 'int', ['int', 'int', 'int64', 'int64']) as Fallocate;
  fallocate(koffi.decode(handle[0], 'int') as number, keepSize, offset, bytes);
}
