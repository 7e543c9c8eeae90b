import {type EditableType, FirstlightError} from '@firstlight/core';
import {chooseFolder} from '../folder.ts';
import {marks, outputFor} from '../output.ts';
import {runCommand} from '../run-command.ts';
import {stopSignal} from '../stop.ts';
import {userName} from '../user-name.ts';

interface SetOptions {
  type?: EditableType;
  title?: string;
  delete?: string;
  proposal?: number;
  author?: string;
  folder?: string;
  json?: boolean;
}

/** Stores what a person types for a variable of a run, or deletes a variable with all its values. */
export async function set(
  run: number | undefined,
  name: string | undefined,
  value: string | undefined,
  options: SetOptions,
): Promise<void> {
  const output = outputFor(options);
  for await (const line of runCommand(chooseFolder(options.folder), 'set', requestOf(run, name, value, options), stopSignal())) {
    const done =
      line.event === 'set' ? `run ${line.run}  ${line.name} = ${line.value}` : `deleted ${line.name} and its values of ${line.runs} runs`;
    output.result(line, `${marks.ok} ${done}`);
    if (line.event === 'deleted') output.say('If the context still declares it, it comes back with the next run that is processed.');
  }
}

function requestOf(run: number | undefined, name: string | undefined, value: string | undefined, options: SetOptions) {
  const {author = userName(), type, title, proposal} = options;
  if (options.delete !== undefined) {
    if (run !== undefined) throw new FirstlightError('usage', '--delete takes the name of a variable and nothing else.');
    return {delete: options.delete, author};
  }
  if (run === undefined || name === undefined || value === undefined)
    throw new FirstlightError(
      'usage',
      'Say the run, the variable and its value: firstlight set 7 sample "Fe foil". An empty text ("") takes the value away.',
    );
  return {run, name, value, author, ...(type && {type}), ...(title !== undefined && {title}), ...(proposal !== undefined && {proposal})};
}
