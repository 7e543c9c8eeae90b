import type {Connection} from './connection.ts';

/** Makes something once for each connection, such as its statements: to prepare one costs as much as to run it ten times. */
export function remembered<T>(make: (connection: Connection) => T): (connection: Connection) => T {
  const made = new WeakMap<Connection, T>();
  return (connection) => {
    const known = made.get(connection);
    if (known !== undefined) return known;
    const fresh = make(connection);
    made.set(connection, fresh);
    return fresh;
  };
}
