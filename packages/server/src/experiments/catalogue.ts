import {FirstlightError} from '@firstlight/core';
import type {RunId} from '@firstlight/core';
import type {ServedExperiment} from './served.ts';

/**
 * The experiments of this server, each under an id that does not depend on the order in which folders were named: `p1234` when it is the only one of its proposal
 * here, else the engine's own `p1234-0a1b2c`, which is the folder's wherever and with whatever it is served.
 */
export class Catalogue {
  readonly #byId: ReadonlyMap<string, ServedExperiment>;
  /** The engine's own ids, which its events use in addresses of pictures; they are always understood. */
  readonly #byStableId: ReadonlyMap<string, ServedExperiment>;

  constructor(experiments: Iterable<ServedExperiment>) {
    const all = [...experiments];
    const alike = Map.groupBy(all, shortId);
    this.#byStableId = new Map(all.map((experiment) => [experiment.id, experiment]));
    this.#byId = new Map(
      all.map((experiment) => [alike.get(shortId(experiment))?.length === 1 ? shortId(experiment) : experiment.id, experiment]),
    );
  }

  /** All experiments with their ids, in the order in which they were given. */
  entries(): [string, ServedExperiment][] {
    return [...this.#byId];
  }

  /** @throws FirstlightError `no-such-experiment`. */
  find(id: string): ServedExperiment {
    const experiment = this.#byId.get(id) ?? this.#byStableId.get(id);
    if (experiment) return experiment;
    const known = [...this.#byId.keys()].join(', ');
    throw new FirstlightError('no-such-experiment', `There is no experiment "${id}" here; this server has ${known || 'none'}.`, {
      facts: {id},
    });
  }
}

const shortId = ({id, proposals}: ServedExperiment): string => (proposals[0] === undefined ? id : `p${proposals[0]}`);

/** @throws FirstlightError `no-such-run` when the table has no such row. */
export function assertRun(experiment: ServedExperiment, {proposal, run}: RunId): void {
  if (experiment.table.runs().some((row) => row.proposal === proposal && row.run === run)) return;
  throw new FirstlightError('no-such-run', `Run ${run} of proposal ${proposal} is not in this experiment.`, {facts: {proposal, run}});
}

/** @throws FirstlightError `no-such-variable` when the table has neither such a column nor such a cell. */
export function assertVariable({table}: ServedExperiment, run: RunId, name: string): void {
  if (table.variables().some((variable) => variable.name === name) || table.cell(run, name).state !== 'missing') return;
  throw new FirstlightError('no-such-variable', `There is no variable "${name}" in this experiment.`, {facts: {name}});
}
