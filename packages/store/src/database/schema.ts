/**
 * DAMNIT's database, format version by version. The statements of a version bring the previous one up to it; a new database gets all of them.
 *
 * Columns are without a type on purpose: SQLite then keeps exactly what was bound (see `bind.ts`). Never add a column to these tables: DAMNIT writes some
 * of them by position. Our own data is in tables named `fl_…`, which it never looks at.
 */
export const currentVersion = 4;

const version1 = `
CREATE TABLE run_info(proposal, run, start_time, added_at);
CREATE UNIQUE INDEX proposal_run ON run_info (proposal, run);
CREATE TABLE run_variables(proposal, run, name, version, value, timestamp, max_diff, provenance, summary_type, summary_method);
CREATE UNIQUE INDEX variable_version ON run_variables (proposal, run, name, version);
CREATE TABLE metameta(key PRIMARY KEY NOT NULL, value);
CREATE TABLE variables(name TEXT PRIMARY KEY NOT NULL, type TEXT, title TEXT, description TEXT, attributes TEXT);
CREATE TABLE time_comments(timestamp, comment);
CREATE VIEW runs AS SELECT * FROM run_info;
CREATE VIEW max_diffs AS SELECT proposal, run FROM run_info;
`;

const version2 = 'ALTER TABLE run_variables ADD COLUMN attributes;';

const version3 = `
CREATE TABLE tags(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE NOT NULL);
CREATE TABLE variable_tags(
  variable_name TEXT NOT NULL,
  tag_id INTEGER NOT NULL,
  FOREIGN KEY (variable_name) REFERENCES variables(name) ON DELETE CASCADE,
  FOREIGN KEY (tag_id) REFERENCES tags(id) ON DELETE CASCADE,
  PRIMARY KEY (variable_name, tag_id)
);
`;

const version4 = `
CREATE TRIGGER delete_orphan_tags_after_variable_tag_delete
AFTER DELETE ON variable_tags
FOR EACH ROW
BEGIN
  DELETE FROM tags WHERE id = OLD.tag_id AND NOT EXISTS (SELECT 1 FROM variable_tags WHERE tag_id = OLD.tag_id);
END;
`;

/** Statements that lead from format version `index` to `index + 1`. */
export const migrations: readonly string[] = [version1, version2, version3, version4];
