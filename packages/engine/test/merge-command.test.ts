import {renameSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {writeFragment} from '@firstlight/store';
import {expect, test} from 'vitest';
import {folderWith, open, run} from './tools.ts';

const context = '@Variable(title="A")\ndef a(run):\n    return 1\n';

/** A folder with a good fragment, a poisoned one, and one that nobody finished. */
function withFragments(): {dir: string; good: string} {
  const dir = folderWith(context);
  const extracted = join(dir, 'extracted_data');
  const good = writeFragment(extracted, run(7), [{name: 'a', outcome: {state: 'ok', cell: {data: 1}}}]);
  const elsewhere = join(dir, 'elsewhere.h5');
  renameSync(join(extracted, writeFragment(extracted, run(7), [{name: 'b', outcome: {state: 'ok', cell: {data: 2}}}])), elsewhere);
  symlinkSync(elsewhere, join(extracted, 'p1234_r7.poisoned.ready.h5'));
  writeFileSync(join(extracted, 'p1234_r7.abcdefgh.writing.h5'), '');
  return {dir, good};
}

test('fragments are listed, then merged or put aside, and the page is told of what was put aside', async () => {
  const {dir, good} = withFragments();
  {
    await using looking = await open(dir, {write: false});
    const lines = await Array.fromAsync(looking.command('merge', {dryRun: true}));
    expect(lines.slice(0, 3)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({event: 'fragment', file: good, run: 7, state: 'waiting', names: ['a']}),
        expect.objectContaining({file: 'p1234_r7.poisoned.ready.h5', state: 'refused', reason: 'it is a link, not a file'}),
        expect.objectContaining({file: 'p1234_r7.abcdefgh.writing.h5', state: 'unfinished'}),
      ]),
    );
    expect(lines.at(-1)).toEqual({event: 'finished', merged: 0, quarantined: 0, waiting: 2, unfinished: 1});
  }
  {
    await using experiment = await open(dir);
    await Array.fromAsync(experiment.command('merge', {}));
    expect(experiment.table.cell(run(7), 'a')).toMatchObject({summary: 1});
    expect(experiment.health().notes).toEqual([
      'p1234_r7.poisoned.ready.h5 could not be stored and was set aside: it is a link, not a file',
    ]);
  }
  await using again = await open(dir);
  expect(again.health().notes).toEqual(['1 file was set aside in this folder earlier; `firstlight doctor` says why.']);
  expect((await Array.fromAsync(again.command('merge', {}))).at(-1)).toEqual({
    event: 'finished',
    merged: 0,
    quarantined: 0,
    waiting: 0,
    unfinished: 1,
  });
});
