/** The program that runs TypeScript contexts: `node runnerEntry`, requests on standard input, events on file descriptor 3. */
export const runnerEntry: URL = new URL('./main.ts', import.meta.url);
