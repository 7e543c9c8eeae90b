import {bare, childrenOf, isOnlyTypes, nameOf, part, parts} from './syntax.ts';
import type {Syntax} from './syntax.ts';

/** The names of a function or block; each is known by its place, so that its spelling does not count. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly depth: number;
  readonly names: ReadonlyMap<string, number>;
}

/** A scope inside another. */
export function scopeWith(names: Iterable<string>, parent: Scope | undefined): Scope {
  return {parent, depth: (parent?.depth ?? 0) + 1, names: new Map([...new Set(names)].map((name, index) => [name, index]))};
}

/** How a local name is written in a normalised tree; undefined for a name of the module. */
export function localName(name: string, scope: Scope | undefined): string | undefined {
  for (let each = scope; each; each = each.parent) {
    const index = each.names.get(name);
    if (index !== undefined) return `L${each.depth}.${index}`;
  }
  return undefined;
}

/** The names that a pattern (of a parameter, of `const`) binds. */
export function boundBy(pattern: Syntax | undefined): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [nameOf(pattern) as string];
    case 'ObjectPattern':
      return parts(pattern, 'properties').flatMap((property) => boundBy(part(property, 'value') ?? part(property, 'argument')));
    case 'ArrayPattern':
      return parts(pattern, 'elements').flatMap(boundBy);
    case 'AssignmentPattern':
      return boundBy(part(pattern, 'left'));
    case 'RestElement':
      return boundBy(part(pattern, 'argument'));
    case 'TSParameterProperty':
      return boundBy(part(pattern, 'parameter'));
    default:
      return [];
  }
}

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** Tells whether a node is a function. */
export const isFunction = (node: Syntax): boolean => functions.has(node.type);

/** The names that a statement declares in its block. */
export function declaredBy(statement: Syntax): string[] {
  if (isOnlyTypes(statement)) return [];
  const declared = part(statement, 'declaration');
  if (statement.type.startsWith('Export') && declared) return declaredBy(declared);
  if (statement.type === 'VariableDeclaration') return parts(statement, 'declarations').flatMap((each) => boundBy(part(each, 'id')));
  if (/^(Function|Class|TSEnum|TSModule)Declaration$/.test(statement.type)) return boundBy(part(statement, 'id'));
  return [];
}

/** The names that `var` declares anywhere in a function. */
export function hoisted(node: Syntax): string[] {
  const own = node.type === 'VariableDeclaration' && node['kind'] === 'var' ? declaredBy(node) : [];
  return [...own, ...childrenOf(node).flatMap((child) => (isFunction(child) ? [] : hoisted(child)))];
}

/** The scope of a function: parameters, `var`s, and what its block declares. */
export function functionScope(node: Syntax, parent: Scope | undefined): Scope {
  const body = part(node, 'body');
  const own = node.type === 'FunctionExpression' ? boundBy(part(node, 'id')) : [];
  const parameters = parts(node, 'params').flatMap(boundBy);
  return scopeWith([...own, ...parameters, ...(body ? [...hoisted(body), ...parts(body, 'body').flatMap(declaredBy)] : [])], parent);
}

/** The scope of a block, of a loop's head or of `catch`. */
export function blockScope(node: Syntax, parent: Scope | undefined): Scope {
  const statements = [...parts(node, 'body'), ...parts(node, 'cases').flatMap((each) => parts(each, 'consequent'))];
  const heads = ['init', 'left'].flatMap((field) => {
    const head = part(node, field);
    return head?.type === 'VariableDeclaration' ? declaredBy(head) : [];
  });
  return scopeWith([...heads, ...boundBy(part(node, 'param')), ...statements.flatMap(declaredBy)], parent);
}

/** The names of `a.b.c`, unless `a` is a local name or the chain is none of plain names. */
export function chainOf(wrapped: Syntax, scope: Scope | undefined): string[] | undefined {
  const node = bare(wrapped);
  if (node.type === 'Identifier') {
    const name = nameOf(node) as string;
    return localName(name, scope) === undefined ? [name] : undefined;
  }
  if (node.type === 'ChainExpression') return chainOf(part(node, 'expression') as Syntax, scope);
  if (node.type !== 'MemberExpression' || node['computed'] === true) return undefined;
  const base = chainOf(part(node, 'object') as Syntax, scope);
  const name = nameOf(part(node, 'property'));
  return base && name !== undefined ? [...base, name] : undefined;
}
