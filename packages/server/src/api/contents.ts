/** The text of `/api`; whoever changes an address changes its line here. */
export const addresses: readonly (readonly [string, string])[] = [
  [
    'GET /api/experiments',
    '`[{id, folder, proposals, change}]`: the experiments of this server. `change` is the number of the last change. `id` is `pPROPOSAL` where no other ' +
      'folder here has that proposal, else `pPROPOSAL-HASH`, which never changes for a folder and is always understood.',
  ],
  [
    'GET /api/experiments/ID/table',
    'The table as an Arrow IPC stream. Columns `proposal` and `run` (Int32), `start_time` (Float64, seconds since 1970), then for each variable NAME: ' +
      '`NAME` (Float64 if all its summaries are numbers, or all are booleans; else Utf8 with the summary as JSON; null where there is none), ' +
      '`NAME#state` (Uint8: 0 ok, 1 none, 2 skipped, 3 failed, 4 missing), `NAME#message` (Utf8, only if any cell has one), ' +
      '`NAME#activity` (Uint8: 0 idle, 1 queued, 2 running, only if any cell is not idle), ' +
      '`NAME#details` (Utf8: JSON `{attributes, maxDiff}`, only if any cell has them). Metadata of the schema: `experiment`, `change`, `offset`, `total` ' +
      '(rows of the whole table), `activity` (JSON `[[row, NAME, activity]]`, left out beyond 10 000 entries). Metadata of the field NAME: ' +
      '`title`, `units`, `description`, `tags` (JSON), `type` (`number`, `boolean` or `json`).',
  ],
  [
    'GET /api/experiments/ID/table?rows=0-99&columns=NAME,NAME',
    'A window: rows by position, first to last, both included (or `rows=OFFSET,COUNT`, or `rows=-COUNT` for the last ones), and only some variables. Rows are ordered by proposal and run.',
  ],
  [
    'GET /api/experiments/ID/table?format=json',
    'The same for scripts: `{change, columns: [{name, title, unit}], rows: [{proposal, run, values: {NAME: {state, summary, activity, message}}}]}`. ' +
      'A summary is a number, a boolean, a text, `{"int"}`, `{"re", "im"}`, `{"image": address}`, `{"trendline": {"x", "y"}}`, `{"array": {"dtype", "shape"}}` or null.',
  ],
  [
    'GET /api/experiments/ID/table?format=columns',
    'The same for data frames: `{change, runs: [[proposal, run, startTime]], values: {NAME: […]}}`. A place is a number, a boolean, a text or null; what JSON cannot ' +
      'say so is `{"number": "Infinity"}`, `{"int": "…"}` (beyond 2^53) or `{"re", "im"}`; pictures and arrays are `<thumbnail>`, `<sparkline>`, `<ndarray>`.',
  ],
  [
    'GET /api/experiments/ID/runs/PROPOSAL/RUN/NAME',
    'Everything about one value: `{proposal, run, name, title, description, state, summary, activity, message, attributes, maxDiff, kind, dtype, shape, dims, bytes, attrs, arrayName, arrays, table, preview, text, units, links}`. ' +
      '`arrays` are the arrays of a Dataset and the coordinates of a DataArray, `{name, dtype, shape, dims, attrs, coordinate}` each. ' +
      '`links` has the addresses below that have something to give.',
  ],
  [
    '…/NAME?version=N and …/NAME/FILE?version=N',
    'The same of version N of the value (1 is the first; the command `history` below lists all), for every address of this list that has NAME. 404 `no-version` when there is none with ' +
      'this number, `no-value` when it has no data or its data is not kept any more.',
  ],
  [
    '…/NAME/data.arrow?slice=&max=WIDTHxHEIGHT&variable=',
    'The array as one Arrow batch: `value` in C order (complex: `value.re`, `value.im`; bool: 0 and 1), coordinates of a 1-D array as further columns. Metadata: ' +
      '`shape`, `dtype`, `dims`, `units`, `coords` (`{NAME: {dims, dtype, shape, values}}`; `values` only of those that are no column and not very long). With `max` an image (2-D) comes as means over blocks that fit the size; `fullShape`, `imageShape` and `block` say so. `variable` chooses one array of a Dataset, or a coordinate.',
  ],
  [
    '…/NAME/data.npy?slice=0:10,5',
    'The array as a NumPy file. `slice` is positions and ranges `start:stop:step` joined by commas, `:` for all, as in NumPy but for steps, which are positive; ' +
      'there is no `...` and no `newaxis`.',
  ],
  [
    '…/NAME/value.h5',
    'All that is stored of the value (data, summary, preview, error) as a small HDF5 file, laid out like the file of a run.',
  ],
  [
    '…/NAME/rows.json?first=100',
    'The first rows of a pandas table: `{total, columns: [{name, index, units}], rows}`, the index first; at most 1000 rows and 200 columns. As data, a DataFrame is a Dataset and a ' +
      'Series a DataArray, as xarray would have them.',
  ],
  ['…/NAME/preview.png', 'The small picture that stands for the value; with `?full=true` a picture in its own size.'],
  ['…/NAME/figure.json', "A Plotly figure (the value, or its preview) as Plotly's JSON."],
  [
    'GET /api/experiments/ID/changes?since=NUMBER',
    'Every change after that number (default: from now on), then those to come, as JSON lines `{number, reset, variables, cells}`: what the subscription `changes` below ' +
      'gives, for programs that know nothing of GraphQL. Empty lines say that the connection stands; there is one at the beginning and every 15 s.',
  ],
  [
    'POST /api/experiments/ID/runs/PROPOSAL/RUN',
    'Stores values that a program has computed. Body: an HDF5 file laid out like the file of a run (`application/x-hdf5`, at most 2 GB), its root attribute ' +
      '`provenance` says who made them. Answers 201 when they are in the table; one that cannot be stored is 400 `bad-fragment`, with the reason.',
  ],
  [
    'POST /api/experiments/ID/process',
    'Asks for runs to be processed. Body `{"runs": "1-5,8"}` (or `"all"`, or a list of numbers and `{proposal, run}`), optional `proposal`, `variables` (names), `trigger` ' +
      '(`raw`, `proc`, `all`), `mock`. Answers JSON lines as `firstlight process --json` prints them: `queued`, `started`, `value`, `finished` for each job and a last ' +
      '`finished` without `job`, and empty lines in long silences. The work goes on when the client leaves.',
  ],
  [
    'POST /api/experiments/ID/commands/NAME',
    'Does what the command `firstlight NAME` does; the body is a JSON object with what is asked. Answers JSON lines as `firstlight NAME --json` prints them. An error ' +
      'on the way is the last line, `{"event": "error", "code", "sentence"}`. The command ends when the client leaves.',
  ],
  [
    'GET /health',
    '`{status, serving, experiments: [{id, status, change, writer, waiting, running, disk, …}]}`; status `ok` or `degraded`.',
  ],
];

export const graphql =
  'At `/graphql`, for everything small: POST for questions and actions, WebSocket (protocol `graphql-transport-ws`, the package `graphql-ws`) for the subscription ' +
  '`changes`. Load a table, subscribe with its `change` as `since`, and apply each item: nothing is missed and nothing comes twice. An item with `reset` says that ' +
  'too much lies between; load the table again and go on. Columns that changed are announced by `variables: true`.';

export const notes: readonly string[] = [
  'An error answers with its status and `{"error": {"code", "sentence"}}`.',
  'Everything big has an `ETag`: send it back as `If-None-Match` and an unchanged answer is 304 without a body.',
  'JSON has no NaN and infinities: they are the strings `"NaN"`, `"Infinity"`, `"-Infinity"`. An integer beyond 2^53 is `{"int": "9007199254740993"}` as a summary, and a string in `attrs` and `coords`.',
  'Only requests to this server’s own name and from its own page are answered: there is no sign-in, so a foreign page in the same browser must not get in.',
  'Answers larger than 256 MB are refused (413); ask for a slice.',
];
