import {globExpression, isGlob} from '../fnmatch.ts';
import type {Language} from '../stages.ts';
import type {JudgedVariable} from './facts.ts';

/** The value under which a run's start time travels; it is no variable of the context. */
export const firstOfAll = 'start_time';

/** The variables that an input means. */
export interface Named {
  readonly parameter: string;
  readonly names: readonly string[];
  readonly isGlob: boolean;
}

/** Which variables each input means. */
export class Matches {
  readonly #variables: readonly JudgedVariable[];
  readonly #globs = new Map<string, RegExp>();

  constructor(variables: readonly JudgedVariable[]) {
    this.#variables = variables;
  }

  inputsOf({inputs, language}: JudgedVariable): Named[] {
    return inputs
      .filter(({kind}) => kind === 'var')
      .map(({parameter, name}) => ({parameter, names: isGlob(name) ? this.#matching(name, language) : [name], isGlob: isGlob(name)}));
  }

  /** What is transient in another language cannot get here. */
  #matching(pattern: string, language: Language | undefined): string[] {
    const expression = this.#globs.get(pattern) ?? globExpression(pattern);
    this.#globs.set(pattern, expression);
    const there = this.#variables.filter((variable) => !variable.transient || variable.language === language).map(({name}) => name);
    return [...new Set([firstOfAll, ...there])].filter((name) => expression.test(name));
  }
}

/** Inputs before those that need them. */
export function inOrder(inputs: readonly (readonly Named[])[], places: ReadonlyMap<string, number>): number[] {
  const order: number[] = [];
  const state = new Uint8Array(inputs.length);
  const visit = (variable: number): void => {
    if (state[variable] !== 0) return;
    state[variable] = 1;
    for (const {names} of inputs[variable] ?? []) for (const name of names) visit(places.get(name) ?? variable);
    order.push(variable);
  };
  inputs.forEach((_, variable) => visit(variable));
  return order;
}

/** How ingredients are written. */
export interface Template {
  readonly begin: string;
  readonly inputs: readonly number[];
  /** What stands before the identity of each input. */
  readonly before: readonly string[];
  readonly end: string;
}

/** Variables whose inputs are all stored variables, by name, have ingredients that can be foretold. */
export function templateOf(
  {inputs, needs}: JudgedVariable,
  named: readonly Named[],
  places: ReadonlyMap<string, number>,
  variables: readonly JudgedVariable[],
): Template | undefined {
  const isSimple = named.every(
    ({names: [name = ''], isGlob: isPattern}) => !isPattern && variables[places.get(name) ?? -1]?.transient === false,
  );
  if (!isSimple || needs?.dependsOn || inputs.some(({kind}) => kind !== 'var')) return undefined;
  const before = named.map(({parameter, names: [name = '']}, index) => {
    const input = JSON.stringify({parameter, kind: 'var', name, identity: ''});
    return `${index === 0 ? '' : ','}${input.slice(0, -2)}`;
  });
  return {begin: '{"inputs":[', inputs: named.map(({names: [name = '']}) => places.get(name) ?? -1), before, end: ']}'};
}
