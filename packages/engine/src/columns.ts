import type {DescribedEvent} from '@firstlight/core';
import type {Variable} from './table.ts';

/** The columns of a table: first what the context declares, in its order, then what else the database knows. */
export function columnsOf(described: DescribedEvent | undefined, stored: readonly Variable[]): Variable[] {
  const declared = (described?.variables ?? [])
    .filter(({transient}) => !transient)
    .map(({name, title, units, description, tags}) => ({name, title, units, description, tags}));
  const names = new Set(declared.map(({name}) => name));
  return [...declared, ...stored.filter(({name}) => !names.has(name))];
}
