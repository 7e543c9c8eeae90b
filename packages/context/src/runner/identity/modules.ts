import {dirname, relative} from 'node:path';
import {parseSync} from 'oxc-parser';
import type {Meaning, Names} from './names.ts';
import {declaredBy, hoisted, isFunction} from './scope.ts';
import {bare, isOnlyTypes, isSyntax, makesContainer, nameOf, part, parts} from './syntax.ts';
import type {Syntax} from './syntax.ts';

/** Which file each import of a file means, as the bundler has found out; a package is not among them. */
export type Imports = ReadonlyMap<string, ReadonlyMap<string, string>>;

interface From {
  readonly specifier: string;
  /** Undefined: all of it, as one object. */
  readonly name: string | undefined;
}

/** A file with code (or data) that went into the bundle. */
export interface Module {
  readonly path: string;
  readonly relative: string;
  readonly text: string;
  readonly statements: readonly Syntax[];
  /** The statements that declare a name. */
  readonly names: ReadonlyMap<string, readonly number[]>;
  readonly imports: ReadonlyMap<string, From>;
  readonly exports: ReadonlyMap<string, From | {readonly local: string}>;
  /** `export * from …`. */
  readonly stars: readonly string[];
  /** What a name is made by, if one `const` says it. */
  readonly values: ReadonlyMap<string, Syntax>;
}

/** Stands for what a file exports as default, and for all of a file that has no code. */
export const defaultName = '*default*';
const isCode = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path);

/** Parses a file; one without code is a single statement. */
export function moduleOf(path: string, text: string, folder: string): Module {
  const whole: Syntax = {type: 'Literal', start: 0, end: text.length, value: text};
  const statements = isCode(path)
    ? (parseSync(path, text, {lang: 'ts', preserveParens: false}).program.body as unknown as Syntax[]).filter((node) => !isOnlyTypes(node))
    : [whole];
  const names = new Map<string, number[]>();
  statements.forEach((statement, index) => {
    for (const name of isCode(path) ? namesIn(statement) : [defaultName]) names.set(name, [...(names.get(name) ?? []), index]);
  });
  const {imports, exports, stars} = new Links(statements);
  return {path, relative: relative(folder, path), text, statements, names, imports, exports, stars, values: valuesIn(statements)};
}

function namesIn(statement: Syntax): string[] {
  const own = [...declaredBy(statement), ...(isFunction(statement) ? [] : hoisted(statement))];
  if (statement.type !== 'ExportDefaultDeclaration') return [...new Set(own)];
  const name = nameOf(part(part(statement, 'declaration') as Syntax, 'id'));
  return [defaultName, ...(name === undefined ? [] : [name])];
}

/** What a file imports and exports. */
class Links {
  readonly imports = new Map<string, From>();
  readonly exports = new Map<string, From | {readonly local: string}>();
  readonly stars: string[] = [];

  constructor(statements: readonly Syntax[]) {
    for (const statement of statements) {
      if (statement.type === 'ImportDeclaration') this.#import(statement);
      else if (statement.type === 'ExportAllDeclaration') this.#exportAll(statement);
      else if (statement.type === 'ExportNamedDeclaration') this.#export(statement);
      else if (statement.type === 'ExportDefaultDeclaration') this.exports.set('default', {local: defaultName});
    }
  }

  #import(statement: Syntax): void {
    for (const each of parts(statement, 'specifiers')) {
      const name =
        each.type === 'ImportSpecifier' ? nameOf(part(each, 'imported')) : each.type === 'ImportDefaultSpecifier' ? 'default' : undefined;
      this.imports.set(nameOf(part(each, 'local')) as string, {specifier: sourceOf(statement) as string, name});
    }
  }

  #exportAll(statement: Syntax): void {
    const name = nameOf(part(statement, 'exported'));
    if (name === undefined) this.stars.push(sourceOf(statement) as string);
    else this.exports.set(name, {specifier: sourceOf(statement) as string, name: undefined});
  }

  #export(statement: Syntax): void {
    const declaration = part(statement, 'declaration');
    if (declaration) for (const local of declaredBy(declaration)) this.exports.set(local, {local});
    const specifier = sourceOf(statement);
    for (const each of parts(statement, 'specifiers')) {
      const [local, exported] = [nameOf(part(each, 'local')) as string, nameOf(part(each, 'exported')) as string];
      this.exports.set(exported, specifier === undefined ? {local} : {specifier, name: local});
    }
  }
}

const sourceOf = (statement: Syntax): string | undefined => {
  const source = statement['source'];
  return isSyntax(source) ? String(source['value']) : undefined;
};

function valuesIn(statements: readonly Syntax[]): Map<string, Syntax> {
  const found = new Map<string, Syntax>();
  for (const statement of statements) {
    const declaration = part(statement, 'declaration') ?? statement;
    if (/^(Function|Class|TSEnum)Declaration$/.test(declaration.type)) found.set(nameOf(part(declaration, 'id')) ?? '', declaration);
    if (declaration.type !== 'VariableDeclaration' || declaration['kind'] !== 'const') continue;
    for (const each of parts(declaration, 'declarations')) {
      const [id, init] = [part(each, 'id'), part(each, 'init')];
      if (id?.type === 'Identifier' && init) found.set(nameOf(id) as string, bare(init));
    }
  }
  return found;
}

/** The modules of a bundle. */
export class Modules {
  readonly all: readonly Module[];
  readonly #at: ReadonlyMap<string, Module>;
  readonly #imports: Imports;

