import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {dirname, relative} from 'node:path';
import {sentenceOf} from '@firstlight/core';
import type {ContextVersion, Problem, VariableCode, VariableInfo} from '@firstlight/core';
import type {Position} from '../../position.ts';
import {CodeGraph} from './graph.ts';
import type {Node} from './graph.ts';
import {ModuleNames, Modules} from './modules.ts';
import type {Imports, Module} from './modules.ts';
import type {Ref} from './names.ts';

/** Where a variable came from when its file was loaded. */
export interface Made {
  /** Where it was defined, and where the groups were made that it belongs to. */
  readonly places: readonly Position[];
  /** What these groups were made with, as far as that can be written down. */
  readonly given: string;
}

/** What is known of a context that was loaded. */
export interface Loaded {
  readonly context: string;
  /** The files that went into the bundle. */
  readonly files: readonly string[];
  readonly imports: Imports;
  readonly variables: readonly VariableInfo[];
  readonly made: ReadonlyMap<string, Made>;
}

/** What was found. */
export interface Identified {
  readonly codes: ReadonlyMap<string, VariableCode>;
  readonly version: ContextVersion;
  /** Why nothing better was found. */
  readonly problem?: Problem;
}

const digest = (said: unknown): string => createHash('sha256').update(JSON.stringify(said)).digest('hex');

/**
 * The code identity of each variable (equal as long as nothing that decides its value was edited), and the version of the context.
 *
 * What counts is said in `docs/adr/0012-code-identity.md`.
 */
export function identify(loaded: Loaded): Identified {
  const files = textsOf(loaded).map(([path, text]) => ({path: relative(dirname(loaded.context), path), text}));
  const version = {
    identity: digest(files.map(({path, text}) => [path, text])),
    files: files.map(({path, text}) => ({path, text: kept(text)})),
  };
  try {
    const modules = new Modules(loaded.context, new Map(textsOf(loaded)), loaded.imports);
    const declared = new Set(loaded.variables.map(({name}) => name.split('.')[0] as string));
    const identities = new Identities(loaded, modules, new CodeGraph(modules, declared));
    return {codes: new Map(loaded.variables.map((variable) => [variable.name, identities.of(variable)])), version};
  } catch (error) {
    const text = `The code of this file's variables cannot be told apart, so each edit counts for all of them: ${sentenceOf(error)}`;
    const codes = new Map(loaded.variables.map(({name}) => [name, {identity: digest([version.identity, name]), source: ''}]));
    return {codes, version, problem: {severity: 'warning', text, file: loaded.context, line: null, column: null}};
  }
}

const longestKept = 1_000_000;

/** A text as it is told and kept; of what nobody has written by hand only its hash. */
const kept = (text: string): string => (text.length <= longestKept ? text : `(${text.length} characters with the SHA-256 ${digest(text)})`);

/** The texts of a context: its own first, then those of what it imports from its folder. */
function textsOf({context, files}: Loaded): [path: string, text: string][] {
  const others = files.filter((file) => file !== context && !file.includes('/node_modules/')).sort();
  return [context, ...others].map((file) => [file, readFileSync(file, 'utf8')]);
}

class Identities {
  readonly #loaded: Loaded;
  readonly #modules: Modules;
  readonly #graph: CodeGraph;
  readonly #names: ModuleNames;
  readonly #lines = new Map<string, readonly number[]>();

  constructor(loaded: Loaded, modules: Modules, graph: CodeGraph) {
    this.#loaded = loaded;
    this.#modules = modules;
    this.#graph = graph;
    this.#names = new ModuleNames(modules.all[0] as Module, modules);
  }

  of(variable: VariableInfo): VariableCode {
    const {name, summary, data, cluster, transient, units, inputs} = variable;
    const made = this.#loaded.made.get(name);
    const [own = [], ...others] = (made?.places ?? []).map((place) => this.#at(place));
    const roots: (Node | Ref)[] = [...own.toReversed(), ...others.flatMap((nodes) => nodes.slice(0, 1)), ...this.#exported(name)];
    const {identity, met} = this.#graph.identity(roots.length > 0 ? roots : [everything]);
    const facts = [
      summary,
      data,
      cluster,
      transient,
      units,
      inputs.map((input) => [input.parameter, input.kind, input.name, input.optional]),
    ];
    const files = [...new Set(met.map(({module}) => module.relative))].filter((file) => file !== this.#names.relative).sort();
    return {
      identity: digest([facts, identity, this.#graph.effects, made?.given ?? '']),
      source: sourceOf(own, met),
      ...(files.length > 0 && {files}),
    };
  }

  /** The statements that give a variable (or its group) its name. */
  #exported(name: string): Ref[] {
    const meaning = this.#names.exported(name.split('.')[0] as string);
    return meaning?.kind === 'ref' ? [{path: meaning.path, name: meaning.name, isDeep: false}] : [];
  }

  #at({file, line, column}: Position): readonly Node[] {
    const text = this.#modules.at(file)?.text;
    if (text === undefined) return [];
    const lines = this.#lines.get(file) ?? [0, ...Array.from(text.matchAll(/\n/g), ({index}) => index + 1)];
    this.#lines.set(file, lines);
    return this.#graph.at(file, (lines[line - 1] ?? 0) + column - 1);
  }
}

const everything: Ref = {path: '', name: undefined, isDeep: true};

/** How a variable is written: its statement, or its call where there are several in one. */
function sourceOf(own: readonly Node[], met: readonly Node[]): string {
  const [statement, call] = own;
  const node = statement && statement.variables.length > 1 ? (call ?? statement) : (statement ?? met[0]);
  return node ? `${node.module.text.slice(node.syntax.start, node.syntax.end)}\n` : '';
}
