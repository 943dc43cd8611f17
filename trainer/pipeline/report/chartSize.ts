/** Pixels of every chart of a report: twice the size at which a page shows them, for sharp screens. */
export const chartSize = {width: 1200, height: 700} as const;
