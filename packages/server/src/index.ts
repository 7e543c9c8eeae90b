// A server over folders
export {serve} from './serve.ts';
export type {ServeOptions, Serving} from './serve.ts';
// Its parts, for tests and for other ways of listening
export {createServer} from './app.ts';
export type {ServerOptions} from './app.ts';
