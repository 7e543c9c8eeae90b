/** Shown instead of the application when it has not been built. */
export const notBuiltPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>Firstlight: the page is not built</title>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 40em; margin: 4em auto; padding: 0 1em">
<h1>The page is not built yet</h1>
<p>The server runs, and its data can be had (see <a href="/api">/api</a>), but the browser application has not been built.
Run <code>npm run setup</code> in the repository, then load this page again; the server need not be restarted.</p>
</html>
`;
