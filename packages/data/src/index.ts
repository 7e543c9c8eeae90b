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
// The machine and its light
export {xgm} from './components/xgm.ts';
export type {Xgm, XgmOptions} from './components/xgm.ts';
export {xrayPulses} from './components/xray-pulses.ts';
export type {XrayPulses, XrayPulsesOptions} from './components/xray-pulses.ts';
export {identifySase} from './components/sase.ts';
export type {Sase} from './components/sase.ts';
