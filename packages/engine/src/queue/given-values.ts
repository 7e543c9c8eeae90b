import type {ForeignValue, ValueEvent} from '@firstlight/core';
import {startTimeName} from '../table.ts';

/** What became of the variables of a job so far, for its later stages. */
export class GivenValues {
  readonly #heard = new Set<string>();
  readonly #values: Map<string, ForeignValue>;

  /** Begins with values that were stored before the job. */
  constructor(stored: readonly ForeignValue[] = []) {
    this.#values = new Map(stored.map((value) => [value.name, value]));
  }

  /** Takes a value; false when it is known already, because a stage had to compute it again for itself. */
  take(event: ValueEvent): boolean {
    const {variable: name, state, kind, attributes} = event;
    if (this.#heard.has(name)) return false;
    this.#heard.add(name);
    const fragment = state === 'ok' && kind !== null ? event.fragment : null; // Without data there is only something to look at.
    const isStored = event.fragment !== null || state !== 'ok';
    const error = state === 'ok' || state === 'none' ? null : errorOf(event, attributes);
    const made = {identity: event.identity ?? null, state: state === 'cancelled' ? 'failed' : state} as const;
    if (isStored) this.#values.set(name, {name, fragment, error, ...made});
    return true;
  }

  /** Those of some variables that are known, and the run's start time. */
  list(names: readonly string[]): ForeignValue[] {
    return [startTimeName, ...names].flatMap((name) => this.#values.get(name) ?? []);
  }
}

const errorOf = ({state}: ValueEvent, attributes: ValueEvent['attributes']): ForeignValue['error'] =>
  state === 'cancelled'
    ? {errorClass: 'Cancelled', message: attributes?.error ?? 'It was cancelled.'}
    : {errorClass: attributes?.error_cls ?? 'Error', message: attributes?.error ?? ''};
