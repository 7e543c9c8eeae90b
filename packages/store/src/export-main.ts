/** The process that writes an export or reads a bundle, step by step; see `export-process.ts`. */
import {dirname} from 'node:path';
import {serveCalls} from '@firstlight/hdf5';
import {type ImportPlace, readBundle} from './bundle/read-bundle.ts';
import {writeBundle} from './bundle/write-bundle.ts';
import {openToRead} from './database/connection.ts';
import {writeCsv} from './export/csv.ts';
import type {ExportFormat} from './export/formats.ts';
import {writeHdf5} from './export/hdf5.ts';
import {writeMarkdown} from './export/markdown.ts';
import type {Selection} from './export/model.ts';
import {writeParquet} from './export/parquet.ts';
import {ExportSource} from './export/source.ts';
import {writeXlsx} from './export/xlsx.ts';
import {explained} from './folder/errors.ts';
import {pathsOf} from './folder/layout.ts';

/** What to write, and where. */
export interface ExportRequest {
  readonly dir: string;
  /** Must not be there. */
  readonly path: string;
  readonly format: ExportFormat;
  readonly selection: Selection;
  readonly titles: boolean;
  /** Of this program, for bundles. */
  readonly version: string;
}

/** How far it is. */
export interface ExportStep {
  readonly isDone: boolean;
  readonly done: number;
  readonly total: number;
  /** What could not be taken, a sentence each; told at the end. */
  readonly problems: readonly string[];
}

const stepMs = 200;

/** Yields how much is done; returns what could not be taken. */
type Work = Iterator<number, readonly string[] | void> | AsyncIterator<number, readonly string[] | void>;

let work: Work | undefined;
let missing: readonly string[] = [];
let place = '';
let progress = {done: 0, total: 0};

function begin({dir, path, format, selection, titles, version}: ExportRequest): {runs: number; variables: number} {
  place = dirname(path);
  const source = new ExportSource(dir, openToRead(pathsOf(dir).database), selection);
  const writers: Record<ExportFormat, () => Work> = {
    csv: () => writeCsv(source, path, {titles}),
    markdown: () => writeMarkdown(source, path),
    parquet: () => writeParquet(source, path),
    xlsx: () => writeXlsx(source, path),
    hdf5: () => writeHdf5(source, path),
    bundle: () => writeBundle({source, selection, version}, path),
  };
  work = writers[format]();
  missing = source.problems;
  progress = {done: 0, total: source.runs.length};
  return {runs: source.runs.length, variables: source.columns.length};
}

/** Goes on for a moment. */
async function step(): Promise<ExportStep> {
  const end = performance.now() + stepMs;
  try {
    while (performance.now() < end) {
      const next = await work?.next();
      if (!next || next.done) return {...progress, isDone: true, problems: [...missing, ...(next?.value ?? [])]};
      progress.done = next.value;
    }
    return {...progress, isDone: false, problems: []};
  } catch (error) {
    throw explained(error, place);
  }
}

function beginImport(request: ImportPlace): void {
  place = dirname(request.dir);
  progress = {done: 0, total: 0};
  missing = [];
  work = readBundle(request, (bytes) => void (progress = {...progress, total: bytes}));
}

serveCalls({begin, beginImport, step});
