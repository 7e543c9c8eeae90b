/** The process of a folder's writer; see `WriterProcess`. Its one argument is the folder. */
import {FirstlightError, isFirstlightError} from '@firstlight/core';
import type {RunId, VariableInfo} from '@firstlight/core';
import {serveCalls} from '@firstlight/hdf5';
import type {Edit} from './edits/edit.ts';
import type {NamedCells} from './history/notice.ts';
import type {RememberedContext, RunFile} from './history/remember.ts';
import {FolderWriter} from './writer/folder-writer.ts';

const dir = process.argv[2] as string;
let opened: FolderWriter | undefined;
let timesOpened = 0;
let address: string | null = null;

/** The writer; a new one when the folder was lost and is back: another process had taken it, or it was moved away. Throws `folder-owned` or `folder-missing` else. */
function writer(): FolderWriter {
  if (opened && !opened.isLost) return opened;
  const lost = opened;
  opened = undefined;
  lost?.[Symbol.dispose]();
  opened = open();
  timesOpened += 1;
  if (timesOpened > 1) opened.announceAddress(address);
  return opened;
}

function open(): FolderWriter {
  try {
    return FolderWriter.open(dir);
  } catch (error) {
    if (timesOpened === 0 || !isFirstlightError(error, 'no-folder')) throw error;
    const sentence = `${dir} is not there any more: it was moved or removed, or its disk is not mounted. Put it back, and the work goes on by itself.`;
    throw new FirstlightError('folder-missing', sentence, {cause: error, facts: {dir}});
  }
}

function announceAddress(to: string | null): void {
  address = to;
  writer().announceAddress(to);
}

serveCalls({
  open: () => void writer(),
  announceAddress,
  updateVariables: (variables: readonly VariableInfo[]) => writer().updateVariables(variables),
  ensureRun: ({run, addedAt}: {run: RunId; addedAt: number}) => writer().ensureRun(run, addedAt),
  edit: ({edit, author}: {edit: Edit; author: string | null}) => writer().edit(edit, author),
  orderDeletion: (name: string) => writer().orderDeletion(name),
  deleteFromDatabase: ({name, author}: {name: string; author: string | null}) => writer().deleteFromDatabase(name, author),
  merge: (names?: readonly string[]) => writer().merge(names),
  rememberContext: (described: RememberedContext) => writer().rememberContext(described),
  rememberRunFiles: ({identity, files}: {identity: string; files: readonly RunFile[]}) => writer().rememberRunFiles(identity, files),
  noticeCells: (cells: readonly NamedCells[]) => writer().noticeCells(cells),
  noticeNextRows: (after: number) => writer().noticeNextRows(after),
  pruneKept: () => writer().pruneKept(),
  writeFailures: ({run, names, failure}: {run: RunId; names: readonly string[]; failure: {errorClass: string; message: string}}) =>
    writer().writeFailures(run, names, failure),
  foreignHand: () => writer().foreignHand,
  // Each connection counts for itself.
  foreignChanges: () => writer().foreignChanges() + timesOpened * 2 ** 32,
});
