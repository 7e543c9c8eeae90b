import {beamlineOf, type Sase} from './beamline.ts';
import {fillCameraImage} from './camera.ts';
import {arrayColumn, MICROJOULE, MILLIMETRE, NANOMETRE, numberColumn, type Column} from './columns.ts';
import {fillCorrectedFrame, fillFrame} from './detector.ts';
import {beamPosition, energiesSeen, fillBunchPattern, fillIntensityTD, meanEnergySeen, neighbourOf, XGM_SLOTS} from './machine.ts';
import type {RunPlan} from './plan.ts';
import {CAMERA, CORRECTED, DETECTOR, MOTOR} from './sources.ts';
import {actualPosition, isMoving, targetPosition} from './stage.ts';

/** A source that saves one row per train. */
export interface ControlSource {
  readonly kind: 'control';
  readonly name: string;
  readonly classId: string;
  readonly columns: readonly Column[];
}

/** A source that sends rows of its own accord: none or one per train here. */
export interface InstrumentSource {
  readonly kind: 'instrument';
  readonly name: string;
  /** First part of the keys, which owns the index. */
  readonly group: string;
  readonly columns: readonly Column[];
  readonly sends: (train: number) => boolean;
}

export type Source = ControlSource | InstrumentSource;

/** What one aggregator writes: its sources, and the trains it sees. */
export interface Aggregator {
  readonly fileClass: 'RAW' | 'CORR';
  readonly name: string;
  readonly sources: readonly Source[];
  readonly sees: (train: number) => boolean;
}

/** The aggregators of a raw run: DA01 for machine, stage and camera, DET01 for the detector. */
export const rawAggregators = (plan: RunPlan): readonly Aggregator[] => [
  {
    fileClass: 'RAW',
    name: 'DA01',
    sources: [xgm(plan), xgmOutput(plan), timeServer(plan), bunchPattern(plan), motor(plan), camera(plan)],
    sees: devicesSee(plan),
  },
  {fileClass: 'RAW', name: 'DET01', sources: [detector(plan)], sees: detectorSees(plan)},
];

/** The aggregator of a corrected run; it has the trains of the raw detector files. */
export const correctedAggregators = (plan: RunPlan): readonly Aggregator[] => [
  {fileClass: 'CORR', name: 'DET01', sources: [corrected(plan)], sees: detectorSees(plan)},
];

const devicesSee =
  ({fault}: RunPlan) =>
  (train: number) =>
    fault.kind !== 'missing-trains' || !fault.devices.has(train);
const detectorSees =
  ({fault}: RunPlan) =>
  (train: number) =>
    fault.kind !== 'missing-trains' || !fault.detector.has(train);
const always = () => true;

/** The SASEs whose pulses the XGM tells apart. */
const apart = (plan: RunPlan): readonly Sase[] => (neighbourOf(plan) === undefined ? [] : [1, 3]);

const xgm = (plan: RunPlan): ControlSource => ({
  kind: 'control',
  name: beamlineOf(plan.sase).xgm,
  classId: 'DoocsXGM',
  columns: [
    numberColumn('pulseEnergy/photonFlux', 'float32', (train) => meanEnergySeen(plan, train), {unit: MICROJOULE}),
    numberColumn('pulseEnergy/wavelengthUsed', 'float32', () => plan.wavelengthNm, {unit: NANOMETRE}),
    numberColumn('pulseEnergy/numberOfBunchesActual', 'int32', (train) => energiesSeen(plan, train).length),
    numberColumn('controlData/slowTrain', 'float32', (train) => meanEnergySeen(plan, train), {unit: MICROJOULE}),
    numberColumn('beamPosition/ixPos', 'float32', (train) => beamPosition(plan, train)[0], {unit: MILLIMETRE}),
    numberColumn('beamPosition/iyPos', 'float32', (train) => beamPosition(plan, train)[1], {unit: MILLIMETRE}),
    ...apart(plan).flatMap((sase) => [
      numberColumn(`pulseEnergy/numberOfSa${sase}BunchesActual`, 'int32', (train) => energiesSeen(plan, train, sase).length),
      numberColumn(`controlData/slowTrainSa${sase}`, 'float32', (train) => meanEnergySeen(plan, train, sase), {unit: MICROJOULE}),
    ]),
  ],
});

const xgmOutput = (plan: RunPlan): InstrumentSource => ({
  kind: 'instrument',
  name: `${beamlineOf(plan.sase).xgm}:output`,
  group: 'data',
  columns: [undefined, ...apart(plan)].map((sase) => {
    const name = sase === undefined ? 'intensityTD' : `intensitySa${sase}TD`;
    return arrayColumn(name, 'float32', [XGM_SLOTS], (out, train) => fillIntensityTD(out, plan, train, sase), {unit: MICROJOULE});
  }),
  sends: always,
});

const timeServer = (plan: RunPlan): ControlSource => ({
  kind: 'control',
  name: beamlineOf(plan.sase).timeServer,
  classId: 'TimeServer',
  columns: [numberColumn('maxPulses', 'uint32', () => plan.pulses)],
});

const bunchPattern = (plan: RunPlan): InstrumentSource => ({
  kind: 'instrument',
  name: `${beamlineOf(plan.sase).timeServer}:outputBunchPattern`,
  group: 'data',
  columns: [
    arrayColumn('bunchPatternTable', 'uint32', [beamlineOf(plan.sase).patternSlots], (out, train) => fillBunchPattern(out, plan, train)),
  ],
  sends: always,
});

const motor = (plan: RunPlan): ControlSource => ({
  kind: 'control',
  name: MOTOR,
  classId: 'SimulatedMotor',
  columns: [
    numberColumn('actualPosition', 'float64', (train) => actualPosition(plan, train), {unit: MILLIMETRE}),
    numberColumn('targetPosition', 'float64', (train) => targetPosition(plan, train), {unit: MILLIMETRE}),
    numberColumn('isMoving', 'uint8', (train) => Number(isMoving(plan, train))),
  ],
});

const camera = (plan: RunPlan): InstrumentSource => ({
  kind: 'instrument',
  name: CAMERA,
  group: 'data',
  columns: [arrayColumn('image/pixels', 'uint16', plan.camera, (out, train) => fillCameraImage(out, plan, train))],
  sends: () => plan.fault.kind !== 'dead-source',
});

const detector = (plan: RunPlan): InstrumentSource => ({
  kind: 'instrument',
  name: DETECTOR,
  group: 'data',
  columns: [arrayColumn('adc', 'uint16', plan.detector, (out, train) => fillFrame(out, plan, train))],
  sends: always,
});

const corrected = (plan: RunPlan): InstrumentSource => ({
  kind: 'instrument',
  name: CORRECTED,
  group: 'data',
  columns: [arrayColumn('adc', 'float32', plan.detector, (out, train) => fillCorrectedFrame(out, plan, train))],
  sends: always,
});
