import {readdir, readFile, rename} from 'node:fs/promises';
import {join} from 'node:path';
import {makeDirectory, removeFile, writeDurably} from './durable-files.ts';
import {entrySchema} from './entry.ts';
import type {Entry} from './entry.ts';

/** What a start finds in the inbox. */
export interface InboxContent {
  /** In the order in which they were asked for. */
  readonly entries: readonly Entry[];
  /** One sentence for each file that could not be read and was set aside. */
  readonly quarantined: readonly string[];
}

/** The durable queue of a folder: one file for each trigger, there from before it is acknowledged until all its values are stored. */
export class Inbox {
  readonly #directory: string;
  readonly #quarantine: string;

  private constructor(privateDir: string) {
    this.#directory = join(privateDir, 'inbox');
    this.#quarantine = join(privateDir, 'quarantine');
  }

  /** Opens the inbox below a folder's private directory. */
  static async open(privateDir: string): Promise<Inbox> {
    const inbox = new Inbox(privateDir);
    await makeDirectory(inbox.#directory);
    return inbox;
  }

  /** Stores triggers for good; one that is there already is written again, not twice. */
  async add(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    await writeDurably(
      this.#directory,
      entries.map((entry) => ({name: `${entry.key}.json`, text: `${JSON.stringify(entry)}\n`})),
    );
  }

  /** Forgets a trigger whose work is done. */
  async remove(key: string): Promise<void> {
    await removeFile(join(this.#directory, `${key}.json`));
  }

  /** Reads what is waiting; sets aside what is not a trigger, and removes what a crash left half-written. */
  async list(): Promise<InboxContent> {
    const entries: Entry[] = [];
    const quarantined: string[] = [];
    for (const name of await readdir(this.#directory)) {
      if (name.endsWith('.writing')) {
        await removeFile(join(this.#directory, name));
        continue;
      }
      const entry = await this.#read(name);
      if (entry) entries.push(entry);
      else quarantined.push(await this.#setAside(name));
    }
    return {entries: entries.sort((a, b) => a.requestedAt - b.requestedAt || a.key.localeCompare(b.key)), quarantined};
  }

  async #read(name: string): Promise<Entry | undefined> {
    const path = join(this.#directory, name);
    try {
      const entry = entrySchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
      return entry.success && name === `${entry.data.key}.json` ? entry.data : undefined;
    } catch {
      return undefined; // Not JSON, a directory, not readable: whatever it is, it is no trigger.
    }
  }

  async #setAside(name: string): Promise<string> {
    await makeDirectory(this.#quarantine);
    await rename(join(this.#directory, name), join(this.#quarantine, name));
    return `${name} in the inbox is no trigger; it was moved to ${this.#quarantine} and can be deleted.`;
  }
}
