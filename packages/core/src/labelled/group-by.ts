import {align} from './align.ts';
import type {Groups} from './group.ts';
import {groupPart, groupsOf, joinGroups} from './group.ts';
import type {Part} from './part.ts';
import type {ReductionName, ReductionOptions} from './reduce.ts';
import type {Label} from './select.ts';

/** How the groups, which know nothing of classes, make arrays and look into them. */
export interface ArrayKind<A> {
  readonly wrap: (part: Part) => A;
  readonly partOf: (array: A) => Part;
  readonly reduce: (array: A, name: ReductionName, dim: string, options: ReductionOptions | undefined) => A;
}

/** Groups of the places of a dimension, by label, waiting to be reduced. Made by `array.groupBy(…)`; iterating gives `[label, array]`. */
export class GroupBy<A> {
  readonly #groups: Groups;
  readonly #kind: ArrayKind<A>;

  constructor(part: Part, by: string | Part, kind: ArrayKind<A>) {
    const [own, key] = typeof by === 'string' ? [part, by] : (align([part, by]) as [Part, Part]);
    this.#groups = groupsOf(own, key);
    this.#kind = kind;
  }

  /** The labels of the groups, sorted. */
  get labels(): Label[] {
    return this.#groups.groups.map(({label}) => label);
  }

  /** How many groups there are. */
  get size(): number {
    return this.#groups.groups.length;
  }

  *[Symbol.iterator](): Generator<[Label, A]> {
    for (const {label, places} of this.#groups.groups) yield [label, this.#kind.wrap(groupPart(this.#groups, places))];
  }

  /** Makes an array without the grouped dimension of each group; the results are put together along the labels. */
  map(change: (group: A, label: Label) => A): A {
    const results = Array.from(this, ([label, group]) => this.#kind.partOf(change(group, label)));
    return this.#kind.wrap(joinGroups(this.#groups, results));
  }

  reduce(name: ReductionName, options?: ReductionOptions): A {
    return this.map((group) => this.#kind.reduce(group, name, this.#groups.dim, options));
  }

  mean(options?: ReductionOptions): A {
    return this.reduce('mean', options);
  }

  sum(options?: ReductionOptions): A {
    return this.reduce('sum', options);
  }

  std(options?: ReductionOptions): A {
    return this.reduce('std', options);
  }

  var(options?: ReductionOptions): A {
    return this.reduce('var', options);
  }

  min(options?: ReductionOptions): A {
    return this.reduce('min', options);
  }

  max(options?: ReductionOptions): A {
    return this.reduce('max', options);
  }

  median(options?: ReductionOptions): A {
    return this.reduce('median', options);
  }

  /** How many elements of each group are not NaN. */
  count(): A {
    return this.reduce('count');
  }
}
