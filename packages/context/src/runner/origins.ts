import {createHash} from 'node:crypto';
import {hostname} from 'node:os';
import {dataIdentity, identityText, isGlob, matchesOf} from '@firstlight/core';
import type {DescribedEvent, OriginInput, OriginStep, ValueEvent, VariableInfo, VariableInput} from '@firstlight/core';
import type {RunRequest} from './job.ts';
import type {MadeOf} from './messages.ts';

type State = OriginInput['state'];
type Step = OriginStep & Pick<MadeOf, 'transient'>;

const startTime = 'start_time';
const unknown = {identity: null, state: 'missing'} as const;

/** What the values of one job are made of, as far as the job has come. */
export class Origins {
  readonly #request: RunRequest;
  readonly #description: Omit<DescribedEvent, 'id'>;
  readonly #variables: ReadonlyMap<string, VariableInfo>;
  /** What became of variables. */
  readonly #known = new Map<string, {identity: string | null; state: State}>();
  /** What those are made of that are not stored. */
  readonly #steps = new Map<string, Step>();

  constructor(request: RunRequest, description: Omit<DescribedEvent, 'id'>) {
    this.#request = request;
    this.#description = description;
    this.#variables = new Map(description.variables.map((variable) => [variable.name, variable]));
    for (const {name, identity = null, state, error, fragment} of request.foreign ?? [])
      this.#known.set(name, {identity, state: state ?? (error ? 'failed' : fragment === null ? 'none' : 'ok')});
    if (!this.#known.has(startTime)) this.#known.set(startTime, {identity: this.#startTime().identity, state: 'ok'});
  }

  /** What a variable is (or would be) made of, once its inputs are known; undefined if its code is not. */
  of(name: string): MadeOf | undefined {
    const step = name === startTime ? this.#startTime() : this.#stepOf(name);
    const {context, environment} = this.#description;
    if (!step || !context || !environment) return undefined;
    const {job, trigger, attempt, origin} = this.#request;
    const how = {context: context.identity, environment: environment.identity, language: 'typescript', host: hostname()} as const;
    return {...step, ...how, job, trigger, attempt, user: origin?.user ?? null};
  }

  /** A variable is over. */
  settle(name: string, state: ValueEvent['state']): void {
    const step = name === startTime ? this.#startTime() : this.#stepOf(name);
    this.#known.set(name, {identity: step?.identity ?? null, state: state === 'cancelled' ? 'failed' : state});
    if (step && this.#variables.get(name)?.transient) this.#steps.set(name, step);
  }

  #startTime(): Step {
    return this.#step({code: startTime, data: this.#data('raw'), inputs: []});
  }

  #stepOf(name: string): Step | undefined {
    const variable = this.#variables.get(name);
    if (!variable?.code) return undefined;
    const given = this.#request.origin?.dependsOn ?? {};
    const paths = variable.needs?.dependsOn?.filter((path) => Object.hasOwn(given, path)) ?? [];
    return this.#step({
      code: variable.code.identity,
      data: this.#data(variable.data),
      ...(paths.length > 0 && {dependsOn: Object.fromEntries(paths.map((path) => [path, given[path] as string]))}),
      inputs: variable.inputs.flatMap((input) => this.#entries(input)),
    });
  }

  #step(made: Omit<OriginStep, 'identity'>): Step {
    const transient = this.#transient(made.inputs);
    return {identity: createHash('sha256').update(identityText(made)).digest('hex'), ...made, ...(transient && {transient})};
  }

  #data(data: 'raw' | 'proc'): string | null {
    return dataIdentity(data, this.#request.origin?.data ?? {raw: null, proc: null});
  }

  #entries(input: VariableInput): OriginInput[] {
    const {parameter, kind, name, optional} = input;
    if (kind === 'meta' || kind === 'mymdc') return [{parameter, kind, name, identity: null, state: 'ok'}];
    if (kind === 'param') {
      const isGiven = Object.hasOwn(this.#request.parameters ?? {}, name);
      const identity = isGiven ? (this.#request.origin?.parameters[name] ?? null) : null;
      return [{parameter, kind, name, identity, state: isGiven ? 'given' : optional ? 'default' : 'missing'}];
    }
    const matches = matchesOf(input, new Set([...this.#known.keys(), ...this.#variables.keys()]));
    const names = matches.length === 0 && !isGlob(name) ? [name] : matches;
    return names.map((match) => {
      const {identity, state} = this.#known.get(match) ?? unknown;
      return {parameter, kind, name: match, identity, state};
    });
  }

  #transient(inputs: readonly OriginInput[]): MadeOf['transient'] {
    const found = inputs.flatMap(({kind, name}) => {
      const step = kind === 'var' ? this.#steps.get(name) : undefined;
      if (!step) return [];
      const {transient = {}, ...own} = step;
      return [...Object.entries(transient), [name, own] as const];
    });
    return found.length > 0 ? Object.fromEntries(found) : undefined;
  }
}
