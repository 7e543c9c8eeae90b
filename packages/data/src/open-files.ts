import {openFile} from '@firstlight/hdf5';
import type {H5File} from '@firstlight/hdf5';

const mostOpenFiles = 128;
/** Least recently used first. */
const opened = new Map<string, H5File>();

/**
 * An open HDF5 file for reading, shared by all who read it in this process; the file that was not used for longest is closed when too many are open.
 *
 * Use it at once and do not keep it.
 */
export function openForReading(path: string): H5File {
  const file = opened.get(path) ?? openFile(path, 'r');
  opened.delete(path);
  opened.set(path, file);
  if (opened.size > mostOpenFiles) closeForReading(opened.keys().next().value as string);
  return file;
}

/** Closes a file; it opens again when someone reads. */
export function closeForReading(path: string): void {
  opened.get(path)?.[Symbol.dispose]();
  opened.delete(path);
}
