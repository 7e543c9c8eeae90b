import type {Environment, Origin, OriginInput, RunId} from '@firstlight/core';
import type {HistoryEntry, PartDiff, RunFile} from '@firstlight/store';

/** One of two things that differ; null: it is not there, or not known. */
export interface Differing<T> {
  readonly a: T | null;
  readonly b: T | null;
}

/** How one version of a value differs from another: the values, and everything they were made of. */
export interface VersionDiff extends RunId {
  readonly name: string;
  /** The two versions as the history has them. */
  readonly a: HistoryEntry;
  readonly b: HistoryEntry;
  /** Whether state, summary or data differ, as far as they are known. */
  readonly isChanged: boolean;
  /** The parts of the data that differ, element by element; null: the data of one of them is not there (any more). */
  readonly data: readonly PartDiff[] | null;
  readonly code: {
    /** Null: of one of them nobody knows. */
    readonly isChanged: boolean | null;
    /** As `diff -u`: the variable's function, and what it reaches. */
    readonly text: string;
  };
  /** Those that differ, by the function's parameter. */
  readonly inputs: readonly (Differing<OriginInput> & {readonly parameter: string; readonly name: string})[];
  /** Files of the run, and files that the variable declared, that differ. */
  readonly files: readonly (Differing<Omit<RunFile, 'name'> | string> & {readonly name: string})[];
  /** Packages and interpreter that differ, by version. */
  readonly packages: readonly (Differing<string> & {readonly name: string})[];
}

/** What differs between two versions, besides the texts of their code. */
export const compareVersions = (a: HistoryEntry, b: HistoryEntry): Pick<VersionDiff, 'inputs' | 'files' | 'packages'> => ({
  inputs: differing(inputsOf(a.origin), inputsOf(b.origin), ([key, one]) => {
    const [parameter, name] = JSON.parse(key) as [string, string];
    return {parameter, name, ...one};
  }),
  files: [
    ...differing(filesOf(a.files), filesOf(b.files), ([name, one]) => ({name, ...one})),
    ...differing(declared(a.origin), declared(b.origin), ([name, one]) => ({name, ...one})),
  ],
  packages: differing(packagesOf(a.environment), packagesOf(b.environment), ([name, one]) => ({name, ...one})),
});

type Named<T> = Readonly<Record<string, T>> | null;

/** Of what nobody knows nothing differs. */
function differing<T, Shown>(a: Named<T>, b: Named<T>, show: (entry: [string, Differing<T>]) => Shown): Shown[] {
  if (!a || !b) return [];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const isSame = (name: string): boolean => JSON.stringify(a[name]) === JSON.stringify(b[name]);
  return names.filter((name) => !isSame(name)).map((name) => show([name, {a: a[name] ?? null, b: b[name] ?? null}]));
}

const inputsOf = (origin: Origin | null): Named<OriginInput> =>
  origin && Object.fromEntries(origin.inputs.map((input) => [JSON.stringify([input.parameter, input.name]), input]));

const filesOf = (files: readonly RunFile[] | null): Named<Omit<RunFile, 'name'>> =>
  files && Object.fromEntries(files.map(({name, ...rest}) => [name, rest]));

const declared = (origin: Origin | null): Named<string> => origin && (origin.dependsOn ?? {});

const packagesOf = (environment: Environment | null): Named<string> =>
  environment && {[environment.language]: environment.version, ...environment.packages};
