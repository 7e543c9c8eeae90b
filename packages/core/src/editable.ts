import {FirstlightError} from './errors.ts';

/** The types of variables that a person fills in, as DAMNIT knows them. */
export const editableTypes = ['boolean', 'integer', 'number', 'string'] as const;

/** One of `editableTypes`. */
export type EditableType = (typeof editableTypes)[number];

/** Tells whether this is the type of a variable that a person fills in. */
export const isEditableType = (type: string | null): type is EditableType => (editableTypes as readonly (string | null)[]).includes(type);

const smallestInteger = -(2n ** 63n);
const largestInteger = 2n ** 63n - 1n;

/**
 * Reads what a person typed for a variable: a bigint for booleans (0 or 1) and integers, a number, a text, or null for nothing.
 *
 * It accepts what DAMNIT accepts: `true`, `yes`, `1` and their opposites in any case, and numbers as Python writes them. Throws `bad-value`.
 */
export function parseEditable(type: EditableType, text: string): bigint | number | string | null {
  if (text.includes('\0')) throw bad(text, 'a text (it has a character that no text may have)');
  if (type === 'string') return text === '' ? null : text;
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (type === 'boolean') return parseBoolean(trimmed);
  return type === 'integer' ? parseInteger(trimmed) : parseNumber(trimmed);
}

function parseBoolean(text: string): bigint {
  const lower = text.toLowerCase();
  if (['true', 'yes', '1'].includes(lower)) return 1n;
  if (['false', 'no', '0'].includes(lower)) return 0n;
  throw bad(text, 'true or false (nor yes, no, 1 or 0)');
}

function parseInteger(text: string): bigint {
  if (!/^[+-]?\d+(_\d+)*$/.test(text)) throw bad(text, 'a whole number');
  const value = BigInt(text.replace(/^\+/, '').replaceAll('_', ''));
  if (value < smallestInteger || value > largestInteger) throw bad(text, 'a number of 64 bits');
  return value;
}

const digits = String.raw`\d+(?:_\d+)*`;
const pythonFloat = new RegExp(String.raw`^[+-]?(?:${digits}\.?(?:${digits})?|\.${digits})(?:e[+-]?${digits})?$`, 'i');

function parseNumber(text: string): number {
  const infinity = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinity) return infinity[1] === '-' ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  if (!pythonFloat.test(text)) throw bad(text, 'a number');
  return Number(text.replaceAll('_', ''));
}

const bad = (text: string, wanted: string): FirstlightError =>
  new FirstlightError('bad-value', `"${text.slice(0, 80)}" is not ${wanted}.`, {facts: {text: text.slice(0, 1000)}});
