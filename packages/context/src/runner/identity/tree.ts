import {createHash} from 'node:crypto';
import {blockScope, functionScope, isFunction, localName, scopeWith} from './scope.ts';
import type {Scope} from './scope.ts';
import {bare, childrenOf, isOnlyTypes, isSyntax, nameOf, part, parts} from './syntax.ts';
import type {Syntax} from './syntax.ts';

/** Something that modules have: a name of one (`path` and `name`), all of one (no name), or everything (no path). */
export interface Ref {
  readonly path: string;
  readonly name: string | undefined;
  /** True: from inside a function, which may also call what is a variable of its own. */
  readonly isDeep: boolean;
}

/** What a chain of names (`helper.table.mean`) means in a module. */
export type Meaning =
  | {readonly kind: 'text'; readonly text: string; readonly used: number}
  | {readonly kind: 'ref'; readonly path: string; readonly name: string | undefined; readonly used: number};

/** What the module around a statement knows. */
export interface Names {
  readonly path: string;
  readonly relative: string;
  meaning(chain: readonly string[]): Meaning;
  /** What an `import(…)` of a text gives. */
  imported(specifier: string): Meaning;
  /** What of ours a chain is: `variable`, `group`, or a `factory` that `group` has made. */
  declarator(chain: readonly string[]): 'variable' | 'group' | 'factory' | undefined;
  /** Whether the value behind a name cannot change once it is made. */
  isFixed(chain: readonly string[]): boolean;
  /** Whether it is a plain list, object, map or set. */
  isContainer(chain: readonly string[]): boolean;
}

/** A statement, or a call of `variable` in one, normalised: without types, comments, formatting and the names of locals. */
export interface Tree {
  readonly digest: string;
  /** What it gets from modules, in the order in which it occurs; the numbers in the tree are places in this list. */
  readonly refs: readonly Ref[];
  /** What it uses when it is executed, not only defines. */
  readonly direct: ReadonlySet<string>;
  /** What it may change when it is executed, and what functions in it may change when they are called. */
  readonly changes: ReadonlySet<string>;
  readonly changesWhenCalled: ReadonlySet<string>;
  /** It may change what no name tells of: files, the process, a package. */
  readonly hasEffects: boolean;
  readonly calls: boolean;
  /** The calls of `variable` in it, which count only for their variables. */
  readonly variables: readonly {readonly node: Syntax; readonly tree: Tree}[];
}

/** A name of a module, as the key of maps. */
export const keyOf = (path: string, name: string | undefined): string => `${path}\0${name ?? ''}`;

/** Normalises a statement of a module. */
export const treeOf = (node: Syntax, names: Names): Tree => new Writer(names, undefined, 0).write(node);

const left = new Set(
  'type start end range loc typeAnnotation typeParameters typeArguments returnType superTypeArguments superTypeParameters implements accessibility override readonly definite abstract declare raw shorthand importKind exportKind phase'.split(
    ' ',
  ),
);
const mutators = new Set('push pop shift unshift splice sort reverse fill copyWithin set add delete clear append'.split(' '));
const containersOf = new Set(['ArrayExpression', 'ObjectExpression']);
const looks = {variable: ['title', 'tags', 'description'], group: ['tags'], factory: ['title', 'tags', 'sep']} as const;
const pureCallees = /^B (Number|String|Boolean|BigInt|Symbol|parseInt|parseFloat|isNaN|isFinite)$/;
const seesModule = new Set(['eval', 'Function', 'require']);

/** Tells whether an expression makes a plain list, object, map or set. */
export function makesContainer(node: Syntax | undefined): boolean {
  if (node === undefined) return false;
  const made = bare(node);
  const callee = made.type === 'NewExpression' ? nameOf(part(made, 'callee')) : undefined;
  return containersOf.has(made.type) || callee === 'Map' || callee === 'Set';
}

class Writer {
  readonly #names: Names;
  readonly #out: string[] = [];
  readonly #refs: Ref[] = [];
  readonly #places = new Map<string, number>();
  readonly #direct = new Set<string>();
  readonly #changes = new Set<string>();
  readonly #changesWhenCalled = new Set<string>();
  readonly #variables: {node: Syntax; tree: Tree}[] = [];
  #scope: Scope | undefined;
  /** How many functions are around this place. */
  #depth: number;
  #hasEffects = false;
  #calls = false;
  #root: Syntax | undefined;

  constructor(names: Names, scope: Scope | undefined, depth: number) {
    this.#names = names;
    this.#scope = scope;
    this.#depth = depth;
  }

