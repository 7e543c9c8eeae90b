import {isFirstlightError} from '@firstlight/core';
import type {Origin} from '@firstlight/core';
import {listRunFiles, mockRun, openRun} from '@firstlight/data';
import type {Run} from '@firstlight/data';
import {summarise, writeFragment} from '@firstlight/store';
import type {CellValue, FragmentResult} from '@firstlight/store';
import type {Input} from '../../inputs.ts';
import type {Variable} from '../../variable.ts';
import type {Argument, MadeOf, Order, Outcome} from '../messages.ts';
import {dataOf, toCellValue, toSummary} from './convert.ts';
import {failureOf, placeOf, userTrace} from './failures.ts';
import type {Failure} from './failures.ts';
import {readForeign} from './foreign.ts';

type OrderOf<Type extends Order['type']> = Extract<Order, {type: Type}>;

const nothing = {summary: null, maxDiff: null, attributes: null, kind: null, fragment: null} as const;

/** One job inside the process of users' code: the open run, and the values so far. */
export class Session {
  readonly #variables: ReadonlyMap<string, Variable<unknown>>;
  readonly #context: string;
  readonly #values = new Map<string, unknown>();
  #open: OrderOf<'open'> | undefined;
  #run: Run | undefined;
  /** What is being made now, of what, and since when. */
  #making: {made: MadeOf | undefined; began: number} = {made: undefined, began: 0};

  readonly #aboutTo: (outcome: Outcome) => void;

  /** Takes the variables of a context file; `aboutTo` is told what is about to be complete on disk. */
  constructor(variables: ReadonlyMap<string, Variable<unknown>>, context: string, aboutTo: (outcome: Outcome) => void) {
    this.#variables = variables;
    this.#context = context;
    this.#aboutTo = aboutTo;
  }

