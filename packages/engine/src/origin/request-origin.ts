import {userInfo} from 'node:os';
import {dirname} from 'node:path';
import type {DescribedEvent, RequestOrigin, RunId} from '@firstlight/core';
import type {RunFile} from '@firstlight/store';
import {facilityDataRoot} from '../run-data.ts';
import {DeclaredFiles} from './declared-files.ts';
import {parameterIdentities} from './parameters.ts';
import {RunFileLists} from './run-files.ts';

/** What a job asks for. */
interface Asked extends RunId {
  readonly mock: boolean;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

/** What a job's values are made of as far as runners cannot know it. */
export interface JobOrigin {
  readonly origin: RequestOrigin;
  /** What the identities of the run's files stand for. */
  readonly files: readonly (readonly [identity: string, files: readonly RunFile[]])[];
}

/** Looks, before a job begins, at what its values will be made of: a change after that makes them stale. */
export class JobOrigins {
  readonly #runFiles: RunFileLists;
  readonly #declared = new Map<string, DeclaredFiles>();
  readonly #user = userName();

  /** @param dataRoot null: the facility's. */
  constructor(dataRoot: string | null) {
    this.#runFiles = new RunFileLists(dataRoot ?? facilityDataRoot);
  }

  /** What is there for a job. */
  async of(asked: Asked, described: DescribedEvent): Promise<JobOrigin> {
    const {raw, proc} = asked.mock ? noFiles : await this.#runFiles.of(asked);
    const dependsOn = await this.#declaredIn(dirname(described.file)).of(declaredPaths(described));
    return {
      origin: {
        data: {raw: raw.identity, proc: proc.identity},
        dependsOn,
        parameters: parameterIdentities(asked.parameters),
        user: this.#user,
      },
      files: [raw, proc].flatMap(({identity, files}) => (identity === null ? [] : [[identity, files] as const])),
    };
  }

  #declaredIn(folder: string): DeclaredFiles {
    const known = this.#declared.get(folder) ?? new DeclaredFiles(folder);
    this.#declared.set(folder, known);
    return known;
  }
}

const noFiles = {raw: {identity: null, files: []}, proc: {identity: null, files: []}};

/** The files that the variables of a context declare to depend on. */
export const declaredPaths = ({variables}: Pick<DescribedEvent, 'variables'>): string[] =>
  variables.flatMap(({needs}) => needs?.dependsOn ?? []);

function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null; // an account without a name, as in some containers
  }
}
