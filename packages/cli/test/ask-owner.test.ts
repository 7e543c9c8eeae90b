import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, test} from 'vitest';
import {askOwner} from '../src/ask-owner.ts';
import {temporaryDirectory} from './command.ts';

test('a server that is suspended is not waited for without end, and what may be wrong is said', async () => {
  using directory = temporaryDirectory();
  const server = createServer(() => {}); // takes what is asked, and never answers
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const asked = {address, folder: directory.path, path: 'commands/settings', request: {}, patienceMs: 20};
    await expect(Array.fromAsync(askOwner(asked, new AbortController().signal))).rejects.toMatchObject({
      code: 'server-refused',
      message: expect.stringMatching(/owns this folder but did not do the work: it says nothing for 0\.02 s, as if it were suspended/),
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
