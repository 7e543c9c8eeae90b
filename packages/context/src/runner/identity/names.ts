/** Something that modules have: a name of one (`path` and `name`), all of one (no name), or everything (no path). */
export interface Ref {
  readonly path: string;
  readonly name: string | undefined;
  /** True: from inside a function, which may also call what is a variable of its own. */
  readonly isDeep: boolean;
}

/** What a chain of names (`helper.table.mean`) means in a module. */
export type Meaning =
  | {readonly kind: 'text'; readonly text: string; readonly used: number}
  | {readonly kind: 'ref'; readonly path: string; readonly name: string | undefined; readonly used: number};

/** What the module around a statement knows. */
export interface Names {
  readonly path: string;
  readonly relative: string;
  meaning(chain: readonly string[]): Meaning;
  /** What an `import(…)` of a text gives. */
  imported(specifier: string): Meaning;
  /** What of ours a chain is: `variable`, `group`, or a `factory` that `group` has made. */
  declarator(chain: readonly string[]): 'variable' | 'group' | 'factory' | undefined;
  /** Whether the value behind a name cannot change once it is made. */
  isFixed(chain: readonly string[]): boolean;
  /** Whether it is a plain list, object, map or set. */
  isContainer(chain: readonly string[]): boolean;
}

/** A name of a module, as the key of maps. */
export const keyOf = (path: string, name: string | undefined): string => `${path}\0${name ?? ''}`;
