import {statSync} from 'node:fs';
import {type Connection, openToRead, rollBackForeignCrash} from '../database/connection.ts';
import {pathsOf} from '../folder/layout.ts';

const mostOpen = 32;

interface Open {
  readonly connection: Connection;
  readonly inode: number;
}

/** Connections that stay open between calls, a bounded number of them; a database that was replaced by another file is opened again. */
export class Connections implements Disposable {
  readonly #open = new Map<string, Open>();

  /** The connection to a folder's database. Throws `no-folder`. */
  of(dir: string): Connection {
    const {database} = pathsOf(dir);
    const inode = statSync(database, {throwIfNoEntry: false})?.ino ?? -1;
    const known = this.#open.get(database);
    if (known?.inode === inode) {
      rollBackForeignCrash(known.connection, database);
      return known.connection;
    }
    this.#close(database);
    const [oldest] = this.#open.keys();
    if (this.#open.size >= mostOpen && oldest !== undefined) this.#close(oldest);
    const connection = openToRead(database);
    this.#open.set(database, {connection, inode});
    return connection;
  }

  [Symbol.dispose](): void {
    for (const database of this.#open.keys()) this.#close(database);
  }

  #close(database: string): void {
    this.#open.get(database)?.connection.close();
    this.#open.delete(database);
  }
}
