/** How requests reach a server: `path` begins with a slash, everything else is as with `fetch`. */
export interface Transport {
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Names the other side in messages. */
  readonly address: string;
  /** Ends what the transport itself started. */
  close?(): Promise<void>;
}

/** The way over HTTP to a server such as `http://127.0.0.1:8080`. */
export const overHttp = (server: string | URL): Transport => {
  const {origin} = new URL(server);
  return {address: origin, request: (path, init) => fetch(new URL(path, origin), init)};
};
