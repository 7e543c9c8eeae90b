import {summaryToJson} from '@firstlight/core';
import type {HistoryEntry} from '@firstlight/store';

/** A version as the JSON of every interface; a picture is `{"image": true}`. */
export type VersionLine = Omit<HistoryEntry, 'summary'> & {readonly summary: unknown};

export const versionLine = (entry: HistoryEntry): VersionLine => ({...entry, summary: summaryOf(entry)});

function summaryOf({summary}: HistoryEntry): unknown {
  return typeof summary === 'object' && summary !== null && 'image' in summary ? {image: true} : summaryToJson(summary);
}
