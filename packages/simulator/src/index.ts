// Play a beamline
export {simulate} from './simulate.ts';
export type {SimulatedRun, SimulateOptions} from './simulate.ts';
export {realClock} from './clock.ts';
export type {Clock} from './clock.ts';
// Where runs are
export {dataFileName, nextRunNumber, proposalDirectory, runDirectory} from './paths.ts';
export type {DataKind} from './paths.ts';
// The devices
export {BUNCH_PATTERN, CAMERA, CORRECTED, CYCLE, DETECTOR, INSTRUMENT, MOTOR, TIME_SERVER, XGM, XGM_OUTPUT} from './sources.ts';
export {beamlineOf} from './beamline.ts';
export type {Beamline, Sase} from './beamline.ts';
// The model behind the data: what a run's values are
export {planRun, trainIdOf, trainTimeNs} from './plan.ts';
export type {PlanOptions, RunPlan, Scan} from './plan.ts';
export type {Fault} from './faults.ts';
export {meanEnergy, pulseCount, pulseEnergies} from './machine.ts';
export {actualPosition, resonanceMm, targetPosition} from './stage.ts';
export {ADU_PER_PHOTON, fillCorrectedFrame, fillFrame, hotPixels, PEDESTAL_ADU, peakOf} from './detector.ts';
export type {Peak} from './detector.ts';
export {fillCameraImage} from './camera.ts';
// A first context file
export {exampleContext} from './example.ts';
// A stand-in for the metadata catalogue
export {StandInCatalogue} from './catalogue.ts';
export type {CatalogueFacts, CatalogueOptions} from './catalogue.ts';
