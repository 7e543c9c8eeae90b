/** The documents hold together: every link leads somewhere, every page can be found from another, every decision has a number of its own. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const markdownIn = (directory: string): string[] =>
  readdirSync(resolve(root, directory))
    .filter((name) => name.endsWith('.md'))
    .map((name) => (directory === '.' ? name : `${directory}/${name}`));
const pages = ['.', 'docs', 'docs/adr', 'docs/how-to'].flatMap(markdownIn);
const decisions = markdownIn('docs/adr').filter((page) => page !== 'docs/adr/README.md');
const textOf = (page: string): string => readFileSync(resolve(root, page), 'utf8');

/** A heading as links name it: small letters, dashes for spaces, nothing else than letters, digits and dashes. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
const anchorsOf = (page: string): string[] =>
  [...withoutCode(textOf(page)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');

interface Link {
  readonly from: string;
  /** Relative to the repository. */
  readonly to: string;
  readonly anchor: string | undefined;
}

/** The links of a page that stay in the repository. */
const linksOf = (from: string): Link[] =>
  [
    ...withoutCode(textOf(from))
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor] = target.split('#');
      return {from, to: path === '' ? from : relative(root, resolve(root, dirname(from), path)), anchor};
    });
const links = pages.flatMap(linksOf);

test('every link leads to a file, and to a heading of it', () => {
  expect(links.length).toBeGreaterThan(pages.length);
  const broken = links.filter(
    ({to, anchor}) => !existsSync(resolve(root, to)) || (anchor !== undefined && to.endsWith('.md') && !anchorsOf(to).includes(anchor)),
  );
  expect(broken).toEqual([]);
});

test('every how-to is linked in the README, every decision in their list', () => {
  const linked = (from: string) => new Set(links.filter((link) => link.from === from).map(({to}) => to));
  const [fromReadme, fromList] = [linked('README.md'), linked('docs/adr/README.md')];
  expect(markdownIn('docs/how-to').filter((page) => !fromReadme.has(page))).toEqual([]);
  expect(decisions.filter((page) => !fromList.has(page))).toEqual([]);
});

test('every decision has a number of its own, the one of its heading', () => {
  const numbers = decisions.map((page) => page.slice('docs/adr/'.length, 'docs/adr/0000'.length));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(decisions.filter((page) => !textOf(page).startsWith(`# ${page.slice(9, 13)}: `))).toEqual([]);
});
