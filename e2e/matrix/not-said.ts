/** What cannot be said, and why: every hole in the matrix has its reason here. */

import {asLabelled} from './said.ts';

export type Writer = 'python' | 'typescript' | 'official' | 'submitted';
export type Reader = 'TypeScript' | 'Python, folder' | 'Python, server' | 'official' | 'xarray and h5py';

const notInTypeScript = 'TypeScript has no such type';

/** Values that a writer cannot express; nobody may find anything there. */
export const notWritten: Readonly<Record<Writer, Readonly<Record<string, string>>>> = {
  python: {},
  typescript: {
    some_bytes: `${notInTypeScript}: bytes are arrays of numbers`,
    records: `${notInTypeScript}: elements of several fields`,
    words: `${notInTypeScript}: texts of fixed length`,
    labelled_over_times: `${notInTypeScript}: times in coordinates are numbers`,
    frame: `${notInTypeScript}: pandas is Python's`,
    frame_by_name: `${notInTypeScript}: pandas is Python's`,
    series: `${notInTypeScript}: pandas is Python's`,
  },
  official: {},
  submitted: {},
};

/** Another way of giving a value, and why. */
interface Otherwise {
  readonly why: string;
  /** What is given instead, made of what was returned. */
  readonly as: (returned: Readonly<Record<string, unknown>>) => unknown;
}

const tables: Otherwise = {why: 'TypeScript has no pandas, but labelled arrays', as: asLabelled};
const refused = {
  kind: 'raised',
  text: 'FirstlightError: The stored value at /records/data cannot be read: its elements are compounds, which cannot be shown. Compute it again.',
};

/** Values that a reader gives in another way than all others. */
export const readOtherwise: Readonly<Record<Reader, Readonly<Record<string, Otherwise>>>> = {
  TypeScript: {
    frame: tables,
    frame_by_name: tables,
    series: tables,
    records: {why: 'TypeScript has no elements of several fields; the sentence says so', as: () => refused},
    words: {why: 'TypeScript gives several texts as lines', as: () => ({kind: 'text', text: 'ab\ncde'})},
  },
  'Python, folder': {},
  'Python, server': {},
  official: {words: {why: 'the official package gives only the first of several texts', as: () => ({kind: 'text', text: 'ab'})}},
  'xarray and h5py': {},
};
