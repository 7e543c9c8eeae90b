import {createSourceEventStream, execute, print} from 'graphql';
import type {ExecutionArgs, ExecutionResult} from 'graphql';
import {toldResult} from '../graphql/errors.ts';
import {mapGenerator} from './generator.ts';

/** An answer that is JSON text already. */
export class EncodedResult {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

type Encoded = Promise<EncodedResult>;

/**
 * `subscribe` of GraphQL that executes and encodes each event once for all who asked the same: 50 open pages cost one encoding.
 *
 * Events are recognised by identity, so those that are read again for a replay are encoded again.
 */
export class SharedSubscriptions {
  readonly #encoded = new WeakMap<object, Map<string, Encoded>>();
  readonly #log: (text: string) => void;

  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  /** Subscribes; gives encoded results, or what was wrong with the request. */
  subscribe = async (args: ExecutionArgs): Promise<AsyncGenerator<EncodedResult, undefined> | ExecutionResult> => {
    const events = await createSourceEventStream(args);
    if (!isGenerator(events)) return events as ExecutionResult;
    const question = questionOf(args);
    return mapGenerator(events, (event) => this.#encode(event as SharedEvent, question, args));
  };

  #encode(event: SharedEvent, question: string, args: ExecutionArgs): Encoded {
    const answers = this.#encoded.get(event.item) ?? new Map<string, Encoded>();
    this.#encoded.set(event.item, answers);
    const known = answers.get(question);
    if (known) return known;
    const answer = this.#execute(args, event);
    answers.set(question, answer);
    return answer;
  }

  async #execute(args: ExecutionArgs, event: SharedEvent): Encoded {
    return new EncodedResult(JSON.stringify(toldResult(await execute({...args, rootValue: event}), this.#log)));
  }
}

/** What subscription resolvers give: `item` is the object that all listeners of one event share. */
export interface SharedEvent {
  readonly item: object;
}

/** Two subscriptions with the same text and variables get the same answer to the same event; where they began (`since`) plays no part in it. */
const questionOf = ({document, variableValues, operationName}: ExecutionArgs): string =>
  JSON.stringify([print(document), operationName ?? null, {...variableValues, since: undefined}]);

const isGenerator = (value: unknown): value is AsyncGenerator<unknown, undefined> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'return' in value;