  write(node: Syntax): Tree {
    this.#root = node;
    this.#visit(node);
    return {
      digest: createHash('sha256').update(this.#out.join('\0')).digest('hex'),
      refs: this.#refs,
      direct: this.#direct,
      changes: this.#changes,
      changesWhenCalled: this.#changesWhenCalled,
      hasEffects: this.#hasEffects,
      calls: this.#calls,
      variables: this.#variables,
    };
  }

  #visit(wrapped: Syntax): void {
    const node = bare(wrapped);
    if (isOnlyTypes(node)) return;
    if (isFunction(node)) return this.#function(node);
    const handler = this.#handlers[node.type];
    if (handler) handler(node);
    else this.#generic(node);
  }

  readonly #handlers: Readonly<Record<string, (node: Syntax) => void>> = {
    Identifier: (node) => this.#identifier(node),
    MemberExpression: (node) => this.#member(node),
    Literal: (node) => this.#literal(node),
    TemplateElement: (node) => this.#say('text', JSON.stringify(node['value'])),
    Property: (node) => this.#property(node),
    MethodDefinition: (node) => this.#keyed(node),
    PropertyDefinition: (node) => this.#keyed(node),
    AccessorProperty: (node) => this.#keyed(node),
    CallExpression: (node) => this.#call(node),
    NewExpression: (node) => this.#call(node),
    AssignmentExpression: (node) => this.#changing(node, 'left'),
    UpdateExpression: (node) => this.#changing(node, 'argument'),
    UnaryExpression: (node) => (node['operator'] === 'delete' ? this.#changing(node, 'argument') : this.#generic(node)),
    ExpressionStatement: (node) => this.#expression(node),
    BlockStatement: (node) => this.#inside(blockScope(node, this.#scope), () => this.#generic(node)),
    ForStatement: (node) => this.#inside(blockScope(node, this.#scope), () => this.#generic(node)),
    ForInStatement: (node) => this.#inside(blockScope(node, this.#scope), () => this.#generic(node)),
    ForOfStatement: (node) => this.#inside(blockScope(node, this.#scope), () => this.#generic(node)),
    SwitchStatement: (node) => this.#inside(blockScope(node, this.#scope), () => this.#generic(node)),
    CatchClause: (node) => this.#inside(blockScope({...node, body: []}, this.#scope), () => this.#generic(node)),
    ClassDeclaration: (node) => this.#class(node),
    ClassExpression: (node) => this.#inside(scopeWith([nameOf(part(node, 'id')) ?? ''], this.#scope), () => this.#generic(node)),
    LabeledStatement: (node) => this.#labelled(node),
    BreakStatement: (node) => this.#say('break', nameOf(part(node, 'label')) ?? ''),
    ContinueStatement: (node) => this.#say('continue', nameOf(part(node, 'label')) ?? ''),
    ImportExpression: (node) => this.#importExpression(node),
    MetaProperty: () => this.#say('meta', this.#names.relative),
    ImportDeclaration: () => undefined, // what is imported is looked up where it is used
    ExportNamedDeclaration: (node) => this.#exported(node),
    ExportDefaultDeclaration: (node) => this.#exportDefault(node),
    ExportAllDeclaration: () => undefined,
    TSEnumMember: (node) => this.#enumMember(node),
  };

