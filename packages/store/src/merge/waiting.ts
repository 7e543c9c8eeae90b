import {type BigIntStats, readdirSync, lstatSync} from 'node:fs';
import {join} from 'node:path';
import {type RunId, runOfFragment} from '@firstlight/core';

/**
 * The complete fragments in `extracted_data/`, by run, each run's oldest first.
 *
 * @param names the fragments to look for; without, all there are, which takes the longer the more runs the folder has.
 */
export function waitingFragments(extractedData: string, names?: readonly string[]): {run: RunId; fragments: string[]}[] {
  const found = [...new Set(names ?? readdirSync(extractedData))].flatMap((name) => {
    const run = runOfFragment(name);
    const stats = run && lstatSync(join(extractedData, name), {bigint: true, throwIfNoEntry: false});
    return run && stats ? [{run, name, stats}] : [];
  });
  found.sort(byAge);
  const groups = Map.groupBy(found, ({name}) => name.slice(0, name.indexOf('.')));
  return [...groups.values()].map((group) => ({run: (group[0] as {run: RunId}).run, fragments: group.map(({name}) => name)}));
}

function byAge(a: {name: string; stats: BigIntStats}, b: {name: string; stats: BigIntStats}): number {
  const difference = a.stats.mtimeNs - b.stats.mtimeNs;
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
