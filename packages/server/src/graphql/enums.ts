import {activityCodes, stateCodes} from '@firstlight/engine';
import type {Builder} from './builder.ts';

/** The words that cells are described with; the same ones everywhere. */
export const defineEnums = (builder: Builder) => ({
  CellState: builder.enumType('CellState', {description: 'What a cell holds.', values: stateCodes}),
  Activity: builder.enumType('Activity', {description: 'What is being done about a cell right now.', values: activityCodes}),
  Trigger: builder.enumType('Trigger', {
    description: 'Which variables a run is processed with: those that need raw data, those that need calibrated data, or all.',
    values: ['raw', 'proc', 'all'] as const,
  }),
  Severity: builder.enumType('Severity', {values: ['error', 'warning'] as const}),
});

export type Enums = ReturnType<typeof defineEnums>;