  #say(...texts: string[]): void {
    this.#out.push(...texts);
  }

  #generic(node: Syntax, without?: string): void {
    this.#say(node.type);
    for (const [field, value] of Object.entries(node)) {
      if (left.has(field) || field === without || value === null || value === undefined || value === false) continue;
      if (field === 'optional' && !/^(Call|Member)Expression$/.test(node.type)) continue;
      if (Array.isArray(value)) this.#list(field, value);
      else if (isSyntax(value)) this.#list(field, [value]);
      else if (typeof value !== 'object') this.#say(field, written(value));
    }
    this.#say(')');
  }

  #list(field: string, values: readonly unknown[]): void {
    if (values.length === 0) return;
    this.#say(field);
    for (const value of values) {
      if (isSyntax(value)) this.#visit(value);
      else this.#say('-');
    }
    this.#say(']');
  }

  /** The name of an error's class is stored. */
  #class(node: Syntax): void {
    this.#say(nameOf(part(node, 'id')) ?? '');
    this.#generic(node);
  }

  #literal(node: Syntax): void {
    const {value, bigint, regex} = node;
    this.#say(
      `${typeof value} ${bigint === undefined || bigint === null ? (regex ? JSON.stringify(regex) : written(value)) : written(bigint)}`,
    );
  }

  // Names

  #identifier(node: Syntax): void {
    const name = nameOf(node) as string;
    const local = localName(name, this.#scope);
    if (local === undefined) this.#mean([name]);
    else this.#say(local);
  }

  #chain(wrapped: Syntax): string[] | undefined {
    const node = bare(wrapped);
    if (node.type === 'Identifier') {
      const name = nameOf(node) as string;
      return localName(name, this.#scope) === undefined ? [name] : undefined;
    }
    if (node.type === 'ChainExpression') return this.#chain(part(node, 'expression') as Syntax);
    if (node.type !== 'MemberExpression' || node['computed'] === true) return undefined;
    const base = this.#chain(part(node, 'object') as Syntax);
    const name = nameOf(part(node, 'property'));
    return base && name !== undefined ? [...base, name] : undefined;
  }

  #member(node: Syntax): void {
    const chain = this.#chain(node);
    if (chain) {
      for (const name of chain.slice(this.#mean(chain))) this.#say('.', name);
      return;
    }
    this.#say(node['optional'] === true ? '?.' : '.');
    this.#visit(part(node, 'object') as Syntax);
    if (node['computed'] === true) this.#visit(part(node, 'property') as Syntax);
    else this.#say(nameOf(part(node, 'property')) ?? '');
  }

  /** Writes what a chain of names means; how many names that were. */
  #mean(chain: readonly string[]): number {
    const meaning = this.#names.meaning(chain);
    if (meaning.kind === 'ref') this.#refer(meaning);
    else this.#say(meaning.text);
    if (meaning.kind === 'text' && meaning.text.startsWith('B ') && seesModule.has(chain[0] as string)) this.#refer(this.#names);
    return meaning.used;
  }

  #refer({path, name}: {readonly path: string; readonly name?: string | undefined}): void {
    const isDeep = this.#depth > 0;
    const key = `${keyOf(path, name)}\0${isDeep}`;
    const place = this.#places.get(key) ?? this.#refs.push({path, name, isDeep}) - 1;
    this.#places.set(key, place);
    if (!isDeep) this.#direct.add(keyOf(path, name));
    this.#say(`R${place}`);
  }

  // Keys are no names

  #key(node: Syntax): void {
    const key = part(node, 'key') as Syntax;
    if (node['computed'] === true) this.#visit(key);
    else this.#say('key', nameOf(key) ?? '');
  }

  #property(node: Syntax): void {
    this.#say('Property', String(node['kind']), node['method'] === true ? 'method' : '');
    this.#key(node);
    this.#visit(part(node, 'value') as Syntax);
  }

  #keyed(node: Syntax): void {
    this.#key(node);
    this.#say(written(node['static']), written(node['kind']));
    this.#list(
      'parts',
      childrenOf(node).filter((child) => child !== node['key'] && !child.type.startsWith('TSType')),
    );
  }

  #enumMember(node: Syntax): void {
    this.#say('member', nameOf(part(node, 'id')) ?? '');
    const initializer = part(node, 'initializer');
    if (initializer) this.#visit(initializer);
  }

  #labelled(node: Syntax): void {
    this.#say('label', nameOf(part(node, 'label')) ?? '');
    this.#visit(part(node, 'body') as Syntax);
  }

  // Functions

  #function(node: Syntax): void {
    this.#say(
      'function',
      String(node['async'] === true),
      String(node['generator'] === true),
      node.type === 'ArrowFunctionExpression' ? '=>' : '',
    );
    if (node.type === 'FunctionDeclaration' && part(node, 'id')) this.#identifier(part(node, 'id') as Syntax);
    this.#inside(functionScope(node, this.#scope), () => {
      this.#depth++;
      this.#list('params', parts(node, 'params'));
      this.#body(part(node, 'body'));
      this.#depth--;
    });
  }

  /** `() => x` is `() => { return x; }`. */
  #body(body: Syntax | undefined): void {
    if (!body) return;
    if (body.type === 'BlockStatement') return this.#list('body', parts(body, 'body'));
    this.#list('body', [{type: 'ReturnStatement', start: body.start, end: body.end, argument: body}]);
  }

  #inside(scope: Scope, write: () => void): void {
    const around = this.#scope;
    this.#scope = scope;
    write();
    this.#scope = around;
  }

  // Exports only give names

  #exported(node: Syntax): void {
    const declaration = part(node, 'declaration');
    if (declaration) this.#visit(declaration);
  }

  #exportDefault(node: Syntax): void {
    this.#say('default');
    this.#visit(part(node, 'declaration') as Syntax);
  }

  // Calls

  #call(node: Syntax): void {
    const callee = part(node, 'callee') as Syntax;
    const chain = this.#chain(callee);
    const declarator = chain && this.#names.declarator(chain);
    if (declarator === 'variable' && node !== this.#root) return this.#apart(node);
    if (declarator) return this.#declaration(node, declarator);
    this.#calls ||= this.#depth === 0;
    this.#changedByCall(node, callee);
    this.#generic(node);
  }

  /** A variable counts by itself. */
  #apart(node: Syntax): void {
    this.#say('variable');
    this.#variables.push({node, tree: new Writer(this.#names, this.#scope, this.#depth).write(node)});
  }

  /** Looks do not count. */
  #declaration(node: Syntax, declarator: keyof typeof looks): void {
    this.#say(declarator);
    this.#visit(part(node, 'callee') as Syntax);
    for (const wrapped of parts(node, 'arguments')) {
      const argument = bare(wrapped);
      if (argument.type !== 'ObjectExpression') this.#visit(argument);
      else
        this.#list(
          'options',
          parts(argument, 'properties').filter(
            (property) => !(looks[declarator] as readonly string[]).includes(nameOf(part(property, 'key')) ?? ''),
          ),
        );
    }
  }

  #changedByCall(node: Syntax, callee: Syntax): void {
    const method = nameOf(part(callee, 'property'));
    const base = callee.type === 'MemberExpression' ? part(callee, 'object') : undefined;
    const chain = base && this.#chain(base);
    if (base && chain && this.#isChangeable(chain) && (this.#depth === 0 || mutators.has(method ?? ''))) this.#changed(base);
    const isAssign = base !== undefined && nameOf(base) === 'Object' && method === 'assign';
    if (this.#depth > 0 && !isAssign) return;
    const own = this.#chain(callee);
    const said = own && this.#names.meaning(own);
    if (said?.kind === 'text' && pureCallees.test(said.text)) return;
    for (const argument of parts(node, 'arguments')) {
      const named = this.#chain(argument.type === 'SpreadElement' ? (part(argument, 'argument') as Syntax) : argument);
      if (named && this.#isChangeable(named)) this.#changed(argument);
    }
  }

  #isChangeable(chain: readonly string[]): boolean {
    const meaning = this.#names.meaning(chain);
    return meaning.kind === 'ref' && meaning.name !== undefined && !this.#names.isFixed(chain);
  }

  // Changes

  #changing(node: Syntax, field: string): void {
    this.#changed(part(node, field) as Syntax);
    this.#generic(node);
  }

  /** Something is stored in the thing that a chain begins with. */
  #changed(target: Syntax): void {
    for (
      let node = bare(target);
      ;
      node = bare(part(node, 'object') ?? part(node, 'argument') ?? part(node, 'callee') ?? ({type: ''} as Syntax))
    ) {
      if (node.type === 'ObjectPattern' || node.type === 'ArrayPattern') {
        for (const child of childrenOf(node)) this.#changed(part(child, 'value') ?? part(child, 'argument') ?? child);
        return;
      }
      const chain = this.#chain(node);
      if (!chain && node.type !== '') continue;
      if (chain) this.#changedChain(chain);
      return;
    }
  }

  #changedChain(chain: readonly string[]): void {
    const meaning = this.#names.meaning(chain);
    if (meaning.kind === 'ref' && meaning.name !== undefined)
      (this.#depth === 0 ? this.#changes : this.#changesWhenCalled).add(keyOf(meaning.path, meaning.name));
    else if (this.#depth === 0) this.#hasEffects = true;
  }

  #expression(node: Syntax): void {
    if (this.#depth === 0) this.#hasEffects ||= !this.#isHarmless(bare(part(node, 'expression') as Syntax));
    this.#generic(node);
  }

  /** `table.push(1)` and `x = 1` concern only who uses them. */
  #isHarmless(node: Syntax): boolean {
    if (node.type === 'AssignmentExpression')
      return !mayCall(part(node, 'right')) || this.#chain(part(node, 'left') as Syntax) !== undefined;
    if (node.type === 'UpdateExpression') return true;
    const callee = node.type === 'CallExpression' ? part(node, 'callee') : undefined;
    const chain = callee?.type === 'MemberExpression' ? this.#chain(part(callee, 'object') as Syntax) : undefined;
    return (chain !== undefined && this.#names.isContainer(chain)) || !mayCall(node);
  }

  #importExpression(node: Syntax): void {
    const source = part(node, 'source');
    const meaning = source?.type === 'Literal' ? this.#names.imported(String(source['value'])) : undefined;
    this.#say('import');
    if (meaning?.kind === 'ref') this.#refer(meaning);
    else if (meaning) this.#say(meaning.text);
    else this.#refer({path: ''});
  }
}

/** A plain field of a node as text. */
const written = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

function mayCall(node: Syntax | undefined): boolean {
  if (node === undefined || isFunction(node)) return false;
  return /^(Call|New|Await|Import|TaggedTemplate|Yield)Expression$/.test(node.type) || childrenOf(node).some(mayCall);
}
