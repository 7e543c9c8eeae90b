import {type Origin, origins, sentenceOf} from '@firstlight/core';
import type {H5Group} from '@firstlight/hdf5';
import {ownGroup} from './areas.ts';

/** The name of the dataset below `.firstlight` in which a fragment says what its values were made of. */
export const originsName = 'origin';

/** What a fragment says of the origins of its values. */
export interface FragmentOrigins {
  readonly of: ReadonlyMap<string, Origin>;
  /** What is wrong with what it says, in one sentence; the values are as good without. */
  readonly problem?: string;
}

const nothing: FragmentOrigins = {of: new Map()};

/** Reads the origins in a fragment. What is not as the protocol says is left out: a value must never be lost for it. */
export function readOrigins(file: H5Group): FragmentOrigins {
  try {
    const path = `${ownGroup}/${originsName}`;
    if (file.kind(path) !== 'dataset') return nothing;
    return parsed(JSON.parse(String(file.value(path))));
  } catch (error) {
    return {...nothing, problem: sentenceOf(error)};
  }
}

function parsed(value: unknown): FragmentOrigins {
  const entries = Object.entries((value ?? {}) as Record<string, unknown>).map(
    ([name, said]) => [name, origins.origin.safeParse(said)] as const,
  );
  const bad = entries.find(([, {success}]) => !success);
  return {
    of: new Map(entries.flatMap(([name, {data}]) => (data ? [[name, data]] : []))),
    ...(bad && {problem: `what it says of "${bad[0]}" is not an origin`}),
  };
}
