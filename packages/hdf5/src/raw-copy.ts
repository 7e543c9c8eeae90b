import {readSync, writeSync} from 'node:fs';
import {sizeOf} from '@firstlight/core';
import koffi from 'koffi';
import type {Id} from './calls.ts';
import type {H5Dataset} from './dataset.ts';
import {checked} from './failure.ts';
import {withId} from './handles.ts';
import {h5} from './library.ts';
import {bytesOf} from './memory-types.ts';
import {worthReservingBytes} from './reserve.ts';

const undefinedAddress = 0xffff_ffff_ffff_ffffn;
const early = 1;
const never = 1; // H5D_FILL_TIME_NEVER
const pieceBytes = 8 * 2 ** 20;

type CopyFileRange = (
  from: number,
  fromOffset: BigInt64Array,
  to: number,
  toOffset: BigInt64Array,
  bytes: number,
  flags: number,
) => number | bigint;
let copyFileRange: CopyFileRange | undefined;

/** Whether a dataset is one big piece of plain numbers in its file, which the system copies many times faster than the library. */
export function isOnePiece(dataset: H5Dataset): boolean {
  const {dtype} = dataset.type;
  if (dtype === undefined || dtype === 'string' || dataset.chunks !== null || dataset.storage !== 'here') return false;
  const {shape, bytes} = dataset;
  return (
    shape !== null && bytes >= worthReservingBytes && bytes === sizeOf(shape) * bytesOf(dtype) && offsetOf(dataset.id) !== undefinedAddress
  );
}

/** Makes a dataset like another, with a place for its elements in the file; nothing is in them yet. */
export function makeAlike(dataset: H5Dataset, group: Id, name: string, linkProperties: Id): Id {
  const what = () => `make the dataset "${name}"`;
  const like = {type: h5().H5Dget_type, space: h5().H5Dget_space, properties: h5().H5Dget_create_plist};
  return withId(checked(like.type(dataset.id), what), h5().H5Tclose, (given) =>
    withId(checked(h5().H5Tcopy(given), what), h5().H5Tclose, (type) =>
      withId(checked(like.space(dataset.id), what), h5().H5Sclose, (space) =>
        withId(checked(like.properties(dataset.id), what), h5().H5Pclose, (properties) => {
          h5().H5Pset_alloc_time(properties, early);
          h5().H5Pset_fill_time(properties, never);
          return checked(h5().H5Dcreate2(group, name, type, space, linkProperties, properties, 0), what);
        }),
      ),
    ),
  );
}

/** A dataset of one piece in an open file. */
export interface Piece {
  readonly file: Id;
  readonly dataset: Id;
}

/** Copies the elements of a dataset into another that was made like it. Throws what the system says (`ENOSPC`). */
export function copyElements(from: Piece, to: Piece, bytes: number): void {
  const [source, target] = [descriptorOf(from.file), descriptorOf(to.file)];
  const fromOffset = BigInt64Array.of(offsetOf(from.dataset));
  const toOffset = BigInt64Array.of(offsetOf(to.dataset));
  const end = (fromOffset[0] as bigint) + BigInt(bytes);
  copyInKernel(source, fromOffset, target, toOffset, end);
  copyByHand(source, Number(fromOffset[0]), target, Number(toOffset[0]), Number(end));
}

/** Copies as much as the system is willing to; the offsets tell how far it came. */
function copyInKernel(source: number, fromOffset: BigInt64Array, target: number, toOffset: BigInt64Array, end: bigint): void {
  if (process.platform !== 'linux') return;
  copyFileRange ??= koffi
    .load(null)
    .func('copy_file_range', 'int64', ['int', 'void *', 'int', 'void *', 'size_t', 'uint']) as CopyFileRange;
  while ((fromOffset[0] as bigint) < end) {
    if (Number(copyFileRange(source, fromOffset, target, toOffset, Number(end - (fromOffset[0] as bigint)), 0)) <= 0) return;
  }
}

/** Copies the rest, and reports what there is to report. */
function copyByHand(source: number, from: number, target: number, to: number, end: number): void {
  if (from >= end) return;
  const piece = Buffer.allocUnsafe(Math.min(pieceBytes, end - from));
  let [at, into] = [from, to];
  while (at < end) {
    const read = readSync(source, piece, 0, Math.min(piece.length, end - at), at);
    if (read === 0) throw Object.assign(new Error('The file ends in the middle of its data.'), {code: 'hdf5-damaged'});
    for (let written = 0; written < read; ) written += writeSync(target, piece, written, read - written, into + written);
    at += read;
    into += read;
  }
}

const offsetOf = (dataset: Id): bigint => BigInt(h5().H5Dget_offset(dataset));

function descriptorOf(file: Id): number {
  const handle = new BigUint64Array(8);
  checked(h5().H5Fget_vfd_handle(file, 0, handle), () => 'find the file descriptor of a file');
  return koffi.decode(handle[0], 'int') as number;
}
