/** How much a document may ask for, be it run or only looked at. */
export const MOST_TOKENS = 2_000;
export const MOST_DEPTH = 12;
export const MOST_COST = 5_000;
