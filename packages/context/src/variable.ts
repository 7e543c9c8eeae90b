import type {Arguments, Inputs} from './inputs.ts';
import {callerPosition} from './position.ts';
import type {Position} from './position.ts';
import type {Needs} from './needs.ts';
import type {Numbers} from './reduce.ts';
import type {SummaryName} from './summary-names.ts';
import type {DataOf, Result, Scalar} from './results.ts';

/** Makes the number in the table from an array. */
interface Summarise {
  // A method, so that a function of one kind of array is fine for a variable that gives that kind.
  summarise(data: Numbers): Scalar | null | undefined;
}

/** The name of a reduction, e.g. `mean`, or a function of the data. */
export type Summary = SummaryName | Summarise['summarise'];

/** What can be said about a variable beside its function; everything may be left out. */
export interface VariableOptions<I extends Inputs = Inputs> {
  /** Heading of its column; default: its name. */
  readonly title?: string;
  /** What it is; default: the doc comment above it. */
  readonly description?: string;
  /** What makes the number in the table from an array: the name of a reduction, e.g. `mean`, or a function. */
  readonly summary?: Summary;
  /** The data it needs: `raw` runs as soon as a run is recorded, `proc` when it is calibrated. Default: what its inputs need. */
  readonly data?: 'raw' | 'proc';
  /** True: it needs a node of its own. Default: as its inputs. */
  readonly cluster?: boolean;
  readonly tags?: string | readonly string[];
  readonly units?: string;
  /** True: its value is only for its dependants and never stored; it may be of any type. */
  readonly transient?: boolean;
  /** Time, memory, processors and files it needs. */
  readonly needs?: Needs;
  /** What it needs beside the run, by the names its function wants to see. */
  readonly inputs?: I;
}

let defined = 0;

/** How many variables there are; those defined from now on have this index or more. */
export const definedSoFar = (): number => defined;

/** A variable: something computed for each run. Made by `variable`. */
export class Variable<out T> {
  readonly kind = 'variable';
  /** Only for the compiler: what dependants get. */
  declare readonly value: T;
  readonly options: VariableOptions;
  readonly compute: (values: never) => unknown;
  /** Counts up, so that variables keep the order of the file. */
  readonly index: number = defined++;
  /** Where in the loaded module it was defined. */
  readonly position: Position | undefined;

  constructor(options: VariableOptions, compute: (values: never) => unknown, position: Position | undefined) {
    this.options = options;
    this.compute = compute;
    this.position = position;
  }
}

type Nothing = Record<never, never>;
type Promised<T> = T | Promise<T>;

/**
 * Defines a variable; exporting it gives it its name.
 *
 * The function gets the run and the values of its inputs. What it returns becomes the value of this run: a number, string, array, labelled array or figure,
 * a `Cell`, or nothing. If it throws `Skip` the cell says why; any other error fails this variable and its dependants, and no other.
 *
 * @example
 * export const pulses = variable({title: 'Pulses', units: 'mJ'}, ({run}) => run.get('XGM:output', 'data.intensityTD').ndarray());
 * export const energy = variable({inputs: {pulses}}, ({pulses}) => mean(pulses));
 */
export function variable<R extends Result>(compute: (values: Arguments<Nothing>) => Promised<R>): Variable<DataOf<R>>;
export function variable<R, I extends Inputs = Nothing>(
  options: VariableOptions<I> & {readonly transient: true},
  compute: (values: Arguments<I>) => R,
): Variable<DataOf<Awaited<R>>>;
export function variable<R extends Result, I extends Inputs = Nothing>(
  options: VariableOptions<I> & {readonly transient?: false},
  compute: (values: Arguments<I>) => Promised<R>,
): Variable<DataOf<R>>;
export function variable(first: unknown, second?: unknown): Variable<unknown> {
  const [options, compute] = typeof first === 'function' ? [{}, first] : [first, second];
  if (typeof compute !== 'function')
    throw new TypeError('variable() needs a function: variable(({run}) => …) or variable({title: …}, ({run}) => …).');
  return new Variable(options as VariableOptions, compute as (values: never) => unknown, callerPosition(variable));
}

/** Tells whether anything is a variable. */
export const isVariable = (value: unknown): value is Variable<unknown> => value instanceof Variable;
