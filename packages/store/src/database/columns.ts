import type {Connection} from './connection.ts';

/** Whether a table is there and has a column: older formats lack some. */
export const hasColumn = (connection: Connection, table: string, column: string): boolean =>
  (connection.pragma(`table_info(${table})`) as {name: string}[]).some(({name}) => name === column);
