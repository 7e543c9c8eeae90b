import {contextsOf} from '@firstlight/store';
import type {Settings} from '../options.ts';
import {Contexts} from './contexts.ts';
import {runnerLaunches} from './launch.ts';

/** The contexts of a folder that nobody here works on, to be described and not run; to be disposed of by who asked. */
export const contextsToLookAt = (settings: Settings): Contexts =>
  Contexts.start({
    files: () => contextsOf(settings.folder.dir),
    launches: (language) => runnerLaunches(settings, language),
    size: 1,
    watch: false,
    onContext: () => {},
    onNote: (sentence) => settings.log.warn(sentence),
  });
