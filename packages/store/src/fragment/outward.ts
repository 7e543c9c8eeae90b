import type {H5Group} from '@firstlight/hdf5';

const mostObjects = 100_000;
const deepest = 32;

/**
 * Says what in an HDF5 file leads out of it (or is so nested that looking would never end); undefined when all of it is its own.
 *
 * Such a file would make us read, and show to others, what only we may read. None of the programs that write values makes links of any kind.
 */
export function outwardPart(file: H5Group): string | undefined {
  const budget = {objects: mostObjects};
  return within(file, budget, 0);
}

function within(group: H5Group, budget: {objects: number}, depth: number): string | undefined {
  if (depth > deepest) return `${group.path} is nested deeper than ${deepest} groups`;
  for (const name of group.keys()) {
    budget.objects -= 1;
    if (budget.objects < 0) return `it has more than ${mostObjects} objects`;
    const found = at(group, name, budget, depth);
    if (found !== undefined) return found;
  }
  return undefined;
}

function at(group: H5Group, name: string, budget: {objects: number}, depth: number): string | undefined {
  const place = `${group.path === '/' ? '' : group.path}/${name}`;
  const link = group.link(name);
  if (link.kind === 'external') return `${place} is a link into another file (${link.file})`;
  if (link.kind === 'soft') return `${place} is a soft link (to ${link.target})`;
  if (link.kind === 'other') return `${place} is a link of an unknown kind`;
  const kind = group.kind(name);
  if (kind === 'group') {
    using inner = group.group(name);
    return within(inner, budget, depth + 1);
  }
  if (kind !== 'dataset') return undefined;
  using dataset = group.dataset(name);
  if (dataset.storage === 'virtual') return `${place} is a virtual dataset, whose elements lie elsewhere`;
  return dataset.storage === 'external' ? `${place} keeps its elements in another file` : undefined;
}
