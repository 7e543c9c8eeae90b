import {TIME_SERVER, XGM} from './sources.ts';

/** A light source of the European XFEL; it gives the devices their names. */
export type Sase = 1 | 2 | 3;

/** The devices that say whose light a run was taken with. */
export interface Beamline {
  readonly xgm: string;
  readonly timeServer: string;
  /** The bit of the bunch pattern that stands for the optical laser of the instrument. */
  readonly laserSeed: number;
  /** Places of the bunch pattern table. */
  readonly patternSlots: number;
}

const simulated: Beamline = {xgm: XGM, timeServer: TIME_SERVER, laserSeed: 1 << 10, patternSlots: 2700};

// As at SPB/SFX, MID and SCS; since 2025 the table has 4096 places.
const facility: Readonly<Record<Sase, Beamline>> = {
  1: {xgm: 'SA1_XTD2_XGM/XGM/DOOCS', timeServer: 'SPB_RR_SYS/TSYS/TIMESERVER', laserSeed: 1 << 10, patternSlots: 4096},
  2: {xgm: 'SA2_XTD1_XGM/XGM/DOOCS', timeServer: 'MID_RR_SYS/TSYS/TIMESERVER', laserSeed: 1 << 9, patternSlots: 4096},
  3: {xgm: 'SA3_XTD10_XGM/XGM/DOOCS', timeServer: 'SCS_RR_UTC/TSYS/TIMESERVER', laserSeed: 1 << 13, patternSlots: 4096},
};

/** The machine's devices: those of an instrument at a SASE, or with names of our own. */
export const beamlineOf = (sase: Sase | undefined): Beamline => (sase === undefined ? simulated : facility[sase]);
