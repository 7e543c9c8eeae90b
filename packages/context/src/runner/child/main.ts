/** The process that runs users' code, started with the paths of the built context and of its source. It serves one job. */
import {flushCompileCache} from 'node:module';
import {dirname} from 'node:path';
import process from 'node:process';
import {pathToFileURL} from 'node:url';
import {sentenceOf} from '@firstlight/core';
import {order} from '../messages.ts';
import type {Answer, Order} from '../messages.ts';
import {describe, loadProblem} from './describe.ts';
import type {Description} from './describe.ts';
import {endWithParent} from './end-with-parent.ts';
import {printAtOnce} from './print-at-once.ts';
import {Session} from './session.ts';
import {warmUp} from './warm-up.ts';

const [bundle, context] = process.argv.slice(2) as [string, string];

endWithParent();
printAtOnce();
process.umask(0); // what users' code leaves in the folder belongs to the whole group
process.setSourceMapsEnabled(true);

const send = process.send?.bind(process) as (answer: Answer) => boolean;
const description = await load();
send({
  type: 'loaded',
  variables: [...description.variables],
  groups: [...description.groups],
  problems: [...description.problems],
  made: {...description.made},
});
warmUp(dirname(bundle));
flushCompileCache(); // for the processes after this one, which may be ended before it would be written
const session = new Session(description.named, context, (outcome) => send({type: 'storing', outcome}));
process.on('message', (message) => void obey(order.parse(message)));
process.on('disconnect', () => process.exit());

async function load(): Promise<Description> {
  try {
    return describe((await import(pathToFileURL(bundle).href)) as Record<string, unknown>, context);
  } catch (thrown) {
    return {named: new Map(), variables: [], groups: [], problems: [loadProblem(thrown, context, dirname(context))], made: {}};
  }
}

async function obey(given: Order): Promise<void> {
  if (given.type === 'end') {
    session.close();
    process.exit();
  }
  try {
    send(await carryOut(given));
  } catch (error) {
    send({type: 'refused', message: sentenceOf(error)});
  }
}

async function carryOut(given: Exclude<Order, {type: 'end'}>): Promise<Answer> {
  if (given.type === 'open') return {type: 'opened', ...session.open(given)};
  if (given.type === 'start-time') return {type: 'computed', outcome: session.startTime(given)};
  if (given.type === 'record') return {type: 'computed', outcome: session.record(given)};
  return {type: 'computed', outcome: await session.compute(given)};
}
