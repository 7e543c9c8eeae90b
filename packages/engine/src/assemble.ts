import {sentenceOf} from '@firstlight/core';
import {ReaderProcess} from '@firstlight/store';
import {Feed} from './feed/feed.ts';
import {Looking} from './looking.ts';
import {Notes} from './notes.ts';
import {idOf, onlyLooking, settingsOf} from './options.ts';
import type {ExperimentOptions, Settings} from './options.ts';
import {pictureAddresses} from './picture.ts';
import {StoredTable} from './stored-table.ts';
import {Table} from './table.ts';
import {untilDone} from './until-done.ts';
import {Workshop} from './workshop.ts';

/** What an open experiment is made of. */
export interface Parts {
  readonly id: string;
  readonly settings: Settings;
  readonly table: Table;
  readonly changes: Feed;
  readonly reader: ReaderProcess;
  readonly stored: StoredTable;
  readonly loading: Promise<void>;
  readonly closing: AbortController;
  readonly notes: Notes;
  /** Undefined for a folder that can only be looked at. */
  readonly workshop: Workshop | undefined;
  /** Only for such a folder. */
  readonly looking: Looking | undefined;
}

/** Takes a folder (see `Experiment.open`), and puts together what works on it, each part complete before the next needs it. */
export async function assemble(dir: string, options: ExperimentOptions): Promise<Parts> {
  const settings = settingsOf(dir, options);
  const id = idOf(settings);
  const notes = new Notes(settings.log);
  const address = pictureAddresses(id);
  const table = new Table(address);
  const closing = new AbortController();
  await using stack = new AsyncDisposableStack();
  const readOnly = onlyLooking(settings);
  const starting = ReaderProcess.start();
  starting.catch(() => {}); // Looked at below, or not at all when the folder cannot be taken.
  stack.defer(async () => (await starting.catch(() => undefined))?.[Symbol.asyncDispose]());
  const workshop = readOnly ? undefined : stack.use(await Workshop.take(settings, notes));
  const reader = await starting;
  const changes = stack.use(
    await Feed.open(readOnly ? null : settings.folder.privateDir, {onTrouble: (error) => workshop?.feedTrouble(error)}),
  );
  const stored = new StoredTable({dir: settings.folder.dir, reader, table, changes, address});
  const version = readOnly ? await reader.dataVersion(settings.folder.dir) : 0;
  const foreignChanges = await workshop?.foreignChanges();
  await stored.open();
  await workshop?.begin({table, changes, stored, address});
  if (settings.folder.readOnly) notes.add(sentenceOf(settings.folder.readOnly));
  const onTrouble = (error: unknown): void => notes.add(sentenceOf(error));
  const looking =
    readOnly && (settings.watch || settings.write)
      ? stack.use(new Looking(version, {dir: settings.folder.dir, reader, stored, onTrouble}))
      : undefined;
  const rest = async (): Promise<void> => {
    await stored.rest();
    await workshop?.tableLoaded(foreignChanges);
  };
  if (settings.whole && !stored.isWhole) await rest();
  const loading = stored.isWhole ? Promise.resolve() : untilDone(rest, closing.signal, onTrouble);
  stack.move();
  return {id, settings, table, changes, reader, stored, loading, closing, notes, workshop, looking};
}
