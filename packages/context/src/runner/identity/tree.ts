import {createHash} from 'node:crypto';
import {Effects} from './effects.ts';
import type {Place} from './effects.ts';
import {keyOf} from './names.ts';
import type {Names, Ref} from './names.ts';
import {blockScope, chainOf, functionScope, isFunction, localName, scopeWith} from './scope.ts';
import type {Scope} from './scope.ts';
import {bare, childrenOf, isOnlyTypes, isSyntax, nameOf, part, parts} from './syntax.ts';
import type {Syntax} from './syntax.ts';

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

/** Normalises a statement of a module. */
export const treeOf = (node: Syntax, names: Names): Tree => new Writer(names, undefined, 0).write(node);

const left = new Set(
  'type start end range loc typeAnnotation typeParameters typeArguments returnType superTypeArguments superTypeParameters implements accessibility override readonly definite abstract declare raw shorthand importKind exportKind phase'.split(
    ' ',
  ),
);
const looks = {variable: ['title', 'tags', 'description'], group: ['tags'], factory: ['title', 'tags', 'sep']} as const;
const seesModule = new Set(['eval', 'Function', 'require']);

class Writer {
  readonly #names: Names;
  readonly #out: string[] = [];
  readonly #refs: Ref[] = [];
  readonly #places = new Map<string, number>();
  readonly #direct = new Set<string>();
  readonly #effects: Effects;
  readonly #variables: {node: Syntax; tree: Tree}[] = [];
  #scope: Scope | undefined;
  /** How many functions are around this place. */
  #depth: number;
  #root: Syntax | undefined;

  constructor(names: Names, scope: Scope | undefined, depth: number) {
    this.#names = names;
    this.#effects = new Effects(names);
    this.#scope = scope;
    this.#depth = depth;
  }

  write(node: Syntax): Tree {
    this.#root = node;
    this.#visit(node);
    const {changes, changesWhenCalled, hasEffects, calls} = this.#effects;
    return {
      digest: createHash('sha256').update(this.#out.join('\0')).digest('hex'),
      refs: this.#refs,
      direct: this.#direct,
      changes,
      changesWhenCalled,
      hasEffects,
      calls,
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

  get #place(): Place {
    return {scope: this.#scope, depth: this.#depth};
  }

  #member(node: Syntax): void {
    const chain = chainOf(node, this.#scope);
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
    const chain = chainOf(part(node, 'callee') as Syntax, this.#scope);
    const declarator = chain && this.#names.declarator(chain);
    if (declarator === 'variable' && node !== this.#root) return this.#apart(node);
    if (declarator) return this.#declaration(node, declarator);
    this.#effects.called(node, this.#place);
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

  // What may change something

  #changing(node: Syntax, field: string): void {
    this.#effects.stored(part(node, field) as Syntax, this.#place);
    this.#generic(node);
  }

  #expression(node: Syntax): void {
    this.#effects.executed(bare(part(node, 'expression') as Syntax), this.#place);
    this.#generic(node);
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
