import {execFileSync, spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {folderWith, open, processed, python, temporaryDirectory} from './tools.ts';

// A mount of our own needs a kernel that lets us have one: containers sometimes do not.
const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0;

/** Runs a program of this directory where something is mounted, and gives the JSON lines it writes. */
function runMounted(mount: string, program: string, args: readonly string[]): unknown[] {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const output = execFileSync('unshare', ['-rm', 'sh', '-c', `${mount} && exec "$@"`, 'sh', process.execPath, path, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return output
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
}

test.runIf(canMount)('a full disk stops the work with a sentence, loses nothing, and the work goes on by itself', () => {
  const disk = temporaryDirectory();
  const facts = runMounted(`mount -t tmpfs -o size=6m none ${disk}`, './disk-child.ts', [disk, python]);
  expect(facts).toEqual([
    {notes: [expect.stringMatching(/^The disk of .+ is full; processing waits and goes on by itself when there is space\.$/)]},
    ...Array.from({length: 4}, () => ({outcome: 'done'})),
    {code: 'disk-full', sentence: 'The disk of this folder is full, so nothing was queued; free some space and ask again.'},
    {inbox: [], data: ['p1234_r1.h5', 'p1234_r2.h5', 'p1234_r3.h5', 'p1234_r4.h5'], notes: []},
  ]);
});

const languages = ['python', 'typescript'] as const;

test.runIf(canMount).for(languages)(
  'a value (%s) that does not fit on a disk with a little space waits for more of it, and nothing is lost',
  (language) => {
    const disk = temporaryDirectory();
    const facts = runMounted(`mount -t tmpfs -o size=1200k none ${disk}`, './large-value-child.ts', [disk, python, language]);
    expect(facts).toEqual([
      {inbox: 1, notes: [expect.stringMatching(/^The disk of .+ is full; processing waits and goes on by itself when there is space\.$/)]},
      {outcome: 'done', message: null},
      {states: ['ok', 'ok', 'ok'], inbox: 0, notes: []},
    ]);
  },
);

test.runIf(canMount)('a folder that cannot be written can be looked at', async () => {
  const dir = folderWith('@Variable(title="A")\ndef a(run):\n    return 1\n');
  {
    await using experiment = await open(dir);
    await processed(experiment);
  }
  const [facts] = runMounted(`mount --bind ${dir} ${dir} && mount -o remount,bind,ro ${dir}`, './read-only-child.ts', [dir]);
  const sentence = expect.stringContaining('cannot be written by this account');
  expect(facts).toEqual({summary: 1, readOnly: sentence, refused: sentence});
});
