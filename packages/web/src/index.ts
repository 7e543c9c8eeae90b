/** Where the built page is; `vite build packages/web` makes it. */
export const pageRoot: URL = new URL('../dist/', import.meta.url);
