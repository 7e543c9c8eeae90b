import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import type {FastifyInstance} from 'fastify';
import type {GraphQLSchema} from 'graphql';
import {handleProtocols} from 'graphql-ws';
import {WebSocketServer} from 'ws';
import type {Catalogue} from '../experiments/catalogue.ts';
import {refusalOf} from '../http/guard.ts';
import type {OwnAddress} from '../http/guard.ts';
import {longestMessage, mostConnections} from './limits.ts';
import {liveServer, serveSocket} from './socket.ts';

interface Options {
  readonly schema: GraphQLSchema;
  readonly catalogue: Catalogue;
  readonly own: () => OwnAddress;
  readonly log: (text: string) => void;
}

/** GraphQL over WebSocket at `/graphql` (protocol `graphql-transport-ws`), for the live feed. */
export function liveRoutes(app: FastifyInstance, {schema, catalogue, own, log}: Options): void {
  const live = liveServer(schema, {catalogue}, log);
  const sockets = new WebSocketServer({noServer: true, maxPayload: longestMessage, handleProtocols: (asked) => handleProtocols(asked)});
  sockets.on('connection', (socket) => serveSocket(live, socket, log));
  app.server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    const refusal = refusalOf(request, own());
    if (refusal) return refuse(connection, '403 Forbidden', refusal);
    if (request.url?.split('?')[0] !== '/graphql') return refuse(connection, '404 Not Found', nowhere);
    if (sockets.clients.size >= mostConnections) return refuse(connection, '503 Service Unavailable', full);
    sockets.handleUpgrade(request, connection, head, (socket) => sockets.emit('connection', socket, request));
  });
  app.addHook('preClose', (done) => {
    for (const socket of sockets.clients) socket.close(1001, 'The server stops');
    sockets.close();
    done();
  });
  app.addHook('onClose', (_app, done) => {
    for (const socket of sockets.clients) socket.terminate();
    done();
  });
}

const nowhere = {code: 'no-such-address', sentence: 'Live connections are made at /graphql.'};
const full = {code: 'too-many-connections', sentence: `${mostConnections} programs and pages listen already; close some of them.`};

function refuse(connection: Duplex, status: string, error: {code: string; sentence: string}): void {
  const body = JSON.stringify({error});
  connection.on('error', () => undefined); // the other side may have gone already
  connection.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
