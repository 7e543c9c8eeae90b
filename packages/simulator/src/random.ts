/** A stream of random numbers; the same key always gives the same stream. */
export interface Random {
  /** The next 32 random bits, as an unsigned integer. */
  bits(): number;
  /** A number in [0, 1). */
  uniform(): number;
  /** A number of the normal distribution with mean 0 and standard deviation 1. */
  normal(): number;
  /** A whole number in [0, end). */
  below(end: number): number;
}

/**
 * Makes the random stream of a key, for example `randomOf(seed, run, train, 'xgm')`.
 *
 * Every simulated thing draws from a stream of its own, so that a train can be made without making those before it, and a new device does not change the old ones.
 */
export const randomOf = (...key: readonly (number | string)[]): Random => {
  // sfc32 by Chris Doty-Humphrey: small, fast, passes PractRand.
  let a = hash(key, 0x9e3779b9);
  let b = hash(key, 0x243f6a88);
  let c = hash(key, 0xb7e15162);
  let counter = 1;
  const bits = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) bits();
  const uniform = () => bits() / 2 ** 32;
  return {
    bits,
    uniform,
    normal: () => normalFrom(1 - uniform(), uniform()),
    below: (end) => Math.floor(uniform() * end),
  };
};

/** Normally distributed noise to look up, for images: a table read by `bits() & NOISE_MASK` is ten times faster than a logarithm per pixel. */
export const NOISE_TABLE: Float32Array = makeNoiseTable(1 << 13);
export const NOISE_MASK: number = NOISE_TABLE.length - 1;

// Box and Muller.
function normalFrom(u: number, v: number): number {
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}

function makeNoiseTable(length: number): Float32Array {
  const random = randomOf('noise table');
  return Float32Array.from({length}, () => random.normal());
}

// FNV-1a over the key's text, finished as in MurmurHash3.
function hash(key: readonly (number | string)[], start: number): number {
  let h = start;
  for (const character of key.join('/')) h = Math.imul(h ^ character.charCodeAt(0), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
