import type {Connection} from '../database/connection.ts';
import {pagesOf} from './load-cells.ts';
import {loadStructure, withUndeclared} from './load-structure.ts';
import type {LoadedTable} from './table-model.ts';

/** Loads all a folder's table shows, from a database of format version 1 to 4. */
export function loadTable(connection: Connection): LoadedTable {
  const {variables, runs} = loadStructure(connection);
  const cells = [...pagesOf(connection)];
  return {variables: withUndeclared(variables, cells), runs, cells};
}
