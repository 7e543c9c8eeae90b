import {expect, test} from 'vitest';
import {firstlight, temporaryDirectory} from './command.ts';

const commands = [
  'init',
  'process',
  'show',
  'context',
  'context check',
  'context describe',
  'simulate',
  'serve',
  'demo',
  'doctor',
  'types',
];

test.each(commands)('%s explains itself with --help', async (command) => {
  const {code, stdout} = await firstlight([...command.split(' '), '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: /);
});

test.each([
  ['nonsense'],
  ['process'],
  ['process', 'x'],
  ['show', 'abc'],
  ['simulate', 'd', '--detector', '12'],
  ['init', '--language', 'cobol'],
  ['serve', '.', '--port', '99999'],
  ['simulate', 'd', '--trains', '0'],
  ['simulate', 'd', '--detector', '0x0'],
])('wrong usage (%s %s) ends with 2 and says what to write', async (...args) => {
  const {code, stderr, stdout} = await firstlight(args);
  expect(code).toBe(2);
  expect(stderr).toMatch(/error: .*\n?.*--help/s);
  expect(stdout).toBe('');
});

test('outside an experiment folder a command says how to get one', async () => {
  using directory = temporaryDirectory();
  const {code, stderr} = await firstlight(['show'], {cwd: directory.path});
  expect(code).toBe(1);
  expect(stderr).toMatch(/No experiment folder at or above .*; name one with --folder DIR, or make one with `firstlight init`/);
});

test('where no directory can be made init says so at once', async () => {
  const {code, stderr} = await firstlight(['init', '/proc/firstlight']);
  expect({code, stderr}).toEqual({code: 1, stderr: '✗ No directory can be made at /proc/firstlight; choose another place.\n'});
});
