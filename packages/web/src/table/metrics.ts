/** Sizes that the painter and the style sheet share, in pixels; the style sheet gets them as custom properties. */
export const rowHeightPx = 32;
export const headerHeightPx = 46;
export const runColumnPx = 64;
export const runColumnWithProposalPx = 112;
export const timeColumnPx = 84;

/** Columns before the first variable: run and start time. */
export const fixedColumns = 2;
