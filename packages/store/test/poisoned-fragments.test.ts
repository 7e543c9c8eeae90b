import {chownSync, linkSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {expect, test} from 'vitest';
import {type ExperimentFolder, ReaderProcess, WriterProcess} from '../src/index.ts';
import {GuardedFile} from '../src/fragment/guarded.ts';
import {fragmentsOf, leave, newFolder, run, storedCells} from './folders.ts';
import {runPython, temporaryDirectory} from './support.ts';

/** Makes a fragment with h5py: what an official job leaves, and `poison` in Python (`f` is the file, `g` the variable's group). */
async function poison(folder: ExperimentFolder, code: string, name = 'p1234_r7.poison01.ready.h5'): Promise<string> {
  const directory = temporaryDirectory();
  const script = `
import sys, os, h5py, numpy as np
f = h5py.File(sys.argv[1], 'w')
for area in ('.reduced', '.preview', '.errors'): f.create_group(area)
g = f.create_group('x'); f['.reduced/x'] = 1.5
${code}
f.close()
`;
  await runPython(['-c', script, join(folder.extractedData, name)], {directory});
  return name;
}

const poisons: Readonly<Record<string, {readonly code: string; readonly reason: RegExp}>> = {
  'an external link': {code: "g['data'] = h5py.ExternalLink('/etc/secret.h5', '/data')", reason: /\/x\/data is a link into another file/},
  'an external link instead of a summary': {
    code: "del f['.reduced/x']; f['.reduced/x'] = h5py.ExternalLink('/etc/secret.h5', '/x')",
    reason: /\.reduced\/x is a link into another file/,
  },
  'a soft link': {code: "g['data'] = h5py.SoftLink('/.reduced/x')", reason: /\/x\/data is a soft link/},
  'a virtual dataset': {
    code: "layout = h5py.VirtualLayout((6,), 'f8'); layout[:] = h5py.VirtualSource('/etc/secret.h5', 'x', (6,)); g.create_virtual_dataset('data', layout)",
    reason: /\/x\/data is a virtual dataset/,
  },
  'external storage': {
    code: "g.create_dataset('data', (64,), 'u1', external=[('/etc/passwd', 0, 64)])",
    reason: /\/x\/data keeps its elements in another file/,
  },
  'a summary that claims to be huge': {
    code: "del f['.reduced/x']; f.create_dataset('.reduced/x', (10**12,), 'f8', chunks=(1000,))",
    reason: /has 1000000000000 elements, too many/,
  },
  'groups without end': {
    code: "inner = g\nfor i in range(60): inner = inner.create_group('deeper')",
    reason: /nested deeper than/,
  },
  'a group that contains itself': {code: "g['self'] = g", reason: /nested deeper than/},
};

test.each(Object.entries(poisons))('a fragment with %s goes to quarantine, and what it leads to is not read', async (_, {code, reason}) => {
  const folder = newFolder();
  const name = await poison(folder, code);
  leave(folder, 'good', {data: 1});
  await using reader = await ReaderProcess.start();
  await expect(reader.readData(folder.dir, run, 'x')).rejects.toMatchObject({code: 'no-value'});
  await using writer = await WriterProcess.start(folder.dir);
  const {quarantined} = await writer.merge();
  expect(quarantined).toEqual([{file: name, reason: expect.stringMatching(reason)}]);
  expect(readFileSync(join(folder.quarantine, `${name}.reason.txt`), 'utf8')).toMatch(reason);
  expect(Object.keys(storedCells(folder).cells)).toEqual(['7 good']);
});

test('files that are none of their own, or of no possible run, go to quarantine', async () => {
  const folder = newFolder();
  const elsewhere = join(temporaryDirectory(), 'private.h5');
  const name = leave(folder, 'x', {data: 1});
  renameSync(join(folder.extractedData, name), elsewhere);
  symlinkSync(elsewhere, join(folder.extractedData, 'p1234_r7.softlink.ready.h5'));
  linkSync(elsewhere, join(folder.extractedData, 'p1234_r7.hardlink.ready.h5'));
  renameSync(
    join(folder.extractedData, leave(folder, 'x', {data: 1})),
    join(folder.extractedData, 'p1234_r99999999999999999999.huge.ready.h5'),
  );
  await runPython(['-c', `import os; os.mkfifo(${JSON.stringify(join(folder.extractedData, 'p1234_r7.pipe.ready.h5'))})`], {
    directory: temporaryDirectory(),
  });
  await using writer = await WriterProcess.start(folder.dir);
  const {quarantined, merged} = await writer.merge();
  expect(Object.fromEntries(quarantined.map(({file, reason}) => [file, reason]))).toEqual({
    'p1234_r7.softlink.ready.h5': 'it is a link, not a file',
    'p1234_r7.hardlink.ready.h5': 'the file has a second name (a hard link)',
    'p1234_r7.pipe.ready.h5': 'it is not a regular file',
    'p1234_r99999999999999999999.huge.ready.h5': 'there is no run of such a number',
  });
  expect(merged).toEqual([]);
  expect(fragmentsOf(folder)).toEqual([]);
});

test('a fragment that the official combiner had just made the run file is merged', async () => {
  const folder = newFolder();
  const name = leave(folder, 'x', {data: 1});
  linkSync(join(folder.extractedData, name), join(folder.extractedData, 'p1234_r7.h5'));
  await using writer = await WriterProcess.start(folder.dir);
  const {quarantined} = await writer.merge();
  expect(quarantined).toEqual([]);
  expect(storedCells(folder).cells['7 x']).toMatchObject({summary: 1});
  expect(readdirSync(folder.extractedData)).toEqual(['p1234_r7.h5']);
});

test.runIf(process.getuid?.() === 0)(
  'fragments are taken from the owner, from members of the group, and from whom a setting names',
  async () => {
    const folder = newFolder();
    const [owner, member, stranger, named] = [4001, 1, 4003, 4004]; // user 1 (daemon) is in group 1 everywhere
    chownSync(folder.dir, owner, 1);
    const database = new Database(folder.database);
    database.prepare("INSERT INTO fl_settings VALUES ('fl_fragment_owners', '4004, nobody')").run();
    database.close();
    for (const uid of [owner, member, stranger, named]) {
      const name = leave(folder, `of_${uid}`, {data: uid});
      chownSync(join(folder.extractedData, name), uid, uid);
    }
    await using writer = await WriterProcess.start(folder.dir);
    const {quarantined} = await writer.merge();
    expect(Object.keys(storedCells(folder).cells).sort()).toEqual(['7 of_1', '7 of_4001', '7 of_4004']);
    expect(quarantined.map(({reason}) => reason)).toEqual([
      'it belongs to user 4003, who is neither the owner of this folder nor in its group; if that is right, add 4003 to the setting fl_fragment_owners and move the file back',
    ]);
  },
);

test('what is put in the place of a fragment after it was looked at is not what is read, and that is noticed, as is who writes into it', () => {
  const folder = newFolder();
  const path = join(folder.extractedData, leave(folder, 'x', {data: 1}));
  using opened = GuardedFile.open(path);
  const other = join(folder.extractedData, leave(folder, 'y', {data: 2}));
  renameSync(other, path);
  expect(opened.file.keys()).toContain('x');
  expect(() => opened.assertUnchanged()).toThrow(expect.objectContaining({code: 'fragment-changed'}));
  using second = GuardedFile.open(path);
  writeFileSync(path, 'something else');
  expect(() => second.assertUnchanged()).toThrow(expect.objectContaining({code: 'fragment-changed'}));
});
