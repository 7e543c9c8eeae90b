import {execFile, spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';

const program = fileURLToPath(new URL('../benchmarks/chaos.ts', import.meta.url));

/** The short form of `npm run bench -- chaos`. */
async function chaos(...options: string[]): Promise<unknown> {
  const {stdout} = await promisify(execFile)(process.execPath, [program, '--json', ...options]).catch((error: {stdout: string}) => error);
  return JSON.parse(stdout);
}

const nothingWrong = {lost: 0, doubled: 0, corrupt: 0, orphaned: 0, wrong: [], holds: true};

test('servers, writers and runners are killed at every step and at random, and nothing is lost, doubled or corrupt, for us and for damnit', async () => {
  expect(await chaos('--runs=8', '--kills=18')).toMatchObject(nothingWrong);
}, 500_000);

// A mount of our own needs a kernel that lets us have one: containers sometimes do not.
const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0;

test.runIf(canMount)(
  'the disk fills up again and again, and nothing is lost, doubled or corrupt',
  async () => {
    expect(await chaos('--runs=8', '--kills=2', '--disk')).toMatchObject({...nothingWrong, kills: {'full disk': 3}});
  },
  500_000,
);
