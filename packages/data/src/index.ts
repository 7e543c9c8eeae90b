// Opening a run
export {mockRun, openRun} from './open-run.ts';
export type {RunRequest} from './open-run.ts';
export {findProposal, listRunFiles} from './find.ts';
// Reading it
export {Run} from './run.ts';
export type {SkippedFile} from './run.ts';
export {KeyData} from './key-data.ts';
export type {ReadOptions} from './key-data.ts';
export type {TrainSelection} from './trains.ts';
