import {execFileSync} from 'node:child_process';
import {statSync} from 'node:fs';

/** Tells whether what a person (by user id) left in a folder may become a value. */
export type OwnerRule = (uid: number) => boolean;

const root = 0;
const rememberMs = 600_000;

/** What the system said about people and groups; asking it takes milliseconds, and its directory server perhaps longer. */
const answers = new Map<string, {readonly ids: readonly number[]; readonly until: number}>();

/**
 * Whose fragments a folder takes: our own, those of who owns the folder, of the members of its group, and of whom its setting `fl_fragment_owners` names
 * (user names or numbers, separated by commas; `*` is everybody).
 *
 * Folders are open to all by their mode, so the right to leave a file there says nothing.
 */
export function ownerRule(dir: string, setting: string | undefined): OwnerRule {
  const {uid: owner, gid: group} = statSync(dir);
  const named = (setting ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (named.includes('*')) return () => true;
  const allowed = new Set([root, owner, process.geteuid?.() ?? owner, ...named.flatMap(userId)]);
  return (uid) => allowed.has(uid) || groupsOf(uid).includes(group);
}

const userId = (name: string): readonly number[] => (/^\d+$/.test(name) ? [Number(name)] : remembered(['-u', '--', name]));

const groupsOf = (uid: number): readonly number[] => remembered(['-G', '--', String(uid)]);

function remembered(args: readonly string[]): readonly number[] {
  const key = args.join(' ');
  const known = answers.get(key);
  if (known && performance.now() < known.until) return known.ids;
  const ids = ask(args);
  answers.set(key, {ids, until: performance.now() + rememberMs});
  return ids;
}

function ask(args: readonly string[]): number[] {
  try {
    return execFileSync('id', args, {encoding: 'utf8', timeout: 5000, stdio: ['ignore', 'pipe', 'ignore']})
      .trim()
      .split(/\s+/)
      .map(Number);
  } catch {
    return []; // nobody of that name or number
  }
}
