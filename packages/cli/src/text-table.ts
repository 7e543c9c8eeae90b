import {stripVTControlCharacters} from 'node:util';

const widest = 28;

const clip = (text: string): string => (visible(text) > widest ? `${text.slice(0, widest - 1)}…` : text);

/** The width of a text on a terminal: without its colour codes. */
const visible = (text: string): number => stripVTControlCharacters(text).length;

/** Columns of text under a header, aligned. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows].map((row) => row.map(clip));
  const widths = header.map((_, column) => Math.max(...lines.map((row) => visible(row[column] ?? ''))));
  const pad = (text: string, column: number) => text + ' '.repeat((widths[column] ?? 0) - visible(text));
  return lines.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
