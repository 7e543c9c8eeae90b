import {addresses, graphql, notes} from './contents.ts';

/** What `/api` shows: every address with its answer, the GraphQL schema, and rules that hold for all. */
export const apiPage = (schema: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Firstlight: interface</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }
code, pre { font: 13px/1.5 ui-monospace, monospace }
pre { overflow: auto; border: 1px solid #8885; border-radius: 6px; padding: 1em }
dt { margin-top: 1.2em; font-weight: 600 }
dd { margin-left: 1.5em }
</style>
<h1>Firstlight: interface</h1>
<p>Everything the page does goes through these addresses, and they are stable: what is here stays as it is; new things may come beside it.</p>
<h2>HTTP</h2>
<dl>
${addresses.map(([address, text]) => `<dt><code>${escaped(address)}</code></dt>\n<dd>${marked(text)}</dd>`).join('\n')}
</dl>
<h2>GraphQL</h2>
<p>${marked(graphql)}</p>
<pre>${escaped(schema)}</pre>
<h2>Rules</h2>
<ul>
${notes.map((note) => `<li>${marked(note)}</li>`).join('\n')}
</ul>
</html>
`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Escapes text, showing what stands between back-ticks as code. */
const marked = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
