/** The devices of the simulated beamline; contexts, tests and docs use these names. */
export const XGM = 'SIM_XTD1_XGM/XGM/DOOCS';
export const XGM_OUTPUT = `${XGM}:output`;
export const TIME_SERVER = 'SIM_RR_SYS/TSYS/TIMESERVER';
export const BUNCH_PATTERN = `${TIME_SERVER}:outputBunchPattern`;
export const MOTOR = 'SIM_EXP_STAGE/MOTOR/X';
export const CAMERA = 'SIM_EXP_CAM/CAMERA/1:daqOutput';
export const DETECTOR = 'SIM_DET_AREA/DET/AREA-1:daqOutput';
export const CORRECTED = 'SIM_DET_AREA/CORR/AREA-1:output';

/** The names of the instrument and the cycle in the data root. */
export const INSTRUMENT = 'SIM';
export const CYCLE = '202601';