  /** Opens the run; tells where it is, and whether it has processed data, if that was asked. */
  open(order: OrderOf<'open'>): {hasProc: boolean; proposalPath: string | null} {
    const {proposal, run, dataRoot, mock, needsProc} = order;
    if (dataRoot !== null) process.env.EXTRA_DATA_DATA_ROOT = process.env.XFEL_DATA_ROOT = dataRoot;
    this.#open = order;
    this.#run = mock ? mockRun({proposal, run}) : openRun({proposal, run, data: 'all'});
    for (const {file, reason} of this.#run.warnings) log('WARNING', `Skipping file ${file}: ${reason}`);
    return {hasProc: !mock && needsProc ? hasProc(this.#run) : true, proposalPath: this.#run.proposalPath || null};
  }

  /** Computes one variable; whatever users' code throws is part of the outcome. */
  async compute({name, arguments: given, store, made}: OrderOf<'compute'>): Promise<Outcome> {
    const variable = this.#variables.get(name) as Variable<unknown>;
    const began = performance.now();
    this.#making = {made, began};
    const seconds = () => (performance.now() - began) / 1000;
    try {
      const result = await variable.compute({run: this.#run, ...this.#arguments(variable, given)} as never);
      const isTransient = variable.options.transient === true;
      const cell = isTransient ? undefined : this.#cellOf(name, variable, result);
      const outcome = this.#outcomeOf(name, cell, {isTransient, store, result});
      log('INFO', `Computed ${name} in ${seconds().toFixed(3)} s`);
      return {...outcome, seconds: seconds()};
    } catch (thrown) {
      if (isFirstlightError(thrown, 'disk-full')) throw thrown; // Not the variable's fault: the job is done again when there is space.
      const failure = this.#failureOf(thrown, variable);
      if (failure.isSkip) log('ERROR', `Skipped ${name}: ${failure.message}`);
      else log('ERROR', `Could not get data for ${name}\n${userTrace(thrown)}`);
      return {...this.#failed(name, failure, store && !variable.options.transient), seconds: seconds()};
    }
  }

  #failureOf(thrown: unknown, {position}: Variable<unknown>): Failure {
    const failure = failureOf(thrown);
    return failure.isSkip ? failure : {...failure, where: placeOf(thrown, this.#context, position)};
  }

  #cellOf(name: string, {options}: Variable<unknown>, result: unknown): CellValue | undefined {
    const {summary, units} = options;
    if (typeof summary !== 'function') return toCellValue(result, {summaryMethod: summary, units});
    const cell = toCellValue(result, {units});
    if (cell === undefined || cell.data === null || cell.summaryMethod !== undefined || cell.summaryValue !== undefined) return cell;
    try {
      const summaryValue = summary(dataOf(result) as never);
      return summaryValue === null || summaryValue === undefined ? cell : {...cell, summaryValue: toSummary(summaryValue)};
    } catch (thrown) {
      // As with a named reduction: the value is kept, and the table shows what it shows without one.
      log('ERROR', `Failed to produce summary data for ${name}\n${userTrace(thrown)}`);
      return cell;
    }
  }

  #outcomeOf(
    name: string,
    cell: CellValue | undefined,
    how: {isTransient: boolean; store: boolean; result: unknown},
  ): Omit<Outcome, 'seconds'> {
    const data = dataOf(how.result);
    const hasData = data !== null && data !== undefined;
    const state = hasData || cell ? 'ok' : 'none';
    // A cell that only has a summary is shown, but gives its dependants nothing.
    const outcome = this.#described(name, cell, {state, hasData, store: how.store && !how.isTransient});
    if (hasData) this.#values.set(name, data);
    return outcome;
  }

  #described(
    name: string,
    cell: CellValue | undefined,
    {store, ...how}: {state: 'ok' | 'none'; hasData: boolean; store: boolean},
  ): Omit<Outcome, 'seconds'> {
    if (cell === undefined) return this.#stored({...nothing, ...how}, store && {name, outcome: {state: 'none'}});
    const {wire, maxDiff, attributes, kind, problem} = summarise(cell);
    if (problem) log('ERROR', `${problem} (${name})`);
    const looks = {summary: wire, maxDiff: wireNumber(maxDiff), attributes: wireAttributes(attributes), kind};
    return this.#stored({...nothing, ...how, ...looks}, store && {name, outcome: {state: 'ok', cell}});
  }

  #failed(name: string, {errorClass, message, isSkip, where}: Failure, store: boolean): Omit<Outcome, 'seconds'> {
    const state = errorClass === 'Skip' ? 'skipped' : 'failed';
    const told = where === undefined ? {} : {where};
    const attributes = {error: message, error_cls: errorClass, ...told};
    const outcome = {...nothing, state, attributes, hasData: false, ...(isSkip && {isSkip})} as const;
    return this.#stored(outcome, store && {name, outcome: {state, errorClass, message, ...told}});
  }

  /** Keeps and stores when the run began. */
  startTime({store, made}: OrderOf<'start-time'>): Outcome {
    const began = performance.now();
    this.#making = {made, began};
    const data = this.#run?.startTime ?? Date.now() / 1000;
    this.#values.set('start_time', data);
    const outcome = this.#described('start_time', {data}, {state: 'ok', hasData: true, store});
    return {...outcome, seconds: (performance.now() - began) / 1000};
  }

  /** Stores why a variable has no value. */
  record({name, errorClass, message, where, made}: OrderOf<'record'>): Outcome {
    this.#making = {made, began: performance.now()};
    return {...this.#failed(name, {errorClass, message, where}, true), seconds: 0};
  }

  #stored(outcome: Omit<Outcome, 'seconds'>, result: FragmentResult | false): Omit<Outcome, 'seconds'> {
    if (!result) return outcome;
    const {proposal, run, fragments} = this.#open as OrderOf<'open'>;
    const origin = this.#originNow();
    const seconds = (performance.now() - this.#making.began) / 1000;
    const fragment = writeFragment(fragments, {proposal, run}, [result], {
      ...(origin && {origins: {[result.name]: origin}}),
      aboutTo: (name) => this.#aboutTo({...outcome, seconds, fragment: name}),
    });
    return {...outcome, fragment};
  }

  #originNow(): Origin | undefined {
    const {made, began} = this.#making;
    if (!made) return undefined;
    const seconds = (performance.now() - began) / 1000;
    const {maxRSS} = process.resourceUsage();
    return {...made, pid: process.pid, startedAt: Date.now() / 1000 - seconds, seconds, memoryBytes: maxRSS * 1024};
  }

  #arguments(variable: Variable<unknown>, given: readonly Argument[]): Record<string, unknown> {
    return Object.fromEntries(given.map((argument) => [argument.parameter, this.#argument(variable, argument)]));
  }

  #argument({options}: Variable<unknown>, argument: Argument): unknown {
    if (argument.from === 'variable') return this.#value(argument.name);
    if (argument.from === 'glob') return Object.fromEntries(argument.names.map((name) => [name, this.#value(name)]));
    if (argument.from === 'meta') return this.#meta(argument.field);
    const input = options.inputs?.[argument.parameter] as Extract<Input, {kind: 'optional' | 'param'}>;
    return argument.from === 'given' ? checked(input, argument.value) : input.default;
  }

  /** A value computed here, or one that was computed elsewhere, read when it is first asked for. */
  #value(name: string): unknown {
    const given = this.#open?.foreign.find((value) => value.name === name);
    if (given?.fragment && this.#open && !this.#values.has(name)) this.#values.set(name, readForeign(this.#open, name, given.fragment));
    return this.#values.get(name);
  }

  #meta(field: string): unknown {
    const {proposal, run} = this.#open as OrderOf<'open'>;
    return {run_number: run, proposal, proposal_path: this.#run?.proposalPath ?? ''}[field];
  }

  /** Closes the run's files. */
  close(): void {
    this.#run?.[Symbol.dispose]();
  }
}

function hasProc({proposalPath, run}: Run): boolean {
  if (listRunFiles(proposalPath, run, 'proc') !== undefined) return true;
  log('WARNING', 'Proc data is unavailable, only raw variables will be executed.');
  return false;
}

const wireNumber = (value: number | null): Outcome['maxDiff'] =>
  value === null || Number.isFinite(value) ? value : (String(value) as 'NaN');

function wireAttributes(attributes: ReturnType<typeof summarise>['attributes']): Outcome['attributes'] {
  if (!attributes) return null;
  const {background, uncertainty, ...rest} = attributes;
  return {
    ...rest,
    ...(background ? {background: [...background]} : {}),
    ...(uncertainty === undefined ? {} : {uncertainty: wireNumber(uncertainty) ?? 'NaN'}),
  };
}

/** A parameter's value, as its schema makes it. */
function checked(input: Input | undefined, value: unknown): unknown {
  if (input?.kind !== 'param' || !input.schema) return value;
  const parsed = input.schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TypeError(
    `The parameter ${input.name} is ${JSON.stringify(value)}: ${parsed.error.issues.map(({message}) => message).join('; ')}.`,
  );
}

/** A line of the process log, in the form that DAMNIT's users know. */
function log(level: 'INFO' | 'WARNING' | 'ERROR', said: string): void {
  process.stderr.write(`${level}:firstlight:${said}\n`);
}
