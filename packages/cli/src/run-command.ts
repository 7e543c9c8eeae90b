import {FirstlightError, isFirstlightError, sentenceOf} from '@firstlight/core';
import {commandNamed, Experiment, parseRequest, silentLog} from '@firstlight/engine';
import type {CommandLine, CommandName, CommandRequest, ExperimentOptions} from '@firstlight/engine';
import {lastOwner, openFolder} from '@firstlight/store';
import {z} from 'zod';
import {askOwner, jsonOf} from './ask-owner.ts';
import {LateLog} from './late-log.ts';

interface Asked {
  readonly folder: string;
  readonly name: CommandName;
  readonly request: unknown;
}

/**
 * Does a command on a folder, and gives what it tells: here when nobody owns the folder, else through its owner's server; the same lines either way.
 *
 * What only reads needs no owner. When one lives and can be asked it answers, because it knows most; else the folder is read here.
 *
 * @throws FirstlightError what the command throws; `folder-owned` when the owner has no server, `server-refused`, `server-lost`.
 * @example
 * for await (const {key, value} of runCommand(folder, 'settings', {}, stopSignal())) console.log(key, value);
 */
export async function* runCommand<Name extends CommandName>(
  folder: string,
  name: Name,
  request: CommandRequest<Name>,
  signal: AbortSignal,
): AsyncGenerator<CommandLine<Name>, void, undefined> {
  const command = commandNamed(name);
  const wantsOwner = command.compute || command.writes(parseRequest(command, request));
  const needsOwner = wantsOwner && !(command.looks === true && openFolder(folder).readOnly);
  const asked = {folder, name, request};
  yield* (needsOwner ? asOwner(asked, command.compute, signal) : asReader(asked, signal)) as AsyncGenerator<CommandLine<Name>>;
}

/** The experiment, or the address of the server that owns its folder. Throws `folder-owned` when that has none, and what `openFolder` says of a folder that can only be looked at. */
export async function openOrOwner(folder: string, options: ExperimentOptions): Promise<Experiment | string> {
  const {readOnly} = openFolder(folder);
  if (readOnly) throw readOnly;
  try {
    return await Experiment.open(folder, {watch: false, ...options});
  } catch (error) {
    if (isFirstlightError(error, 'folder-owned') && typeof error.facts['address'] === 'string') return error.facts['address'];
    throw error;
  }
}

async function* asOwner(asked: Asked, compute: boolean, signal: AbortSignal): AsyncGenerator<object> {
  const log = new LateLog();
  try {
    const experiment = await openOrOwner(asked.folder, {compute, whole: false, log});
    if (typeof experiment === 'string') {
      yield* told(experiment, asked, signal);
      return;
    }
    await using here = experiment;
    yield* here.command(asked.name, asked.request, signal);
  } catch (error) {
    log.leaveOut(sentenceOf(error));
    throw error;
  } finally {
    log.tell();
  }
}

async function* asReader(asked: Asked, signal: AbortSignal): AsyncGenerator<object> {
  const address = lastOwner(openFolder(asked.folder))?.address;
  if (address && (yield* tried(told(address, asked, signal)))) return;
  await using here = await Experiment.open(asked.folder, {watch: false, compute: false, write: false, whole: false, log: silentLog});
  yield* here.command(asked.name, asked.request, signal);
}

/** False when the server is gone, or another's by now, and said nothing. */
async function* tried(lines: AsyncIterable<object>): AsyncGenerator<object, boolean> {
  let isAnswered = false;
  try {
    for await (const line of lines) {
      isAnswered = true;
      yield line;
    }
    return true;
  } catch (error) {
    if (isAnswered || !isFirstlightError(error, 'server-refused')) throw error;
    return false;
  }
}

const anyLine = z.record(z.string(), z.unknown());
const errorLine = z.object({event: z.literal('error'), code: z.string(), sentence: z.string()});

/** What a server tells about a command. */
async function* told(address: string, {folder, name, request}: Asked, signal: AbortSignal): AsyncGenerator<object> {
  for await (const text of askOwner({address, folder, path: `commands/${name}`, request}, signal)) {
    const line = anyLine.safeParse(jsonOf(text));
    if (!line.success) throw notUnderstood(text);
    const failure = errorLine.safeParse(line.data);
    if (failure.success) throw new FirstlightError(failure.data.code, failure.data.sentence, {facts: {address}});
    yield line.data;
  }
}

/** What is said of a line that no server of ours says. */
export const notUnderstood = (line: string, cause?: unknown): FirstlightError =>
  new FirstlightError(
    'server-refused',
    `The server that owns this folder said something that is not understood (${line.slice(0, 80)}); is it of another version? Its work goes on.`,
    {cause},
  );
