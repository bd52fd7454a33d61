/**
 * Marks a statement that PostgreSQL is to plan for the values at hand, every time: whether the index of the values or
 * the order of the rows finds a page sooner depends on how often the value occurs.
 */
export const PLANNED_ANEW = '/* planned anew */';
