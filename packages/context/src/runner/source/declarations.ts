import {mask} from './mask.ts';
import type {DocComment} from './mask.ts';

/** Where a name is exported, and what its doc comment says. */
export interface ExportedName {
  readonly start: number;
  /** Where the next exported declaration begins. */
  readonly end: number;
  /** Of the name; 1-based. */
  readonly line: number;
  readonly column: number;
  readonly doc: string | undefined;
}

const exportedConstant = /\bexport\s+(?:const|let|var)\s+([\w$]+)/g;
/** What may be between a doc comment and the call it is about: `export const NAME: Type = `, `NAME: `, `lib.`. */
const leadsToCall = /^\s*(?:export\s+)?(?:(?:const|let|var)\s+)?[\w$]+\s*(?::[^=;]*?=|[:=])\s*(?:[\w$]+\s*\.\s*)*$/;

/** What a source text says about its declarations without running: doc comments and places. */
export class Declarations {
  readonly exported: ReadonlyMap<string, ExportedName>;
  readonly #code: string;
  readonly #docs: readonly DocComment[];
  /** Offsets at which lines begin. */
  readonly #lines: readonly number[];

  constructor(source: string) {
    const {code, docs} = mask(source);
    this.#code = code;
    this.#docs = docs;
    this.#lines = [0, ...Array.from(source.matchAll(/\n/g), ({index}) => index + 1)];
    this.exported = this.#findExported();
  }

  /** The doc comment of the declaration or property whose value begins with the call at a place (1-based). */
  docAt(line: number, column: number): string | undefined {
    const at = this.offsetOf(line, column);
    const doc = this.#docs.findLast(({end}) => end <= at);
    return doc && leadsToCall.test(this.#code.slice(doc.end, at)) ? textOf(doc) : undefined;
  }

  offsetOf(line: number, column: number): number {
    return (this.#lines[line - 1] ?? this.#code.length) + column - 1;
  }

  #findExported(): Map<string, ExportedName> {
    const matches = [...this.#code.matchAll(exportedConstant)];
    return new Map(
      matches.map((match, index) => {
        const name = match[1] as string;
        const start = match.index;
        const place = this.#placeOf(start + match[0].length - name.length);
        const doc = this.#docs.findLast(({end}) => end <= start);
        const isAbove = doc !== undefined && this.#code.slice(doc.end, start).trim() === '';
        return [name, {start, end: matches[index + 1]?.index ?? this.#code.length, ...place, doc: isAbove ? textOf(doc) : undefined}];
      }),
    );
  }

  #placeOf(offset: number): {line: number; column: number} {
    const line = this.#lines.findLastIndex((start) => start <= offset);
    return {line: line + 1, column: offset - (this.#lines[line] as number) + 1};
  }
}

/** The words of a doc comment, without stars and without what follows the first tag; undefined if there are none. */
function textOf({text}: DocComment): string | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  const tag = lines.findIndex((line) => /^\s*@\w/.test(line));
  const said = (tag === -1 ? lines : lines.slice(0, tag)).join('\n').trim();
  return said === '' ? undefined : said;
}