  /** @param texts by path, that of the context file first. */
  constructor(context: string, texts: ReadonlyMap<string, string>, imports: Imports) {
    const folder = dirname(context);
    this.all = [...texts].map(([path, text]) => moduleOf(path, text, folder));
    this.#at = new Map(this.all.map((module) => [module.path, module]));
    this.#imports = imports;
  }

  at(path: string): Module | undefined {
    return this.#at.get(path);
  }

  /** The module that an import means; undefined for a package. */
  imported(from: Module, specifier: string): Module | undefined {
    return this.#at.get(this.#imports.get(from.path)?.get(specifier) ?? '');
  }
}

const fixedValues = new Set(['Literal', 'TemplateLiteral', 'UnaryExpression', 'BinaryExpression']);
const fixedDeclarations =
  /^(FunctionDeclaration|ClassDeclaration|TSEnumDeclaration|ArrowFunctionExpression|FunctionExpression|ClassExpression)$/;
const ourPackage = /^P @firstlight\/context\.(variable|group)$/;

/** What names mean in one module. */
export class ModuleNames implements Names {
  readonly path: string;
  readonly relative: string;
  readonly #module: Module;
  readonly #modules: Modules;

  constructor(module: Module, modules: Modules) {
    this.path = module.path;
    this.relative = module.relative;
    this.#module = module;
    this.#modules = modules;
  }

  meaning(chain: readonly string[]): Meaning {
    let meaning = this.#nameIn(this.#module, chain[0] as string);
    if (meaning === undefined) return {kind: 'text', text: `B ${chain[0]}`, used: 1};
    let used = 1;
    for (; meaning.kind === 'ref' && meaning.name === undefined && used < chain.length; used++) {
      const module = this.#modules.at(meaning.path);
      const inner: Meaning | undefined = module && this.#exportOf(module, chain[used] as string);
      if (inner === undefined) break;
      meaning = inner;
    }
    if (meaning.kind === 'ref') return {...meaning, used};
    return {kind: 'text', text: [meaning.text, ...chain.slice(used)].join('.'), used: chain.length};
  }

  imported(specifier: string): Meaning {
    return this.#from(this.#module, {specifier, name: undefined});
  }

  #nameIn(module: Module, name: string): Meaning | undefined {
    const from = module.imports.get(name);
    if (from) return this.#from(module, from);
    return module.names.has(name) ? {kind: 'ref', path: module.path, name, used: 1} : undefined;
  }

  #from(module: Module, {specifier, name}: From): Meaning {
    const found = this.#modules.imported(module, specifier);
    if (!found) return {kind: 'text', text: `P ${specifier}${name === undefined ? '' : `.${name}`}`, used: 1};
    const inner = name === undefined ? undefined : this.#exportOf(found, name);
    return inner ?? {kind: 'ref', path: found.path, name: undefined, used: 1};
  }

  #exportOf(module: Module, name: string, asked: ReadonlySet<string> = new Set()): Meaning | undefined {
    if (asked.has(module.path)) return undefined;
    const exported = module.exports.get(name);
    if (exported) return 'local' in exported ? this.#nameIn(module, exported.local) : this.#from(module, exported);
    for (const star of module.stars) {
      const source = this.#modules.imported(module, star);
      const found = source && this.#exportOf(source, name, new Set([...asked, module.path]));
      if (found) return found;
    }
    return undefined;
  }

  /** What a name of the context file means from outside. */
  exported(name: string): Meaning | undefined {
    return this.#exportOf(this.#module, name);
  }

  declarator(chain: readonly string[]): 'variable' | 'group' | 'factory' | undefined {
    const meaning = this.meaning(chain);
    if (meaning.kind === 'text') return ourPackage.exec(meaning.text)?.[1] as 'variable' | 'group' | undefined;
    const value = this.#valueOf(meaning);
    const callee = value?.type === 'CallExpression' ? part(value, 'callee') : undefined;
    if (!callee || meaning.name === undefined) return undefined;
    const module = this.#modules.at(meaning.path);
    const made = module && new ModuleNames(module, this.#modules).declarator(namesOf(callee));
    return made === 'group' ? 'factory' : undefined;
  }

  #valueOf(meaning: Meaning): Syntax | undefined {
    return meaning.kind === 'ref' && meaning.name !== undefined ? this.#modules.at(meaning.path)?.values.get(meaning.name) : undefined;
  }

  isFixed(chain: readonly string[]): boolean {
    const value = this.#valueOf(this.meaning(chain));
    if (!value) return false;
    const callee = value.type === 'CallExpression' ? namesOf(part(value, 'callee') as Syntax) : [];
    return (
      fixedValues.has(value.type) || fixedDeclarations.test(value.type) || (callee.length > 0 && this.declarator(callee) !== undefined)
    );
  }

  isContainer(chain: readonly string[]): boolean {
    return makesContainer(this.#valueOf(this.meaning(chain)));
  }

  /** Tells whether an expression makes a variable or a group of them. */
  isDeclaration(name: string): boolean {
    const value = this.#module.values.get(name);
    if (!value) return false;
    if (fixedDeclarations.test(value.type)) return true;
    const callee = value.type === 'CallExpression' ? namesOf(part(value, 'callee') as Syntax) : [];
    return callee.length > 0 && this.declarator(callee) !== undefined;
  }
}

function namesOf(callee: Syntax): string[] {
  const node = bare(callee);
  if (node.type === 'Identifier') return [nameOf(node) as string];
  if (node.type !== 'MemberExpression' || node['computed'] === true) return [];
  const base = namesOf(part(node, 'object') as Syntax);
  return base.length > 0 ? [...base, nameOf(part(node, 'property')) ?? ''] : [];
}
