/** A node of a syntax tree, as the parser gives it. */
export interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** Tells whether something is a node. */
export const isSyntax = (value: unknown): value is Syntax =>
  typeof value === 'object' && value !== null && typeof (value as {type?: unknown}).type === 'string';

/** The nodes directly below one, in the order of the source. */
export function childrenOf(node: Syntax): Syntax[] {
  const found: Syntax[] = [];
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) found.push(...value.filter(isSyntax));
    else if (isSyntax(value)) found.push(value);
  }
  return found;
}

/** A node's part of that name, if it has one. */
export const part = (node: Syntax, field: string): Syntax | undefined => {
  const value = node[field];
  return isSyntax(value) ? value : undefined;
};

/** A node's list of that name; holes in it are left out. */
export const parts = (node: Syntax, field: string): Syntax[] => {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isSyntax) : [];
};

/** What an identifier, or a key that is one, is called. */
export const nameOf = (node: Syntax | undefined): string | undefined => {
  if (node?.type === 'Identifier' || node?.type === 'PrivateIdentifier') return String(node['name']);
  return node?.type === 'Literal' ? String(node['value']) : undefined;
};

const typesOnly = new Set(['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'TSDeclareFunction', 'TSEmptyBodyFunctionExpression']);

/** Tells whether a statement is gone when the types are. */
export function isOnlyTypes(node: Syntax): boolean {
  if (typesOnly.has(node.type) || node['declare'] === true) return true;
  if (node['importKind'] === 'type' || node['exportKind'] === 'type') return true;
  const declared = node.type === 'ExportNamedDeclaration' ? part(node, 'declaration') : undefined;
  return declared !== undefined && isOnlyTypes(declared);
}

const wrappers = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'ParenthesizedExpression',
]);

/** An expression without the types and brackets around it. */
export function bare(node: Syntax): Syntax {
  const inner = wrappers.has(node.type) ? part(node, 'expression') : undefined;
  return inner ? bare(inner) : node;
}

const containersOf = new Set(['ArrayExpression', 'ObjectExpression']);

/** Tells whether an expression makes a plain list, object, map or set. */
export function makesContainer(node: Syntax | undefined): boolean {
  if (node === undefined) return false;
  const made = bare(node);
  const callee = made.type === 'NewExpression' ? nameOf(part(made, 'callee')) : undefined;
  return containersOf.has(made.type) || callee === 'Map' || callee === 'Set';
}
