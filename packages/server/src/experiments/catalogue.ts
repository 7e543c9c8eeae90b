import {FirstlightError} from '@firstlight/core';
import type {RunId} from '@firstlight/core';
import type {ServedExperiment} from './served.ts';

/** The experiments of this server, each under a short id that no other one has: `p1234`, and `p1234-2` for another folder of the same proposal. */
export class Catalogue {
  readonly #byId = new Map<string, ServedExperiment>();
  /** The engine's own ids, which its events use in addresses of pictures. */
  readonly #aliases = new Map<string, ServedExperiment>();

  constructor(experiments: Iterable<ServedExperiment>) {
    for (const experiment of experiments) {
      this.#byId.set(this.#freeId(experiment), experiment);
      this.#aliases.set(experiment.id, experiment);
    }
  }

  #freeId({id, proposals}: ServedExperiment): string {
    const wanted = proposals[0] === undefined ? id : `p${proposals[0]}`;
    if (!this.#byId.has(wanted)) return wanted;
    let number = 2;
    while (this.#byId.has(`${wanted}-${number}`)) number += 1;
    return `${wanted}-${number}`;
  }

  /** All experiments with their ids, in the order in which they were given. */
  entries(): [string, ServedExperiment][] {
    return [...this.#byId];
  }

  /** @throws FirstlightError `no-such-experiment`. */
  find(id: string): ServedExperiment {
    const experiment = this.#byId.get(id) ?? this.#aliases.get(id);
    if (experiment) return experiment;
    const known = [...this.#byId.keys()].join(', ');
    throw new FirstlightError('no-such-experiment', `There is no experiment "${id}" here; this server has ${known || 'none'}.`, {
      facts: {id},
    });
  }
}

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
