import * as z from 'zod';

/** Which sites of a network bear projections: all, those that fold into a stock model, or none. */
export const ProjectionMode = z.enum(['full', 'stock-compatible', 'off']);
export type ProjectionMode = z.infer<typeof ProjectionMode>;
