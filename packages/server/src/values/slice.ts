import {FirstlightError} from '@firstlight/core';

/** Which part of one dimension: a position (the dimension goes away), a range, or null for all. */
export type SlicePart = number | {readonly start?: number; readonly stop?: number; readonly step?: number} | null;

const mostDimensions = 32;
const position = /^-?\d{1,15}$/;
const range = /^(-?\d{1,15})?:(-?\d{1,15})?(?::(\d{1,15}))?$/;

/**
 * Reads `?slice=`: for each dimension, joined by commas, a position (`5`), a range (`0:10`, `::2`, `-5:`) or `:` for all; what is left out is all.
 *
 * Positions may count from the end (`-1`); they are resolved, and ranges cut to what is there, once the shape is known (`resolveSlice`).
 *
 * @throws FirstlightError `bad-slice`.
 * @example
 * parseSlice('0:10,5'); // [{start: 0, stop: 10}, 5]
 */
export function parseSlice(text: string): SlicePart[] {
  const pieces = text.split(',').map((piece) => piece.trim());
  if (pieces.length > mostDimensions) throw badSlice(text, `it has more than ${mostDimensions} parts`);
  return pieces.map((piece) => parsePart(piece, text));
}

function parsePart(piece: string, whole: string): SlicePart {
  if (piece === ':' || piece === '::') return null;
  if (position.test(piece)) return Number(piece);
  const match = range.exec(piece);
  if (!match) throw badSlice(whole, `"${piece}" is neither a position, a range nor ":"`);
  const [start, stop, step] = [match[1], match[2], match[3]].map((number) => (number === undefined ? undefined : Number(number)));
  if (step === 0) throw badSlice(whole, 'a step must be at least 1');
  return {...(start !== undefined && {start}), ...(stop !== undefined && {stop}), ...(step !== undefined && {step})};
}

/**
 * A slice in terms of a real shape: positions counted from the front, ranges inside the array, one part for each dimension.
 *
 * @throws FirstlightError `bad-slice` when there are more parts than dimensions or a position is outside.
 */
export function resolveSlice(parts: readonly SlicePart[], shape: readonly number[]): SlicePart[] {
  if (parts.length > shape.length)
    throw badSlice(undefined, `it has ${parts.length} parts, but the array has the shape (${shape.join(', ')})`);
  return shape.map((length, dimension) => resolvePart(parts[dimension] ?? null, length, dimension));
}

function resolvePart(part: SlicePart, length: number, dimension: number): SlicePart {
  if (part === null) return null;
  if (typeof part === 'number') {
    const fromFront = part < 0 ? part + length : part;
    if (fromFront >= 0 && fromFront < length) return fromFront;
    throw badSlice(undefined, `position ${part} is outside dimension ${dimension}, which has ${length} elements`);
  }
  const inside = (at: number) => Math.min(Math.max(at < 0 ? at + length : at, 0), length);
  const start = inside(part.start ?? 0);
  return {start, stop: Math.max(start, inside(part.stop ?? length)), step: part.step ?? 1};
}

/** The shape that a resolved slice leaves. */
export const sizeAfter = (parts: readonly SlicePart[], shape: readonly number[]): number[] =>
  shape.flatMap((length, dimension) => {
    const part = parts[dimension] ?? null;
    if (part === null) return [length];
    if (typeof part === 'number') return [];
    return [Math.max(0, Math.ceil(((part.stop ?? length) - (part.start ?? 0)) / (part.step ?? 1)))];
  });

const badSlice = (text: string | undefined, reason: string) =>
  new FirstlightError(
    'bad-slice',
    `The slice${text === undefined ? '' : ` "${text}"`} cannot be used: ${reason}. Write for example slice=0:10,5 or slice=:,::2.`,
  );
