import {FirstlightError} from '@firstlight/core';
import type {z} from 'zod';
import type {Command} from './command.ts';
import {comment} from './comment.ts';
import {diff} from './diff.ts';
import {history} from './history.ts';
import {merge} from './merge.ts';
import {set} from './set.ts';
import {settings} from './settings.ts';
import {stale} from './stale.ts';
import {types} from './types.ts';
import {verify} from './verify.ts';

/** Every command there is, by name. */
export const commands = {comment, diff, history, merge, set, settings, stale, types, verify} as const;

/** The name of a command. */
export type CommandName = keyof typeof commands;
/** What a command may be asked. */
export type CommandRequest<Name extends CommandName> = z.input<(typeof commands)[Name]['request']>;
/** What a command tells. */
export type CommandLine<Name extends CommandName> = (typeof commands)[Name] extends Command<z.ZodType, infer Line> ? Line : never;

/** @throws FirstlightError `no-such-command`, with the list of those there are. */
export function commandNamed(name: string): Command {
  if (Object.hasOwn(commands, name)) return commands[name as CommandName];
  throw new FirstlightError('no-such-command', `There is no command "${name}"; there are: ${Object.keys(commands).sort().join(', ')}.`, {
    facts: {name},
  });
}
