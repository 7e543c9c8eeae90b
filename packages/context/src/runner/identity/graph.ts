import {createHash} from 'node:crypto';
import {ModuleNames} from './modules.ts';
import type {Module, Modules} from './modules.ts';
import {declaredBy} from './scope.ts';
import type {Syntax} from './syntax.ts';
import {keyOf} from './names.ts';
import type {Ref} from './names.ts';
import {treeOf} from './tree.ts';
import type {Tree} from './tree.ts';

/** A statement of a module, or a call of `variable` in one. */
export interface Node {
  readonly module: Module;
  readonly syntax: Syntax;
  readonly tree: Tree;
  /** The names that it declares. */
  readonly binds: readonly string[];
  /** The variables in it. */
  readonly variables: readonly Node[];
}

/** All statements of a context file and the modules that it imports from its folder. */
export class CodeGraph {
  readonly #nodes = new Map<string, Node[]>();
  readonly #concerned = new Map<string, Node[]>();
  /** Identity of what counts for all variables, because no name tells what it does. */
  readonly effects: string;

  /** @param declared names of the context file that are variables or groups. */
  constructor(modules: Modules, declared: ReadonlySet<string>) {
    for (const module of modules.all) this.#nodes.set(module.path, nodesOf(module, new ModuleNames(module, modules)));
    this.#note();
    const read = this.#readNames();
    const counts = this.#all().filter((node) => this.#countsForAll(node, {read, declared, modules}));
    this.effects = this.identity(counts).identity;
  }

  #all(): Node[] {
    return [...this.#nodes.values()].flat();
  }

  /** Notes which names a statement is about: those it declares, and those whose values it may change. */
  #note(): void {
    const all = this.#all();
    const binding = new Map<string, Node[]>();
    const add = (map: Map<string, Node[]>, key: string, node: Node): void => {
      const nodes = map.get(key) ?? [];
      if (!nodes.includes(node)) nodes.push(node);
      map.set(key, nodes);
    };
    for (const node of all) for (const name of node.binds) add(binding, keyOf(node.module.path, name), node);
    const callsMatter = all.some(({tree}) => tree.changesWhenCalled.size > 0);
    for (const node of all) {
      const {tree} = node;
      const called = callsMatter && tree.calls ? changedByCalls(tree.direct, binding) : [];
      const own = node.binds.map((name) => keyOf(node.module.path, name));
      for (const key of [...own, ...tree.changes, ...tree.changesWhenCalled, ...called]) add(this.#concerned, key, node);
    }
  }

  #readNames(): Map<string, Set<Node>> {
    const read = new Map<string, Set<Node>>();
    for (const node of this.#all())
      for (const {tree} of [node, ...node.variables])
        for (const {path, name} of tree.refs) read.set(keyOf(path, name), (read.get(keyOf(path, name)) ?? new Set()).add(node));
    return read;
  }

  #countsForAll(
    {tree, binds, module}: Node,
    {read, declared, modules}: {read: ReadonlyMap<string, ReadonlySet<Node>>; declared: ReadonlySet<string>; modules: Modules},
  ): boolean {
    if (tree.hasEffects) return true;
    if (!tree.calls || binds.length === 0) return false;
    const names = new ModuleNames(module, modules);
    return binds.every((name) => {
      const readers = read.get(keyOf(module.path, name)) ?? new Set();
      const isRead = [...readers].some((reader) => reader.tree !== tree);
      return !isRead && !declared.has(name) && !names.isDeclaration(name);
    });
  }

  /** The statement at an offset of a file, and the variable of it that begins there. */
  at(path: string, offset: number): Node[] {
    const statement = this.#nodes.get(path)?.find(({syntax}) => syntax.start <= offset && offset < syntax.end);
    if (!statement) return [];
    const inside = statement.variables.filter(({syntax}) => syntax.start <= offset && offset < syntax.end);
    return [statement, ...inside.slice(-1)];
  }

  /** The identity of everything that is reached from some places, and what that is. Statements are numbered as they are met, so that names, files and lines do not count. */
  identity(roots: readonly (Node | Ref)[]): {identity: string; met: readonly Node[]} {
    const numbers = new Map<Node, number>();
    const number = (node: Node): number => {
      const known = numbers.get(node) ?? numbers.size;
      numbers.set(node, known);
      return known;
    };
    const said: unknown[] = roots.map((root) => ('tree' in root ? number(root) : this.#edge(root, number)));
    for (const node of numbers.keys()) said.push(node.tree.digest, ...node.tree.refs.map((ref) => this.#edge(ref, number))); // grows on the way
    return {identity: createHash('sha256').update(JSON.stringify(said)).digest('hex'), met: [...numbers.keys()]};
  }

  #edge(ref: Ref, number: (node: Node) => number): [number, number][] {
    const nodes =
      ref.path === ''
        ? this.#all()
        : ref.name === undefined
          ? (this.#nodes.get(ref.path) ?? [])
          : (this.#concerned.get(keyOf(ref.path, ref.name)) ?? []);
    const edges: [number, number][] = [];
    for (const node of nodes) {
      edges.push([number(node), placeOf(node, ref)]);
      if (ref.isDeep) for (const variable of node.variables) edges.push([number(variable), -2]);
    }
    return edges;
  }
}

/** Which of the things a statement is about is meant. */
const placeOf = ({tree, binds}: Node, {path, name}: Ref): number => {
  const bound = binds.indexOf(name ?? '');
  return bound === -1 ? tree.refs.findIndex((each) => each.path === path && each.name === name) : 1000 + bound;
};

function nodesOf(module: Module, names: ModuleNames): Node[] {
  const bound = new Map<number, string[]>();
  for (const [name, places] of module.names) for (const place of places) bound.set(place, [...(bound.get(place) ?? []), name]);
  return module.statements.map((syntax, index) => {
    const tree = treeOf(syntax, names);
    return {module, syntax, tree, binds: bound.get(index) ?? declaredBy(syntax), variables: variablesOf(module, tree)};
  });
}

const variablesOf = (module: Module, {variables}: Tree): Node[] =>
  variables.flatMap(({node, tree}) => [{module, syntax: node, tree, binds: [], variables: []}, ...variablesOf(module, tree)]);

function changedByCalls(called: ReadonlySet<string>, binding: ReadonlyMap<string, readonly Node[]>): Set<string> {
  const found = new Set<string>();
  const known = new Set(called);
  for (const key of known) {
    for (const {tree} of binding.get(key) ?? []) {
      for (const changed of tree.changesWhenCalled) found.add(changed);
      for (const {path, name} of tree.refs) known.add(keyOf(path, name)); // grows on the way
    }
  }
  return found;
}
