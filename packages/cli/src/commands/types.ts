import {basename} from 'node:path';
import type {CommandLine} from '@firstlight/engine';
import {declaration} from '../declaration.ts';
import {chooseFolder} from '../folder.ts';
import {outputFor} from '../output.ts';
import {runCommand} from '../run-command.ts';
import {stopSignal} from '../stop.ts';

interface TypesOptions {
  folder?: string;
  json?: boolean;
}

/** Prints what the variables of a folder give, as a TypeScript declaration or (as JSON) one by one. */
export async function types(options: TypesOptions): Promise<void> {
  const output = outputFor(options);
  const folder = chooseFolder(options.folder);
  const lines: CommandLine<'types'>[] = [];
  for await (const line of runCommand(folder, 'types', {}, stopSignal())) {
    if (output.json) output.result(line);
    else lines.push(line);
  }
  if (!output.json) process.stdout.write(declaration(basename(folder), lines));
}
