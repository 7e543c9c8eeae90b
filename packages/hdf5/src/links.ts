import koffi from 'koffi';
import type {Id} from './calls.ts';
import {checked} from './failure.ts';
import {h5} from './library.ts';

/** Where a name in a group leads. */
export type H5Link =
  | {readonly kind: 'hard'}
  | {readonly kind: 'soft'; readonly target: string}
  | {readonly kind: 'external'; readonly file: string; readonly target: string}
  /** Of a kind that some program made for itself. */
  | {readonly kind: 'other'};

const byName = 0;
const byCreation = 1;
const increasing = 0;
const hardLink = 0;
const softLink = 1;
const externalLink = 64;
const valueSizeOffset = 24;

let collector: bigint | undefined;
let collected: string[] = [];

function collect(_group: Id, name: bigint): number {
  collected.push(koffi.decode.string(name));
  return 0;
}

/** The names in a group: in order of creation where the group remembers it, else sorted. */
export function linkNames(group: Id, what: () => string): string[] {
  collector ??= koffi.register(collect, koffi.pointer(koffi.proto('int FirstlightLink(int64 group, void *name, void *info, void *data)')));
  collected = [];
  checked(h5().iterateLinks?.(group, remembersOrder(group) ? byCreation : byName, increasing, null, collector, null) ?? -1, what);
  return collected;
}

/** Whether a group remembers the order in which names were made. */
export function remembersOrder(group: Id): boolean {
  // The identifier of a file stands for its root group everywhere but here.
  const root = h5().H5Gopen2(group, '.', 0);
  if (root < 0) return false;
  const properties = h5().H5Gget_create_plist(root);
  h5().H5Gclose(root);
  if (properties < 0) return false;
  const order = new Uint32Array(16);
  h5().H5Pget_link_creation_order(properties, order);
  h5().H5Pclose(properties);
  return ((order[0] ?? 0) & 2) !== 0;
}

/** What kind of link a name is, without following it. */
export function linkOf(group: Id, name: string, what: () => string): H5Link {
  const info = new DataView(new ArrayBuffer(128));
  checked(h5().linkInfo?.(group, name, new Uint8Array(info.buffer), 0) ?? -1, what);
  const kind = info.getInt32(0, true);
  if (kind === hardLink) return {kind: 'hard'};
  if (kind !== softLink && kind !== externalLink) return {kind: 'other'};
  const size = Number(info.getBigUint64(valueSizeOffset, true));
  const value = Buffer.alloc(Math.max(64, size));
  checked(h5().H5Lget_val(group, name, value, value.length, 0), what);
  if (kind === softLink) return {kind: 'soft', target: textFrom(value, 0)};
  // One byte of version and flags, then the file and the path in it.
  const file = textFrom(value, 1);
  return {kind: 'external', file, target: textFrom(value, 2 + Buffer.byteLength(file))};
}

const textFrom = (bytes: Buffer, start: number): string => bytes.toString('utf8', start, bytes.indexOf(0, start));
