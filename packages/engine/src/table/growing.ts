type Numbers = Uint8Array | Float64Array;

/** The same numbers in an array of at least `length` elements, of which the new ones are `fill`; arrays double, so that adding a row costs little. */
export function grown<T extends Numbers>(array: T, length: number, fill: number): T {
  if (length <= array.length) return array;
  const larger = new (array.constructor as new (n: number) => T)(Math.max(length, 2 * array.length, smallest));
  larger.set(array);
  return larger.fill(fill, array.length) as T;
}

const smallest = 64;
