import {extname} from 'node:path';
import {FirstlightError} from '@firstlight/core';

/** By the end of the file's name. */
const formats = {
  '.csv': 'csv',
  '.parquet': 'parquet',
  '.xlsx': 'xlsx',
  '.md': 'markdown',
  '.h5': 'hdf5',
  '.hdf5': 'hdf5',
  '.zip': 'bundle',
} as const;

/** A kind of file that an export writes. */
export type ExportFormat = (typeof formats)[keyof typeof formats];

/** @throws FirstlightError `bad-format` when the name says none. */
export function formatOf(file: string): ExportFormat {
  const extension = extname(file).toLowerCase();
  if (extension in formats) return formats[extension as keyof typeof formats];
  throw new FirstlightError('bad-format', `The end of ${file} does not say what to write; use one of ${Object.keys(formats).join(', ')}.`);
}
