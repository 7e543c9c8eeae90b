import {chooseFolder} from '../folder.ts';
import {outputFor} from '../output.ts';
import {runCommand} from '../run-command.ts';
import {stopSignal} from '../stop.ts';

interface SettingsOptions {
  folder?: string;
  json?: boolean;
}

/** Lists what a folder says about itself, or changes one thing of it. */
export async function settings(key: string | undefined, value: string | undefined, options: SettingsOptions): Promise<void> {
  const output = outputFor(options);
  const request = {...(key !== undefined && {key}), ...(value !== undefined && {value})};
  const lines = runCommand(chooseFolder(options.folder), 'settings', request, stopSignal());
  for await (const line of lines) output.result(line, `${line.key} = ${line.value}`);
}
