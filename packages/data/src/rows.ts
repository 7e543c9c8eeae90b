import {FirstlightError} from '@firstlight/core';
import {readRowIndex} from './run-file.ts';
import type {RunFile} from './run-file.ts';

/** Rows that follow each other in one file. */
export interface RowRange {
  readonly path: string;
  readonly start: number;
  readonly stop: number;
}

/** Selected trains that follow each other in one file, and their rows. */
export interface Block {
  readonly trainIds: BigUint64Array;
  readonly counts: Float64Array;
  readonly ranges: readonly RowRange[];
}

/** Finds the rows of the selected trains, in the order of the trains. */
export function findBlocks(files: readonly RunFile[], source: string, group: string, selected: BigUint64Array): Block[] {
  const wanted = new Set(selected);
  const blocks = files.flatMap((file) => blocksOfFile(file, source, group, wanted));
  blocks.sort((a, b) => (first(a) < first(b) ? -1 : 1));
  rejectRepeatedTrains(blocks, source);
  return blocks;
}

const first = (block: Block): bigint => block.trainIds[0] as bigint;

function blocksOfFile(file: RunFile, source: string, group: string, wanted: ReadonlySet<bigint>): Block[] {
  if (!file.trainIds.some((id) => wanted.has(id))) return [];
  const index = readRowIndex(file, source, group);
  // A damaged or very young file may have fewer index entries than trains; trains without entry have no rows.
  const isIn = (i: number) => wanted.has(file.trainIds[i] as bigint);
  const blocks: Block[] = [];
  for (let from = 0; from < file.trainIds.length; from++) {
    if (!isIn(from)) continue;
    let to = from + 1;
    while (to < file.trainIds.length && isIn(to)) to++;
    const counts = Float64Array.from({length: to - from}, (_, i) => index.count[from + i] ?? 0);
    blocks.push({trainIds: file.trainIds.subarray(from, to), counts, ranges: rangesOf(file.path, index.first.subarray(from, to), counts)});
    from = to;
  }
  return blocks;
}

/** Joins the rows of trains that follow each other without gap. */
function rangesOf(path: string, starts: Float64Array, counts: Float64Array): RowRange[] {
  const ranges: {path: string; start: number; stop: number}[] = [];
  for (let i = 0; i < counts.length; i++) {
    const [start, count] = [starts[i] as number, counts[i] as number];
    if (count === 0) continue;
    const last = ranges.at(-1);
    if (last?.stop === start) last.stop += count;
    else ranges.push({path, start, stop: start + count});
  }
  return ranges;
}

/** Two files that both have a source's data for one train contradict each other, and nobody can say which is right. */
function rejectRepeatedTrains(blocks: readonly Block[], source: string): void {
  for (const [i, block] of blocks.entries()) {
    const next = blocks[i + 1];
    if (!next || (block.trainIds.at(-1) as bigint) < first(next)) continue;
    const ids = new Set(block.trainIds);
    const repeated = next.trainIds.find((id) => ids.has(id));
    if (repeated === undefined) continue;
    const paths = [block, next].map(({ranges}) => ranges[0]?.path ?? 'a file without rows').join(' and ');
    throw new FirstlightError(
      'conflicting-data',
      `Train ${repeated} of ${source} is in two files (${paths}); remove one of them from the run's folder.`,
    );
  }
}
