import type {ReductionName, ReductionOptions} from './reduce.ts';

/** A dimension, several, or (left out) all. */
export type Dims = string | readonly string[];

/** The reductions by their names; what is reduced says how. */
export abstract class Reductions<Reduced> {
  /** Reduces along dimensions (default: all) by name; the methods below say what each does. */
  abstract reduce(name: ReductionName, dims?: Dims, options?: ReductionOptions): Reduced;

  /** The arithmetic mean along dimensions, by default all; NaN is left out (NaN if there is nothing else), as in all of these. */
  mean(dims?: Dims, options?: ReductionOptions): Reduced {
    return this.reduce('mean', dims, options);
  }

  /** The sum; integers and booleans give exact 64-bit integers. */
  sum(dims?: Dims, options?: ReductionOptions): Reduced {
    return this.reduce('sum', dims, options);
  }

  /** The standard deviation, divided by n (`ddof: 1`: by n − 1). */
  std(dims?: Dims, options?: ReductionOptions): Reduced {
    return this.reduce('std', dims, options);
  }

  /** The variance, divided by n (`ddof: 1`: by n − 1). */
  var(dims?: Dims, options?: ReductionOptions): Reduced {
    return this.reduce('var', dims, options);
  }

  /** The smallest element. @throws RangeError if there are none. */
  min(dims?: Dims, options?: ReductionOptions): Reduced {
    return this.reduce('min', dims, options);
  }

  /** The largest element. @throws RangeError if there are none. */
  max(dims?: Dims, options?: ReductionOptions): Reduced {
    return this.reduce('max', dims, options);
  }

  /** The middle one of the sorted elements. */
  median(dims?: Dims, options?: ReductionOptions): Reduced {
    return this.reduce('median', dims, options);
  }
}
