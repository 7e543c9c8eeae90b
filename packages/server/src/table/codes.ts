import type {Activity, CellState} from '@firstlight/core';

/** The states, in the order of the codes in `NAME#state`. */
export const stateCodes = ['ok', 'none', 'skipped', 'failed', 'missing'] as const satisfies readonly CellState[];
/** The activities, in the order of the codes in `NAME#activity`. */
export const activityCodes = ['idle', 'queued', 'running'] as const satisfies readonly Activity[];
