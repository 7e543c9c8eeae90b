import {FirstlightError, globExpression, isGlob} from '@firstlight/core';
import type {TableRun, TableVariable} from '../reader/table-model.ts';
import type {Selection} from './model.ts';

/** The runs that are meant, in the order of the table. @throws FirstlightError `no-such-run` that says which of them there are not. */
export function chooseRuns(all: readonly TableRun[], {runs, proposal}: Selection): TableRun[] {
  const ofProposal = proposal === undefined ? all : all.filter((run) => run.proposal === proposal);
  const chosen = runs === undefined ? ofProposal : ofProposal.filter(({run}) => runs.includes(run));
  if (chosen.length > 0 || (runs === undefined && proposal === undefined)) return [...chosen];
  const where = proposal === undefined ? 'here' : `of proposal ${proposal} here`;
  const known = [...new Set(all.map((run) => run.proposal))].join(', ') || 'none';
  throw new FirstlightError(
    'no-such-run',
    `None of the runs that were asked for is ${where}; \`firstlight show\` lists what there is (proposals: ${known}).`,
  );
}

/** A sentence of runs that were asked for and are not there, in case others are. */
export function missingRuns(chosen: readonly TableRun[], {runs = []}: Selection): string[] {
  const there = new Set(chosen.map(({run}) => run));
  const missing = runs.filter((run) => !there.has(run));
  if (missing.length === 0) return [];
  const more = missing.length > 10 ? ` and ${missing.length - 10} more` : '';
  return [`There ${missing.length > 1 ? 'are no runs' : 'is no run'} ${missing.slice(0, 10).join(', ')}${more}; the others were written.`];
}

/** The variables that are meant, in the order of the table. @throws FirstlightError `no-such-variable` for a name or glob that means none. */
export function chooseVariables(all: readonly TableVariable[], {variables}: Selection): TableVariable[] {
  if (variables === undefined) return [...all];
  const tests = variables.map((wanted) => testFor(wanted, all));
  return all.filter(({name}) => tests.some((means) => means(name)));
}

function testFor(wanted: string, all: readonly TableVariable[]): (name: string) => boolean {
  const expression = isGlob(wanted) ? globExpression(wanted) : undefined;
  const means = (name: string): boolean => (expression ? expression.test(name) : name === wanted);
  if (all.some(({name}) => means(name))) return means;
  throw new FirstlightError(
    'no-such-variable',
    `No variable here is called "${wanted}"; there are: ${all.map(({name}) => name).join(', ')}.`,
    {
      facts: {name: wanted},
    },
  );
}
