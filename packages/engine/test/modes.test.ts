import {createReadStream, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {writeFragment} from '@firstlight/store';
import {expect, onTestFinished, test} from 'vitest';
import {seenInDirectory} from '../src/intake/seen.ts';
import {folderWith, inboxOf, open, processed, run, temporaryDirectory, until, writeContext} from './tools.ts';

/** Files and directories that not everybody may change, with their modes. */
const closedIn = (dir: string): string[] =>
  readdirSync(dir, {recursive: true, encoding: 'utf8'}).flatMap((name) => {
    const stats = statSync(join(dir, name));
    const mode = stats.mode & 0o777;
    return mode === (stats.isDirectory() ? 0o777 : 0o666) ? [] : [`${mode.toString(8)} ${name}`];
  });

test('all that lies in a folder can be used by everybody who shares it, whatever the umask', async () => {
  const dir = folderWith('@Variable(title="A")\ndef a(run):\n    print(run)\n    return 1\n');
  const before = process.umask(0o077);
  onTestFinished(() => void process.umask(before));
  {
    await using experiment = await open(dir, {watch: true, dataRoot: temporaryDirectory(), pollMs: 20});
    await processed(experiment);
    const elsewhere = temporaryDirectory();
    const fragment = writeFragment(elsewhere, run(1), [{name: 'b', outcome: {state: 'ok', cell: {data: 2}}}]);
    await experiment.submit(run(1), createReadStream(join(elsewhere, fragment)));
    writeContext(dir, 'this is no Python');
    await until('the context is broken', () => experiment.health().context === 'broken');
    void processed(experiment, {runs: [run(2)]}).catch(() => {}); // it waits for a better context, also when we close
    await until('a trigger waits', () => inboxOf(dir).length === 1);
    await until('the runs that were there are noted', () => readdirSync(join(dir, '.firstlight')).includes('before-watching.json'));
    await seenInDirectory(join(dir, '.firstlight', 'seen')).set(run(1), 'raw', 'as it is');
  }
  const ours = readdirSync(join(dir, '.firstlight'));
  expect(ours).toEqual(expect.arrayContaining(['inbox', 'incoming', 'closed.json', 'seen', expect.stringMatching(/^changes-/)]));
  expect(closedIn(dir)).toEqual([]);
});
