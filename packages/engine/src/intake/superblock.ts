/** What the first bytes of an HDF5 file tell about it. */
export type FileVerdict =
  | {readonly state: 'complete'}
  /** Somebody writes, or seems to. */
  | {readonly state: 'growing'; readonly reason: string}
  /** Cannot be opened as it is; may still be being copied. */
  | {readonly state: 'damaged'; readonly reason: string};

/** How many bytes of a file `judgeHead` wants to see. */
export const HEAD_BYTES = 2048 + 96;

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
// A file may begin with a block of the user's own; HDF5 then starts at one of these places (and at further doublings, which nobody uses).
const SIGNATURE_PLACES = [0, 512, 1024, 2048];
const OPEN_FOR_WRITING = 1;
const OPEN_FOR_SHARED_WRITING = 4;
const UNDEFINED_ADDRESS = 0xffff_ffff_ffff_ffffn;

/**
 * Tells from a file's first bytes and its size whether it is a complete HDF5 file, without opening it: opening would take a lock that can disturb its writer.
 *
 * Superblock versions 2 and 3 carry marks of open writers; versions 0 and 1 do not, but while such a file is written, its recorded end does not agree with its size.
 */
export const judgeHead = (head: Uint8Array, sizeBytes: number): FileVerdict => {
  if (sizeBytes === 0) return growing('is empty');
  const start = SIGNATURE_PLACES.find((place) => SIGNATURE.every((byte, i) => head[place + i] === byte));
  if (start === undefined) return noSignature(head);
  const view = new DataView(head.buffer, head.byteOffset + start, head.byteLength - start);
  const superblock = readSuperblock(view);
  if (superblock === 'short') return damaged('ends within its header');
  if (superblock === 'unknown') return damaged('has a header of a kind we do not know');
  if (superblock.writers !== 0) return growing('is marked as open for writing');
  if (superblock.end === undefined) return growing('does not say yet where it ends');
  return judgeEnd(superblock.end, sizeBytes, superblock.version);
};

interface Superblock {
  readonly version: number;
  /** Marks of open writers. */
  readonly writers: number;
  /** Where the file's data end, in bytes; undefined if it does not say. */
  readonly end: number | undefined;
}

const judgeEnd = (end: number, sizeBytes: number, version: number): FileVerdict => {
  if (sizeBytes < end) return damaged(`ends after ${sizeBytes} of ${end} bytes`);
  // Without marks of open writers, rows behind the recorded end are the only sign of one.
  if (version < 2 && sizeBytes > end) return growing(`has ${sizeBytes - end} bytes that its header does not know of yet`);
  return {state: 'complete'};
};

// A writer may put data down before the header: then the place of the header is still zero.
const noSignature = (head: Uint8Array): FileVerdict =>
  head.subarray(0, SIGNATURE.length).every((byte) => byte === 0) ? growing('has no header yet') : damaged('is not an HDF5 file');

/** Versions 0 and 1 begin with a table of constants, versions 2 and 3 go straight to the addresses; both list base, extension or free space, end of file. */
const readSuperblock = (view: DataView): Superblock | 'short' | 'unknown' => {
  if (view.byteLength < 12) return 'short';
  const version = view.getUint8(8);
  if (version > 3) return 'unknown';
  const isOld = version < 2;
  if (isOld && view.byteLength < 24) return 'short';
  const addressBytes = view.getUint8(isOld ? 13 : 9);
  if (addressBytes !== 4 && addressBytes !== 8) return 'unknown';
  const addresses = {0: 24, 1: 28, 2: 12, 3: 12}[version] ?? 12;
  const endOffset = addresses + 2 * addressBytes;
  if (view.byteLength < endOffset + addressBytes) return 'short';
  const marks = isOld ? 0 : view.getUint8(11) & (OPEN_FOR_WRITING | OPEN_FOR_SHARED_WRITING);
  return {version, writers: marks, end: readAddress(view, endOffset, addressBytes)};
};

const readAddress = (view: DataView, offset: number, bytes: number): number | undefined => {
  const address = bytes === 8 ? view.getBigUint64(offset, true) : BigInt(view.getUint32(offset, true));
  return address === UNDEFINED_ADDRESS || (bytes === 4 && address === 0xffff_ffffn) ? undefined : Number(address);
};

const growing = (reason: string): FileVerdict => ({state: 'growing', reason});
const damaged = (reason: string): FileVerdict => ({state: 'damaged', reason});
