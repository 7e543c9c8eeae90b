import type {ExportColumn} from './model.ts';

export interface HeaderOptions {
  /** Titles instead of names. */
  readonly titles?: boolean | undefined;
}

/** What stands above the columns: names, or titles (with the name where two have the same title). */
export function headersOf(columns: readonly ExportColumn[], {titles = false}: HeaderOptions = {}): string[] {
  if (!titles) return ['proposal', 'run', 'start_time', ...columns.map(({label}) => label)];
  const fixed = ['Proposal', 'Run', 'Start time (UTC)'];
  const count = Map.groupBy([...fixed, ...columns.map(({title}) => title)], (title) => title);
  return [...fixed, ...columns.map(({title, name}) => (count.get(title)?.length === 1 ? title : `${title} (${name})`))];
}
