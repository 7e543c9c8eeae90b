import {experimentsAt, open as openAtServer} from '@firstlight/client';
import type {AnyVariables, OpenOptions as ServerOptions, RemoteExperiment} from '@firstlight/client';
import {isFirstlightError} from '@firstlight/core';
import {lastOwner, openFolder, realFolder} from '@firstlight/store';
import {folderTransport} from './folder-transport.ts';

/** Which experiment is meant, and whether a folder may be changed. */
export interface OpenOptions extends ServerOptions {
  /**
   * Whether to change a folder that no server has: to process runs, set values, comment. Then this program is its owner until it is disposed, and nobody else may
   * change it. Default false: it is only looked at, whoever owns it. A server is asked either way.
   */
  readonly write?: boolean;
}

/**
 * Opens an experiment by the address of its server or by its folder.
 *
 * A folder that a server has is read and changed through that server; any other is read by this program itself, without opening a port. Dispose it (`await using`)
 * when you are done: for a folder, a process of ours reads its files.
 *
 * @throws FirstlightError `no-folder`, `folder-owned` (with `write`), and what the client's `open` throws.
 */
export async function open<V extends object = AnyVariables>(place: string | URL, options: OpenOptions = {}): Promise<RemoteExperiment<V>> {
  if (isAddress(place)) return openAtServer<V>(place, options);
  const folder = openFolder(String(place));
  const address = lastOwner(folder)?.address;
  const served = address ? await openServed<V>(address, folder.dir) : undefined;
  if (served) return served;
  const transport = await folderTransport(folder.dir, {write: options.write ?? false});
  return openAtServer<V>(transport);
}

const isAddress = (place: string | URL): boolean => place instanceof URL || /^https?:\/\//.test(place);

/** The experiment at its owner's server; undefined when that is gone, or has another folder by now. */
async function openServed<V extends object>(address: string, dir: string): Promise<RemoteExperiment<V> | undefined> {
  try {
    const wanted = realFolder(dir);
    const found = (await experimentsAt(address)).find(({folder}) => realFolder(folder) === wanted);
    return found && (await openAtServer<V>(address, {experiment: found.id}));
  } catch (error) {
    if (isFirstlightError(error, 'no-server') || isFirstlightError(error, 'bad-answer')) return undefined;
    throw error;
  }
}
