/** Escapes what a regular expression would read as syntax. */
const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Escapes what a set of a regular expression would read as syntax. */
const member = (text: string): string => text.replace(/[\\^[\]-]/g, '\\$&');

/** Where the `]` of a set that opens before `start` is, or -1; a `]` right at the start (or after `!`) belongs to the set. */
function endOfSet(pattern: string, start: number): number {
  let at = start;
  if (pattern[at] === '!') at++;
  if (pattern[at] === ']') at++;
  return pattern.indexOf(']', at);
}

/** The members of a set, `a-z` being a range; a range that runs backwards holds nothing. */
function setMembers(body: string): string {
  const characters = Array.from(body);
  let members = '';
  for (let i = 0; i < characters.length; i++) {
    const [from, dash, to] = [characters[i] as string, characters[i + 1], characters[i + 2]];
    if (dash !== '-' || to === undefined) {
      members += member(from);
      continue;
    }
    if ((from.codePointAt(0) as number) <= (to.codePointAt(0) as number)) members += `${member(from)}-${member(to)}`;
    i += 2;
  }
  return members;
}

function setExpression(body: string): string {
  const negated = body.startsWith('!');
  const members = setMembers(negated ? body.slice(1) : body);
  if (members === '') return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${members}]`;
}

/**
 * Compiles a glob as Python's `fnmatch` reads it: `*`, `?`, `[abc]`, `[a-z]`, `[!x]`; case-sensitive, the whole text must match.
 *
 * @example
 * globExpression('xgm_[0-3]*').test('xgm_2_mean'); // true
 */
export function globExpression(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; ) {
    const character = String.fromCodePoint(pattern.codePointAt(at) as number);
    at += character.length;
    const end = character === '[' ? endOfSet(pattern, at) : -1;
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (end !== -1) {
      source += setExpression(pattern.slice(at, end));
      at = end + 1;
    } else source += literal(character);
  }
  return new RegExp(`^(?:${source})$`, 'su');
}

/** Tells whether a name is a pattern: it has one of `*`, `?`, `[`. */
export const isGlob = (name: string): boolean => /[*?[]/.test(name);
