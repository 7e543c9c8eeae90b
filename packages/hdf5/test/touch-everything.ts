import {isFirstlightError} from '@firstlight/core';
import type {H5Dataset, H5Group} from '@firstlight/hdf5';
import {openFile} from '@firstlight/hdf5';

/** Reads whatever can be read in a file, as far as it can be read; returns how many reads succeeded and how many gave one of our errors. */
export function touchEverything(path: string): {readonly good: number; readonly refused: number} {
  const count = {good: 0, refused: 0};
  attempt(count, () => {
    using file = openFile(path, 'r');
    touchGroup(file, count, 0);
  });
  return count;
}

interface Count {
  good: number;
  refused: number;
}

function attempt(count: Count, action: () => void): void {
  try {
    action();
    count.good++;
  } catch (error) {
    if (!isFirstlightError(error)) throw error;
    count.refused++;
  }
}

function touchGroup(group: H5Group, count: Count, depth: number): void {
  attempt(count, () => group.attributes.keys().forEach((name) => attempt(count, () => group.attributes.get(name))));
  if (depth > 4) return;
  for (const name of group.keys().slice(0, 100)) {
    attempt(count, () => {
      group.link(name);
      const kind = group.kind(name);
      if (kind === 'dataset') touchDataset(group.dataset(name), count);
      if (kind !== 'group') return;
      using child = group.group(name);
      touchGroup(child, count, depth + 1);
    });
  }
}

function touchDataset(opened: H5Dataset, count: Count): void {
  using dataset = opened;
  attempt(count, () => [dataset.chunks, dataset.filters, dataset.bytes, dataset.maxShape]);
  attempt(count, () => dataset.attributes.keys().forEach((name) => attempt(count, () => dataset.attributes.get(name))));
  attempt(count, () => dataset.value());
  attempt(count, () => dataset.read((dataset.shape ?? []).map(() => ({start: 1, step: 2}))));
}
