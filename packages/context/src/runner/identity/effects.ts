import type {Names} from './names.ts';
import {keyOf} from './names.ts';
import {chainOf, isFunction} from './scope.ts';
import type {Scope} from './scope.ts';
import {bare, childrenOf, nameOf, part, parts} from './syntax.ts';
import type {Syntax} from './syntax.ts';

/** A place in a statement: the names around it, and how many functions. */
export interface Place {
  readonly scope: Scope | undefined;
  readonly depth: number;
}

const mutators = new Set('push pop shift unshift splice sort reverse fill copyWithin set add delete clear append'.split(' '));
const pureCallees = /^B (Number|String|Boolean|BigInt|Symbol|parseInt|parseFloat|isNaN|isFinite)$/;

/** Collects what a statement may change beside its own value; it is told of every call, assignment and expression in it. */
export class Effects {
  /** What it may change when it is executed, and what functions in it may change when they are called. */
  readonly changes = new Set<string>();
  readonly changesWhenCalled = new Set<string>();
  readonly #names: Names;
  #hasEffects = false;
  #calls = false;

  constructor(names: Names) {
    this.#names = names;
  }

  /** It may change what no name tells of: files, the process, a package. */
  get hasEffects(): boolean {
    return this.#hasEffects;
  }

  get calls(): boolean {
    return this.#calls;
  }

  /** A call may change the thing whose method it is, and what it is given. */
  called(node: Syntax, place: Place): void {
    const isNow = place.depth === 0;
    this.#calls ||= isNow;
    const callee = part(node, 'callee') as Syntax;
    const method = nameOf(part(callee, 'property'));
    const base = callee.type === 'MemberExpression' ? part(callee, 'object') : undefined;
    const chain = base && chainOf(base, place.scope);
    if (base && chain && this.#isChangeable(chain) && (isNow || mutators.has(method ?? ''))) this.stored(base, place);
    const isAssign = base !== undefined && nameOf(base) === 'Object' && method === 'assign';
    if ((isNow || isAssign) && !this.#isPure(callee, place)) this.#given(parts(node, 'arguments'), place);
  }

  /** Something is stored in the thing that a chain begins with. */
  stored(target: Syntax, place: Place): void {
    for (
      let node = bare(target);
      ;
      node = bare(part(node, 'object') ?? part(node, 'argument') ?? part(node, 'callee') ?? ({type: ''} as Syntax))
    ) {
      if (node.type === 'ObjectPattern' || node.type === 'ArrayPattern') {
        for (const child of childrenOf(node)) this.stored(part(child, 'value') ?? part(child, 'argument') ?? child, place);
        return;
      }
      const chain = chainOf(node, place.scope);
      if (!chain && node.type !== '') continue;
      if (chain) this.#changed(chain, place);
      return;
    }
  }

  /** An expression that is a statement does nothing else than have effects. */
  executed(expression: Syntax, place: Place): void {
    if (place.depth === 0) this.#hasEffects ||= !this.#isHarmless(expression, place);
  }

  #given(values: readonly Syntax[], place: Place): void {
    for (const value of values) {
      const chain = chainOf(value.type === 'SpreadElement' ? (part(value, 'argument') as Syntax) : value, place.scope);
      if (chain && this.#isChangeable(chain)) this.stored(value, place);
    }
  }

  #changed(chain: readonly string[], {depth}: Place): void {
    const meaning = this.#names.meaning(chain);
    if (meaning.kind === 'ref' && meaning.name !== undefined)
      (depth === 0 ? this.changes : this.changesWhenCalled).add(keyOf(meaning.path, meaning.name));
    else if (depth === 0) this.#hasEffects = true;
  }

  #isChangeable(chain: readonly string[]): boolean {
    const meaning = this.#names.meaning(chain);
    return meaning.kind === 'ref' && meaning.name !== undefined && !this.#names.isFixed(chain);
  }

  #isPure(callee: Syntax, {scope}: Place): boolean {
    const chain = chainOf(callee, scope);
    const meaning = chain && this.#names.meaning(chain);
    return meaning?.kind === 'text' && pureCallees.test(meaning.text);
  }

  /** `table.push(1)` and `x = 1` concern only who uses them. */
  #isHarmless(node: Syntax, {scope}: Place): boolean {
    if (node.type === 'AssignmentExpression')
      return !mayCall(part(node, 'right')) || chainOf(part(node, 'left') as Syntax, scope) !== undefined;
    if (node.type === 'UpdateExpression') return true;
    const callee = node.type === 'CallExpression' ? part(node, 'callee') : undefined;
    const chain = callee?.type === 'MemberExpression' ? chainOf(part(callee, 'object') as Syntax, scope) : undefined;
    return (chain !== undefined && this.#names.isContainer(chain)) || !mayCall(node);
  }
}

function mayCall(node: Syntax | undefined): boolean {
  if (node === undefined || isFunction(node)) return false;
  return /^(Call|New|Await|Import|TaggedTemplate|Yield)Expression$/.test(node.type) || childrenOf(node).some(mayCall);
}
