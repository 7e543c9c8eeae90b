import {FirstlightError} from '@firstlight/core';
import {chooseFolder} from '../folder.ts';
import {marks, outputFor} from '../output.ts';
import {runCommand} from '../run-command.ts';
import {stopSignal} from '../stop.ts';
import {userName} from '../user-name.ts';

interface SettingsOptions {
  delete?: boolean;
  author?: string;
  folder?: string;
  json?: boolean;
}

/** Lists what a folder says about itself, or changes or deletes one thing of it. */
export async function settings(key: string | undefined, value: string | undefined, options: SettingsOptions): Promise<void> {
  const output = outputFor(options);
  const lines = runCommand(chooseFolder(options.folder), 'settings', requestOf(key, value, options), stopSignal());
  for await (const line of lines) output.result(line, `${line.key} = ${line.value}`);
  if (options.delete) output.result({event: 'deleted', key}, `${marks.ok} deleted ${key}`);
}

function requestOf(key: string | undefined, value: string | undefined, {delete: gone, author = userName()}: SettingsOptions) {
  if (gone && (key === undefined || value !== undefined))
    throw new FirstlightError('usage', 'Say which setting is to be deleted: settings KEY --delete.');
  if (key === undefined) return {};
  if (gone) return {key, delete: true as const, author};
  return value === undefined ? {key} : {key, value, author};
}
