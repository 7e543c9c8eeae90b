import {fileURLToPath} from 'node:url';
import react from '@vitejs/plugin-react';
import {defineConfig} from 'vite';

// `vite build packages/web` from the repository, or `vite build` in this folder, does the same.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2024',
    chunkSizeWarningLimit: 5_000, // plotly, loaded only when a figure is opened
    reportCompressedSize: false,
    // Types and tables of core are wanted here, its wire schemas and their zod are not.
    rolldownOptions: {treeshake: {moduleSideEffects: [{test: /packages\/core\//, sideEffects: false}]}},
  },
  server: {
    // `vite packages/web` with a server on the default port beside it: the page reloads as one edits.
    proxy: {
      '/api': 'http://127.0.0.1:8080',
      '/health': 'http://127.0.0.1:8080',
      '/graphql': {target: 'http://127.0.0.1:8080', ws: true},
    },
  },
});
