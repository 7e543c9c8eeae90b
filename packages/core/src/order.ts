type Edges = ReadonlyMap<string, readonly string[]>;

/** The nodes in the order they and their dependencies are first mentioned. */
function mentioned(dependencies: Edges): string[] {
  return [...new Set([...dependencies].flat(2))];
}

/**
 * Orders nodes so that each comes after all it depends on, level by level, and finds a cycle if there is one.
 *
 * Inside a level a node stands where the last of its dependencies was done: DAMNIT's order (that of Python's `graphlib`), which users see in logs.
 */
export function levelOrder(dependencies: Edges): {order: string[]; cycle: string[] | undefined} {
  const open = new Map<string, number>();
  const dependants = new Map<string, string[]>();
  for (const [name, needed] of dependencies) {
    open.set(name, needed.length);
    for (const dependency of needed) dependants.set(dependency, [...(dependants.get(dependency) ?? []), name]);
  }
  const order: string[] = [];
  let level = mentioned(dependencies).filter((name) => (open.get(name) ?? 0) === 0);
  while (level.length > 0) {
    order.push(...level);
    const next: string[] = [];
    for (const dependant of level.flatMap((name) => dependants.get(name) ?? [])) {
      const left = (open.get(dependant) as number) - 1;
      open.set(dependant, left);
      if (left === 0) next.push(dependant);
    }
    level = next;
  }
  return {order, cycle: findCycle(dependencies, new Set(order))};
}

/** A cycle among the nodes that could not be ordered, its first node repeated at the end. */
function findCycle(dependencies: Edges, ordered: ReadonlySet<string>): string[] | undefined {
  const start = [...dependencies.keys()].find((name) => !ordered.has(name));
  if (start === undefined) return undefined;
  const path: string[] = [];
  // Whoever could not be ordered needs another one that could not either, so this walk must meet itself.
  for (let name: string = start; ; name = (dependencies.get(name) as readonly string[]).find((next) => !ordered.has(next)) as string) {
    const seen = path.indexOf(name);
    if (seen !== -1) return [...path.slice(seen), name];
    path.push(name);
  }
}
