/** A group as it is found in a context: what it was called, and the groups it holds. */
export interface GroupNode {
  /** The name its author gave it; undefined: it takes the one it is found under. */
  readonly name: string | undefined;
  /** What kind of group it is, for messages. */
  readonly kind: string;
  /** The groups among its attributes, by attribute, in order. */
  readonly held: ReadonlyMap<string, GroupNode>;
}

/** A group with the name it ends up with. */
export interface NamedGroup<Node extends GroupNode> {
  readonly node: Node;
  readonly name: string;
}

interface Found {
  depth: number;
  readonly paths: Set<string>;
}

/**
 * Names all groups of a context, and finds those that cannot be named.
 *
 * A group without a name of its own takes the one it is exported under, or that of the group that holds it, a dot, and the attribute. The shortest way counts; if there
 * are several equally short ones, its author has to choose.
 *
 * @param exported groups by the name they are exported under, in order.
 * @returns the groups in the order DAMNIT expands them: the last found first.
 */
export function nameGroups<Node extends GroupNode>(
  exported: readonly (readonly [string, Node])[],
): {groups: NamedGroup<Node>[]; problems: {node: Node; text: string}[]} {
  const found = findGroups(exported);
  const problems: {node: Node; text: string}[] = [];
  const groups: NamedGroup<Node>[] = [];
  const owners = new Map<string, Node>();
  for (const node of expansionOrder(exported)) {
    const name = nameOf(node, found.get(node)?.paths ?? new Set());
    if (typeof name !== 'string') problems.push({node, text: name.text});
    else if (owners.has(name))
      problems.push({node, text: `Group name '${name}' is used by multiple group instances; give one of them another name.`});
    else {
      owners.set(name, node);
      groups.push({node, name});
    }
  }
  return {groups, problems};
}

const isHidden = (name: string): boolean => name.startsWith('__');

/** Walks from what is exported inwards, a level at a time; deeper ways to a group do not count. */
function findGroups(exported: readonly (readonly [string, GroupNode])[]): Map<GroupNode, Found> {
  const found = new Map<GroupNode, Found>();
  const visible = exported.filter(([name]) => !isHidden(name));
  let level: {node: GroupNode; path: string}[] = visible.map(([name, node]) => ({node, path: node.name ?? name}));
  for (let depth = 0; level.length > 0; depth++) {
    const fresh = level.filter(({node, path}) => note(found, node, path, depth));
    level = fresh.flatMap(({node, path}) =>
      [...node.held].map(([attribute, held]) => ({node: held, path: held.name ?? `${node.name ?? path}.${attribute}`})),
    );
  }
  return found;
}

/** Notes a way to a group; false if a shorter one, or this one, is known already. */
function note(found: Map<GroupNode, Found>, node: GroupNode, path: string, depth: number): boolean {
  const known = found.get(node);
  if (!known) found.set(node, {depth, paths: new Set([path])});
  else if (known.depth < depth || known.paths.has(path)) return false;
  else known.paths.add(path);
  return true;
}

/** All groups, the last one found first. */
function expansionOrder<Node extends GroupNode>(exported: readonly (readonly [string, Node])[]): Set<Node> {
  const order = new Set<Node>();
  const waiting: Node[] = exported.map(([, node]) => node);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (order.has(node)) continue;
    order.add(node);
    waiting.push(...(node.held.values() as Iterable<Node>));
  }
  return order;
}

function nameOf({name, kind}: GroupNode, paths: ReadonlySet<string>): string | {text: string} {
  if (name === '') return {text: `Group instance of '${kind}' has invalid name ''. Provide a non-empty string name.`};
  if (name !== undefined) return name;
  if (paths.size === 1) return [...paths][0] as string;
  if (paths.size === 0) return {text: `Group instance of '${kind}' has no name. Provide name or export it under one.`};
  const listed = [...paths].map((path) => `'${path}'`).join(', ');
  return {text: `Group instance of '${kind}' is assigned to multiple names [${listed}] without an explicit name.`};
}
