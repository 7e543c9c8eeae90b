import type {NDArray, RunId} from '@firstlight/core';
import {labelled} from '@firstlight/core/labelled';
import {readAnnounced} from '@firstlight/store';
import type {ReadValue} from '@firstlight/store';

interface Place extends RunId {
  readonly fragments: string;
}

/** Reads a value that was computed in another language, as this one has such values: what is stored of it, not what the function returned. */
export const readForeign = ({fragments, proposal, run}: Place, name: string, fragment: string): unknown =>
  valueOf(readAnnounced(fragments, {proposal, run}, name, fragment));

function valueOf(read: ReadValue): unknown {
  if (read.kind === 'text') return read.text;
  if (read.kind === 'plotly') return JSON.parse(read.figure) as unknown;
  if (read.kind === 'DataArray') return labelled(read);
  if (read.kind === 'Dataset') return labelled(read);
  const {array} = read;
  if (read.kind === 'image') return {rgba: array.data, width: array.shape[1], height: array.shape[0]};
  return array.shape.length === 0 ? scalarOf(array) : array;
}

function scalarOf({dtype, data}: NDArray): unknown {
  const {0: first, 1: second} = data as ArrayLike<unknown>;
  if (dtype === 'bool') return Boolean(first);
  if (dtype.startsWith('complex')) return {re: first, im: second};
  // A whole number is as exact as a number, so that it can be used with others.
  return typeof first === 'bigint' && Number.isSafeInteger(Number(first)) ? Number(first) : first;
}
