import {join} from 'node:path';
import {type RunId, runFileName} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import {existsSync} from 'node:fs';
import {type ExportRow, isPicture} from '../export/model.ts';
import {pathsOf} from '../folder/layout.ts';
import {objectTypeAttribute} from '../fragment/areas.ts';
import {readData} from '../reader/read-value.ts';
import {fileNamePart, inBundle} from './layout.ts';

/** A figure as a file of a bundle. */
export interface FigureFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** The pictures of a run: figures in their full size, Plotly figures also as JSON, of arrays the small picture of the table. */
export function* figuresOf(dir: string, row: ExportRow): Generator<FigureFile> {
  const full = fullFigures(dir, row, new Set(row.cells.keys()));
  for (const [name, {summary}] of row.cells) {
    const place = `${inBundle.figures}p${row.proposal}_r${row.run}/${fileNamePart(name)}`;
    const type = full.get(name);
    const value = type === undefined ? undefined : readData(dir, row, name);
    if (value?.kind === 'plotly') yield {path: `${place}.json`, content: value.figure};
    if (value?.kind === 'image') yield {path: `${place}.png`, content: value.png};
    else if (isPicture(summary)) yield {path: `${place}.png`, content: summary.png};
  }
}

function fullFigures(dir: string, run: RunId, names: ReadonlySet<string>): Map<string, string> {
  const path = join(pathsOf(dir).extractedData, runFileName(run));
  if (!existsSync(path)) return new Map();
  using file = openFile(path, 'r', {lockTimeoutMs: 5000});
  const found = file.keys().flatMap((name): [string, string][] => {
    if (!names.has(name) || file.kind(name) !== 'group') return [];
    using group = file.group(name);
    const type = group.attributes.get(objectTypeAttribute);
    return type === 'image' || type === 'PlotlyFigure' ? [[name, type]] : [];
  });
  return new Map(found);
}
