import {FirstlightError} from '@firstlight/core';
import type {Connection, SqlValue} from '../database/connection.ts';
import {deleteSetting, settingText, storeSetting} from '../database/settings.ts';
import {type Hand, logEdit} from './edit-log.ts';

/** What must not be changed by hand, and why. */
const protectedKeys: Readonly<Record<string, string>> = {
  data_format_version: 'it says how the database is built, and changes with it',
  db_id: 'it names this database to other programs; `damnit new-id` gives a copy a new one',
};

/** Settings that are numbers; DAMNIT reads them as such. */
const wholeNumbers: ReadonlySet<string> = new Set(['proposal', 'concurrent_jobs']);

/** Changes or (null) deletes a setting. To be called inside a transaction. Throws `protected-setting`, `bad-value` or `no-such-setting`. */
export function changeSetting(connection: Connection, {key, text}: {key: string; text: string | null}, hand: Hand): void {
  const why = Object.hasOwn(protectedKeys, key) ? protectedKeys[key] : undefined;
  if (why !== undefined) throw new FirstlightError('protected-setting', `${key} cannot be changed: ${why}.`, {facts: {key}});
  const before = settingText(connection, key) ?? null;
  if (text !== null) storeSetting(connection, key, valueOf(key, text));
  else if (!deleteSetting(connection, key))
    throw new FirstlightError('no-such-setting', `There is no setting "${key}" in this folder.`, {facts: {key}});
  logEdit(connection, hand, {what: 'setting', target: key, before, after: text});
}

function valueOf(key: string, text: string): SqlValue {
  if (!wholeNumbers.has(key)) return text;
  if (/^\d{1,9}$/.test(text.trim())) return BigInt(text.trim());
  throw new FirstlightError('bad-value', `${key} is a whole number, which "${text}" is not.`, {facts: {key, text}});
}
