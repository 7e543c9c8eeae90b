import {existsSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {FirstlightError} from '@firstlight/core';
import {createFolder, type ContextTemplate, writeFileDurably} from '@firstlight/store';
import {defaultPython} from '../environment.ts';
import {editorSettings} from '../editor-settings.ts';
import {outputFor} from '../output.ts';

interface InitOptions {
  proposal?: number;
  data?: string;
  language: 'python' | 'typescript';
  template: ContextTemplate;
  json?: boolean;
}

/** Makes an experiment folder with a commented context to begin with and an interpreter that works here. */
export function init(dir: string, {proposal, data, language, template, json}: InitOptions): void {
  const output = outputFor({json});
  const folder = resolve(dir);
  const dataRoot = data === undefined ? undefined : existingDirectory(resolve(data));
  const settings = {
    proposal: proposal ?? proposalInPath(folder) ?? 1,
    contextPython: defaultPython(),
    language,
    template,
    ...(dataRoot && {dataRoot}),
  };
  createFolder(folder, settings);
  if (language === 'typescript' && !existsSync(join(folder, 'tsconfig.json')))
    writeFileDurably(join(folder, 'tsconfig.json'), editorSettings());
  const context = language === 'python' ? 'context.py' : 'context.ts';
  output.result(
    {event: 'created', folder, ...settings, context},
    `Made an experiment folder for proposal ${settings.proposal} in ${folder}.`,
  );
  output.say(`Next: edit ${context}, then \`firstlight process RUN --folder ${dir}\` or \`firstlight serve ${dir}\`.`);
}

function existingDirectory(path: string): string {
  if (existsSync(path)) return path;
  throw new FirstlightError('no-data', `${path} does not exist; --data names the directory that holds INSTRUMENT/CYCLE/pNNNNNN.`);
}

/** The proposal number in a path such as `…/p001234/usr/Shared/amore`. */
const proposalInPath = (path: string): number | undefined => {
  const match = /\/p(\d{6})(?:\/|$)/.exec(path);
  return match ? Number(match[1]) : undefined;
};
