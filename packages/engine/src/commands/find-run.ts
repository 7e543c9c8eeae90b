import {FirstlightError} from '@firstlight/core';
import type {RunId} from '@firstlight/core';

/** The run of the table that a person means by its number. Throws `no-such-run`, or `which-run` when several proposals have one of this number. */
export function findRun({table}: {readonly table: {runs(): readonly RunId[]}}, number: number, proposal: number | undefined): RunId {
  const found = table.runs().filter((row) => row.run === number && (proposal === undefined || row.proposal === proposal));
  const [first, second] = found;
  if (first && !second) return {proposal: first.proposal, run: first.run};
  if (second) {
    const proposals = found.map((row) => row.proposal).join(' and ');
    throw new FirstlightError('which-run', `There is a run ${number} in proposals ${proposals}; say which with --proposal N.`);
  }
  const of = proposal === undefined ? '' : ` of proposal ${proposal}`;
  throw new FirstlightError('no-such-run', `There is no run ${number}${of} in this folder; \`firstlight show\` lists the runs.`, {
    facts: {run: number},
  });
}
