/** Trains by position (`{start, stop}` or a list; negative counts from the end) or by id (a `BigUint64Array`). */
export type TrainSelection = {readonly start?: number; readonly stop?: number; readonly step?: number} | readonly number[] | BigUint64Array;

/** The trains of a selection, in the order of `trainIds`; ids that are not there are left out. */
export function selectTrains(trainIds: BigUint64Array, selection: TrainSelection): BigUint64Array {
  if (selection instanceof BigUint64Array) {
    const wanted = new Set(selection);
    return trainIds.filter((id) => wanted.has(id));
  }
  if (Array.isArray(selection)) {
    const wanted = new Set((selection as readonly number[]).map((position) => positionIn(trainIds, position)));
    return trainIds.filter((_, i) => wanted.has(i));
  }
  const {start, stop, step = 1} = selection as {start?: number; stop?: number; step?: number};
  if (!(step >= 1)) throw new RangeError(`Trains are selected forwards, so the step must be at least 1, not ${step}.`);
  const part = trainIds.slice(start, stop);
  return step === 1 ? part : part.filter((_, i) => i % step === 0);
}

function positionIn(trainIds: BigUint64Array, position: number): number {
  const index = position < 0 ? trainIds.length + position : position;
  if (Number.isInteger(index) && index >= 0 && index < trainIds.length) return index;
  throw new RangeError(`There is no train at position ${position}; there are ${trainIds.length} trains.`);
}

/** All train ids of several lists, sorted, each once. */
export function unionOfTrains(lists: readonly BigUint64Array[]): BigUint64Array {
  const sorted = BigUint64Array.from(new Set(lists.flatMap((list) => Array.from(list)))).sort();
  return sorted;
}

/** Cuts trains into parts of nearly equal numbers, e.g. 20 into 6, 7, 7. */
export function* partsOf(trainIds: BigUint64Array, parts: number): Generator<BigUint64Array> {
  const count = Math.min(parts, trainIds.length);
  for (let i = 0; i < count; i++) {
    yield trainIds.slice(Math.floor((i * trainIds.length) / count), Math.floor(((i + 1) * trainIds.length) / count));
  }
}
