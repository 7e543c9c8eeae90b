// What Node has compiled is kept between processes: a command starts in half the time, and so does each helper of a server.
import module from 'node:module';
import {homedir} from 'node:os';
import {join} from 'node:path';

/** Lets this process and those that it starts use the cache of this user; a cache that cannot be written is none. */
export function useCompileCache() {
  try {
    process.env.NODE_COMPILE_CACHE ??= join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'firstlight', 'compiled');
    module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
  } catch {
    // without a home there is nowhere to keep it
  }
}
