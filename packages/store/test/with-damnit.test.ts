import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type CellValue, createFolder, openFolder, summarise, WriterProcess, writeFragment} from '../src/index.ts';
import {isDrawable, saidArray, saidValue} from './said.ts';
import {python, runPython, temporaryDirectory} from './support.ts';
import {everyKind} from './values.ts';

const run = {proposal: 1234, run: 7};

interface Said {
  readonly runs: number[];
  readonly proposal: number;
  readonly columns: string[];
  readonly startTime: number;
  readonly values: Record<string, {title: string; units: string | null; read: unknown; summary: unknown; preview: unknown; table: unknown}>;
}

/** Writes values with our writer and asks the official damnit for them. */
async function writeAndAsk(directory: string, values: Readonly<Record<string, CellValue>>): Promise<Said> {
  const dir = join(directory, 'folder');
  createFolder(dir, {proposal: run.proposal, contextPython: python});
  const {extractedData} = openFolder(dir);
  const results = Object.entries({...values, start_time: {data: 1_700_000_000.5}}).map(([name, cell]) => ({
    name,
    outcome: {state: 'ok' as const, cell},
  }));
  for (const result of results) writeFragment(extractedData, run, [result]); // as runners do: each value for itself
  writeFragment(extractedData, run, [
    {name: 'gone', outcome: {state: 'none'}},
    {name: 'broken', outcome: {state: 'failed', errorClass: 'ZeroDivisionError', message: 'division by zero'}},
    {name: 'left_out', outcome: {state: 'skipped', errorClass: 'Skip', message: 'no data'}},
  ]);
  await using writer = await WriterProcess.start(dir);
  const report = await writer.merge();
  expect(report.quarantined).toEqual([]);
  return JSON.parse(await runPython([join(import.meta.dirname, 'damnit-read.py'), dir, '1234', '7'], {directory})) as Said;
}

/** What `summary()` must give for a value. */
function saidSummary(cell: CellValue): unknown {
  const {stored, summaryType} = summarise(cell);
  if (typeof stored === 'string') return {kind: 'text', text: stored};
  if (stored === null) return null;
  if (stored.shape.length > 0) return summaryType ? {kind: 'array', ...saidArray(stored)} : {kind: 'png'};
  if (stored.dtype.startsWith('complex')) return {kind: 'complex', text: '(1-2j)'};
  const value = stored.data[0] as number | bigint;
  if (Number.isNaN(value)) return null;
  if (!stored.dtype.startsWith('float')) return {kind: 'int', text: String(value)};
  return {kind: 'float', text: Number.isFinite(value) ? (Number.isInteger(value) ? `${value}.0` : String(value)) : '-inf'};
}

/** What `preview_data()` must give for a value. */
function saidPreview(cell: CellValue): unknown {
  if (cell.preview !== undefined) return saidValue(cell.preview);
  if (cell.data === null) return {kind: 'raised', type: 'KeyError'};
  return isDrawable(cell) ? saidValue(cell.data) : null;
}

describe('a folder of ours, opened by the official damnit', () => {
  const directory = temporaryDirectory(afterAll);
  let answer: Said;
  beforeAll(async () => {
    answer = await writeAndAsk(directory, everyKind);
  });

  test('has its proposal, run and start time', () => {
    const {runs, proposal, startTime, columns} = answer;
    expect({runs, proposal, startTime}).toEqual({runs: [7], proposal: 1234, startTime: 1_700_000_000.5});
    expect(new Set(columns)).toEqual(
      new Set(['proposal', 'run', 'start_time', 'comment', ...Object.keys(everyKind), 'gone', 'broken', 'left_out']),
    );
  });

  test.each(Object.entries(everyKind))('gives back %s', (name, cell) => {
    const said = answer.values[name];
    const {attributes} = summarise(cell);
    expect(said?.title).toBe(name);
    expect(said?.units ?? undefined).toBe(attributes?.units);
    expect(said?.read).toEqual(saidValue(cell.data));
    expect(said?.summary).toEqual(saidSummary(cell));
    expect(said?.preview).toEqual(saidPreview(cell));
  });

  test('marks pictures and lines in its table', () => {
    const {values} = answer;
    expect(values.matrix?.table).toEqual({kind: 'text', text: '<thumbnail>'});
    expect(values.line?.table).toEqual({kind: 'text', text: '<sparkline>'});
    expect(values.complex?.table).toEqual(saidValue({re: 1, im: -2}));
  });

  test('has no value where a variable gave none, failed or was left out', () => {
    const {values} = answer;
    expect(Object.keys(values)).not.toContain('gone');
    expect(Object.keys(values)).not.toContain('broken');
    expect(Object.keys(values)).not.toContain('left_out');
  });
});
