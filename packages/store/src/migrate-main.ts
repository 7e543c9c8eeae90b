/** The process that migrates a folder of format 0; see `migrateFolder`. Its one argument is the folder. */
import {serveCalls} from '@firstlight/hdf5';
import {pathsOf} from './folder/layout.ts';
import {migrateDatabase, migrateFile, plan, wordsOf} from './migrate/steps.ts';
import {FolderLock} from './writer/lock.ts';

const paths = pathsOf(process.argv[2] as string);
let lock: FolderLock | undefined;

/** Nobody else may write in the folder meanwhile. */
const alone = <T>(action: () => T): T => {
  lock ??= FolderLock.take(paths);
  return action();
};

serveCalls({
  plan: () => plan(paths),
  wordsOf: (file: string) => wordsOf(paths, file),
  migrateFile: (file: string) => alone(() => migrateFile(paths, file)),
  migrateDatabase: () => alone(() => migrateDatabase(paths)),
});
