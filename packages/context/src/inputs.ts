import type {Run} from '@firstlight/data';
import type {z} from 'zod';
import type {Group} from './group/instance.ts';
import type {Variable} from './variable.ts';

/** Facts about the run itself; `proposal_path` is the proposal's directory, or '' for a run without files. */
export interface MetaFields {
  readonly run_number: number;
  readonly proposal: number;
  readonly proposal_path: string;
}

/** A technique as the metadata catalogue has it, e.g. PaNET01168 / SFX. */
export interface Technique {
  readonly identifier: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

/** Facts about the run that people keep in the metadata catalogue. */
export interface MymdcFields {
  readonly sample_name: string;
  readonly run_type: string;
  readonly techniques: readonly Technique[];
}

/** Any number of variables by pattern, as `{name: value}` of those that have a value. */
export interface Glob<T> {
  readonly kind: 'glob';
  readonly pattern: string;
  readonly within?: Group;
  readonly value?: T;
}

/** A variable of the context in the other language, by name. */
export interface Stored<T> {
  readonly kind: 'stored';
  readonly name: string;
  readonly value?: T;
}

/** A fact about the run. */
export interface Meta<Field extends keyof MetaFields> {
  readonly kind: 'meta';
  readonly field: Field;
}

/** A fact from the metadata catalogue. */
export interface Mymdc<Field extends keyof MymdcFields> {
  readonly kind: 'mymdc';
  readonly field: Field;
}

/** A value that whoever starts the processing gives. */
export interface Param<out T> {
  readonly kind: 'param';
  readonly name: string;
  readonly hasDefault: boolean;
  readonly default: T | undefined;
  readonly schema: z.ZodType<T> | undefined;
}

/** An input that may be missing. */
export interface Optional<Of extends Required, Default> {
  readonly kind: 'optional';
  readonly of: Of;
  readonly default: Default;
}

type Required = Variable<unknown> | Glob<unknown> | Stored<unknown>;

/** What a variable can ask for. */
export type Input = Required | Meta<keyof MetaFields> | Mymdc<keyof MymdcFields> | Param<unknown> | Optional<Required, unknown>;

/** Inputs by the name of the argument they arrive as; `run` is always there already. */
export interface Inputs {
  readonly [parameter: string]: Input;
}

type ValueOf<I> =
  I extends Optional<infer Of, infer Default>
    ? ValueOf<Of> | Default
    : I extends Stored<infer T>
      ? T
      : I extends Glob<infer T>
        ? Readonly<Record<string, T>>
        : I extends Meta<infer Field>
          ? MetaFields[Field]
          : I extends Mymdc<infer Field>
            ? MymdcFields[Field]
            : I extends Param<infer T>
              ? T
              : I extends Variable<infer T>
                ? T
                : never;

/** The argument of a variable's function: the run and the values of its inputs. */
export type Arguments<I> = {readonly run: Run} & {readonly [Parameter in keyof I]: ValueOf<I[Parameter]>};

/**
 * Makes an input that may be missing: where it has no value, the function gets `default` (undefined if left out).
 *
 * @example
 * variable({inputs: {gain: optional(gain, 1)}}, ({gain}) => 3 * gain);
 */
export function optional<Of extends Required>(of: Of): Optional<Of, undefined>;
export function optional<Of extends Required, Default>(of: Of, fallback: Default): Optional<Of, Default>;
export function optional(of: Required, fallback?: unknown): Optional<Required, unknown> {
  return {kind: 'optional', of, default: fallback};
}

/**
 * Asks for all variables whose name matches a pattern (`*`, `?`, `[abc]`); gives `{name: value}` of those with a value.
 *
 * @param within a group (a linked one, or `self`): only its variables, the pattern without its name.
 * @example
 * variable({inputs: {energies: glob<number>('xgm_*')}}, ({energies}) => Math.max(...Object.values(energies)));
 */
export const glob = <T = unknown>(pattern: string, {within}: {within?: Group} = {}): Glob<T> => ({
  kind: 'glob',
  pattern,
  ...(within === undefined ? {} : {within}),
});

/**
 * Asks for a variable of the `context.py` beside this file, by name; gives what is stored of it: a number, text, array or labelled array.
 *
 * @example
 * variable({inputs: {energy: stored<number>('photon_energy')}}, ({energy}) => 2 * energy);
 */
export const stored = <T = unknown>(name: string): Stored<T> => ({kind: 'stored', name});

/** Asks for a fact about the run: its number, the proposal's number, the proposal's directory. */
export const meta = <Field extends keyof MetaFields>(field: Field): Meta<Field> => ({kind: 'meta', field});

/** Asks the metadata catalogue for a fact about the run. When it does not answer, only the variables that ask fail. */
export const mymdc = <Field extends keyof MymdcFields>(field: Field): Mymdc<Field> => ({kind: 'mymdc', field});

type Widened<T> = T extends number ? number : T extends string ? string : T extends boolean ? boolean : T;

/**
 * Asks for a value given when processing is started (`--param NAME=VALUE`). Without value and default the variable is skipped.
 *
 * @param options `default`: what it is otherwise; `schema`: what it must be (a value that is not makes the variable fail).
 * @example
 * variable({inputs: {cut: param('cut', {default: 3.5})}}, ({cut}) => cut);
 */
export function param<T>(name: string, options: {readonly schema: z.ZodType<T>; readonly default?: NoInfer<T>}): Param<T>;
export function param<T>(name: string, options: {readonly default: T}): Param<Widened<T>>;
export function param<T = unknown>(name: string): Param<T>;
export function param(name: string, options: {schema?: z.ZodType; default?: unknown} = {}): Param<unknown> {
  return {kind: 'param', name, hasDefault: 'default' in options, default: options.default, schema: options.schema};
}
