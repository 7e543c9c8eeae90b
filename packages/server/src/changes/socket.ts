import {GraphQLError, execute, validate} from 'graphql';
import type {ExecutionArgs, GraphQLSchema} from 'graphql';
import {makeServer} from 'graphql-ws';
import type {Context, Server} from 'graphql-ws';
import type {WebSocket} from 'ws';
import {parseDocument} from '../graphql/document.ts';
import {toldResult} from '../graphql/errors.ts';
import {EncodedResult, SharedSubscriptions} from './encode.ts';
import {mostOperationsEach, mostUnread, pingMs} from './limits.ts';
import {Outbox} from './outbox.ts';

interface Extra {
  readonly outbox: Outbox;
}

type LiveServer = Server<Extra>;

/** The graphql-ws side of the server: checks operations, runs them, and sends what is encoded already as it is. */
export function liveServer(schema: GraphQLSchema, contextValue: object, log: (text: string) => void): LiveServer {
  const shared = new SharedSubscriptions(log);
  return makeServer<Record<string, unknown>, Extra>({
    execute,
    subscribe: shared.subscribe as never, // its results are only ever seen by onNext below
    onSubscribe: (context, _id, {query, variables, operationName}) =>
      prepare(context, {schema, contextValue, query, variables, operationName}),
    onNext: ({extra}, _id, _payload, _args, result) =>
      (result instanceof EncodedResult ? extra.outbox.place(result.json) : toldResult(result, log)) as never, // becomes the payload as it is
  });
}

interface Asked extends Omit<ExecutionArgs, 'document' | 'variableValues'> {
  readonly query: string;
  readonly variables?: Record<string, unknown> | null;
}

function prepare({subscriptions}: Context, {query, variables, ...rest}: Asked): ExecutionArgs | GraphQLError[] {
  if (Object.keys(subscriptions).length > mostOperationsEach) {
    return [new GraphQLError(`One connection may have ${mostOperationsEach} operations running, and this one has; end one of them first.`)];
  }
  try {
    const document = parseDocument(query);
    const errors = validate(rest.schema, document);
    return errors.length > 0 ? [...errors] : {...rest, document, variableValues: variables ?? {}};
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** Serves one connection until either side ends it. */
export function serveSocket(server: LiveServer, socket: WebSocket, log: (text: string) => void): void {
  const outbox = new Outbox();
  const stopPings = keepAlive(socket);
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (message) => send(socket, outbox.fill(message)),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) => {
        socket.on('message', (data: Buffer) => {
          handle(String(data)).catch((error: unknown) => {
            log(`A live connection failed: ${String(error)}`);
            socket.close(1011, 'Internal error');
          });
        });
      },
    },
    {outbox},
  );
  socket.on('error', (error) => log(`A live connection broke: ${error.message}`));
  socket.once('close', (code, reason) => {
    stopPings();
    closed(code, String(reason)).catch((error: unknown) => log(`A live connection did not end cleanly: ${String(error)}`));
  });
}

/** Resolves when the message has left, which is what holds the next change back for a slow client. */
function send(socket: WebSocket, message: string): Promise<void> {
  if (socket.bufferedAmount > mostUnread) socket.terminate();
  if (socket.readyState !== socket.OPEN) return Promise.resolve();
  return new Promise((resolve) => {
    socket.send(message, () => resolve()); // an error is followed by `close`, which ends everything of this connection
  });
}

function keepAlive(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, pingMs);
  timer.unref();
  return () => clearInterval(timer);
}
