/** A doc comment in a source text. */
export interface DocComment {
  /** Offset behind it. */
  readonly end: number;
  readonly text: string;
}

/** A source text without what could be mistaken for code. */
export interface Masked {
  /** As long as the source; comments, and the insides of strings, templates and regular expressions, are blank. */
  readonly code: string;
  readonly docs: readonly DocComment[];
}

const beforeExpression = new Set('(,=:[!&|?{;+-*%~^<>');
const wordsBeforeExpression = /(?:^|[^\w$.])(?:return|typeof|case|do|else|in|of|void|delete|throw|new|await|yield)$/;
const ends = {line: /\n|$/g, block: /\*\/|$/g} as const;

/** Where something ends: behind the first match of a pattern, which is always found. */
function endOf(pattern: RegExp, source: string, from: number): number {
  pattern.lastIndex = from;
  const match = pattern.exec(source);
  return match ? match.index + match[0].length : source.length;
}

function endOfString(source: string, start: number): number {
  const quote = source[start];
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === quote || source[at] === '\n') return at + 1;
  }
  return source.length;
}

/** The end of a regular expression that begins here; undefined if the line ends before it does, so that it is none. */
function endOfRegularExpression(source: string, start: number): number | undefined {
  let isInClass = false;
  for (let at = start + 1; at < source.length && source[at] !== '\n'; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '[') isInClass = true;
    else if (char === ']') isInClass = false;
    else if (char === '/' && !isInClass) return at + 1;
  }
  return undefined;
}

/** The end of a piece of a template: behind its closing backtick, or behind `${`. */
function endOfTemplatePiece(source: string, start: number): {end: number; isOpen: boolean} {
  for (let at = start; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '`') return {end: at + 1, isOpen: false};
    else if (source[at] === '$' && source[at + 1] === '{') return {end: at + 2, isOpen: true};
  }
  return {end: source.length, isOpen: false};
}

/** One pass over a source text, from one thing that is no code to the next. */
class Scanner {
  readonly docs: DocComment[] = [];
  readonly #source: string;
  readonly #pieces: string[] = [];
  #done = 0;
  /** Braces open inside each `${` that is open. */
  readonly #templates: number[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  run(): Masked {
    const interesting = /[/'"`{}]/g;
    for (let match = interesting.exec(this.#source); match; match = interesting.exec(this.#source)) {
      interesting.lastIndex = Math.max(this.#take(match.index), match.index + 1);
    }
    this.#pieces.push(this.#source.slice(this.#done));
    return {code: this.#pieces.join(''), docs: this.docs};
  }

  /** Deals with what begins here; returns where to go on. */
  #take(at: number): number {
    const char = this.#source[at];
    if (char === '/') return this.#slash(at);
    if (char === '`') return this.#template(at);
    if (char === '{' || char === '}') return this.#brace(at, char);
    return this.#blank(at, endOfString(this.#source, at));
  }

  #slash(at: number): number {
    const next = this.#source[at + 1];
    if (next === '/') return this.#blank(at, endOf(ends.line, this.#source, at) - (this.#source.includes('\n', at) ? 1 : 0));
    if (next === '*') return this.#comment(at);
    const before = this.#code(at).trimEnd();
    const isExpression = before === '' || beforeExpression.has(before.at(-1) as string) || wordsBeforeExpression.test(before);
    const end = isExpression ? endOfRegularExpression(this.#source, at) : undefined;
    return end === undefined ? at + 1 : this.#blank(at, end);
  }

  /** The last code before a place. */
  #code(at: number): string {
    return `${this.#pieces.slice(-4).join('')}${this.#source.slice(this.#done, at)}`.slice(-400);
  }

  #comment(at: number): number {
    const end = endOf(ends.block, this.#source, at + 2);
    if (this.#source.startsWith('/**', at) && end > at + 4) this.docs.push({end, text: this.#source.slice(at + 3, end - 2)});
    return this.#blank(at, end);
  }

  #template(at: number): number {
    const {end, isOpen} = endOfTemplatePiece(this.#source, at + 1);
    if (isOpen) this.#templates.push(0);
    return this.#blank(at, end);
  }

  #brace(at: number, char: string): number {
    const last = this.#templates.length - 1;
    if (last < 0) return at + 1;
    const open = this.#templates[last] as number;
    if (char === '}' && open === 0) {
      this.#templates.pop();
      return this.#template(at);
    }
    this.#templates[last] = open + (char === '{' ? 1 : -1);
    return at + 1;
  }

  #blank(start: number, end: number): number {
    this.#pieces.push(this.#source.slice(this.#done, start), this.#source.slice(start, end).replaceAll(/[^\n]/g, ' '));
    this.#done = end;
    return end;
  }
}

/** Blanks out everything that is no code, and collects doc comments; a source that is not right never fails. */
export const mask = (source: string): Masked => new Scanner(source).run();
