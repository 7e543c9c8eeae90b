/**
 * Our tables, which DAMNIT never looks at. They are made when a folder is opened to write; a table that is there stays as it is.
 *
 * - `fl_variables`: a variable's unit as its context declares it.
 * - `fl_summary_kinds`: what SQLite cannot say about a stored summary (a boolean is an integer there). A kind counts only while its `timestamp` is still that of
 *   the row it describes, because other programs may replace the row.
 * - `fl_history`: every version of every value, the first one 1; see `history/record.ts`. It is a table with row numbers, so that versions are appended and a
 *   picture in one costs the others nothing. A fragment gives a variable one version, however often it is merged.
 * - `fl_codes`, `fl_computations`: what many versions have in common, once: the code of a variable, and what a job says of all its values. `fl_codes.source` is
 *   NULL until a context that has the code was loaded.
 * - `fl_contexts`, `fl_texts`, `fl_environments`, `fl_run_files`: what the identities in origins stand for, each text and list once.
 * - `fl_edits`: what people changed by hand besides values (whose edits are versions): comments on a time, settings, variables; with the text before.
 */
export const ownTables = `
CREATE TABLE IF NOT EXISTS fl_variables(name TEXT PRIMARY KEY NOT NULL, units TEXT);
CREATE TABLE IF NOT EXISTS fl_summary_kinds(
  proposal INTEGER NOT NULL, run INTEGER NOT NULL, name TEXT NOT NULL, timestamp REAL NOT NULL, kind TEXT NOT NULL,
  PRIMARY KEY (proposal, run, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fl_history(
  proposal INTEGER NOT NULL, run INTEGER NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
  timestamp REAL, state TEXT NOT NULL, has_row INTEGER NOT NULL, summary_type TEXT, summary_kind TEXT, summary_method TEXT, max_diff REAL,
  kind TEXT, is_whole INTEGER NOT NULL, kept TEXT, provenance TEXT, author TEXT, fragment TEXT,
  identity TEXT, code INTEGER, computation INTEGER, started REAL, seconds REAL, memory INTEGER, ingredients TEXT, attributes TEXT, value,
  PRIMARY KEY (proposal, run, name, version)
);
CREATE UNIQUE INDEX IF NOT EXISTS fl_history_fragment ON fl_history(fragment, name) WHERE fragment IS NOT NULL;
CREATE INDEX IF NOT EXISTS fl_history_kept ON fl_history(kept) WHERE kept IS NOT NULL;
CREATE TABLE IF NOT EXISTS fl_codes(id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, name TEXT, language TEXT, source TEXT, files TEXT);
CREATE TABLE IF NOT EXISTS fl_computations(
  id INTEGER PRIMARY KEY, job TEXT NOT NULL, context TEXT NOT NULL, environment TEXT NOT NULL, data TEXT, trigger TEXT NOT NULL, attempt INTEGER NOT NULL,
  language TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, user TEXT
);
CREATE INDEX IF NOT EXISTS fl_computations_job ON fl_computations(job);
CREATE TABLE IF NOT EXISTS fl_contexts(identity TEXT PRIMARY KEY NOT NULL, language TEXT NOT NULL, seen REAL NOT NULL, files TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fl_texts(identity TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fl_environments(identity TEXT PRIMARY KEY NOT NULL, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fl_run_files(identity TEXT PRIMARY KEY NOT NULL, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fl_edits(at REAL NOT NULL, author TEXT, what TEXT NOT NULL, target TEXT NOT NULL, before TEXT, after TEXT);
CREATE TABLE IF NOT EXISTS fl_settings(key TEXT PRIMARY KEY NOT NULL, value) WITHOUT ROWID;
`;
