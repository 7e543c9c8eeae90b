import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import type {Cell, RunId} from '@firstlight/core';
import {openToRead} from '../src/database/connection.ts';
import {type CellValue, cellsOf, createFolder, type ExperimentFolder, openFolder, writeFragment} from '../src/index.ts';
import {loadTable} from '../src/reader/load-table.ts';
import {python, temporaryDirectory} from './support.ts';

export const run: RunId = {proposal: 1234, run: 7};

/** A new experiment folder that is gone after the test. */
export function newFolder(parent = temporaryDirectory()): ExperimentFolder {
  const dir = join(parent, 'folder');
  createFolder(dir, {proposal: 1234, contextPython: python});
  return openFolder(dir);
}

/** Leaves a fragment with one value. */
export const leave = ({extractedData}: ExperimentFolder, name: string, cell: CellValue, id: RunId = run): string =>
  writeFragment(extractedData, id, [{name, outcome: {state: 'ok', cell}}]);

/** File names of what waits to be merged. */
export const fragmentsOf = ({extractedData}: ExperimentFolder): string[] =>
  readdirSync(extractedData).filter((name) => name.endsWith('.ready.h5'));

/** The stored cells of a folder by `run name`, and how many there are. */
export function storedCells({database}: ExperimentFolder): {cells: Record<string, Cell>; count: number} {
  const connection = openToRead(database);
  const all = [...cellsOf(loadTable(connection), (id, name) => `/${id.run}/${name}.png`)];
  connection.close();
  return {cells: Object.fromEntries(all.map((cell) => [`${cell.run} ${cell.name}`, cell])), count: all.length};
}
