import type {Run} from '@firstlight/data';
import type {Variable} from './variable.ts';

/** Facts about the run itself; `proposal_path` is the proposal's directory, or '' for a run without files. */
export interface MetaFields {
  readonly run_number: number;
  readonly proposal: number;
  readonly proposal_path: string;
}

/** Any number of variables by pattern, as `{name: value}` of those that have a value. */
export interface Glob<T> {
  readonly kind: 'glob';
  readonly pattern: string;
  readonly value?: T;
}

/** A fact about the run. */
export interface Meta<Field extends keyof MetaFields> {
  readonly kind: 'meta';
  readonly field: Field;
}

/** An input that may be missing. */
export interface Optional<Of extends Required, Default> {
  readonly kind: 'optional';
  readonly of: Of;
  readonly default: Default;
}

type Required = Variable<unknown> | Glob<unknown>;

/** What a variable can ask for. */
export type Input = Required | Meta<keyof MetaFields> | Optional<Required, unknown>;

/** Inputs by the name of the argument they arrive as; `run` is always there already. */
export interface Inputs {
  readonly [parameter: string]: Input;
}

type ValueOf<I> =
  I extends Optional<infer Of, infer Default>
    ? ValueOf<Of> | Default
    : I extends Glob<infer T>
      ? Readonly<Record<string, T>>
      : I extends Meta<infer Field>
        ? MetaFields[Field]
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
 * @example
 * variable({inputs: {energies: glob<number>('xgm_*')}}, ({energies}) => Math.max(...Object.values(energies)));
 */
export const glob = <T = unknown>(pattern: string): Glob<T> => ({kind: 'glob', pattern});

/** Asks for a fact about the run: its number, the proposal's number, the proposal's directory. */
export const meta = <Field extends keyof MetaFields>(field: Field): Meta<Field> => ({kind: 'meta', field});
