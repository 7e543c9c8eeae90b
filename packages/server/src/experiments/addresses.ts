import type {RunId, Summary} from '@firstlight/core';

/** Where a value is served: `/api/experiments/p1234/runs/1234/7/intensity`. */
export const valueAddress = (experimentId: string, {proposal, run}: RunId, name: string): string =>
  `/api/experiments/${encodeURIComponent(experimentId)}/runs/${proposal}/${run}/${encodeURIComponent(name)}`;

/**
 * The summary with its picture's address in this server.
 *
 * The engine names pictures by the id that is always the experiment's own, we by the one that was asked for; a query (of which bytes) is kept.
 */
export function withAddress(summary: Summary, experimentId: string, run: RunId, name: string): Summary {
  if (summary === null || typeof summary !== 'object' || !('image' in summary)) return summary;
  const query = summary.image.indexOf('?');
  return {image: `${valueAddress(experimentId, run, name)}/preview.png${query < 0 ? '' : summary.image.slice(query)}`};
}
