import type { Cell } from 'write-excel-file/node';

import type { XlsxCell, XlsxColumn } from './xlsx-writer.js';

const FORMATS = { date: 'yyyy-mm-dd', dateTime: 'yyyy-mm-dd hh:mm:ss' } as const;

/** Excel’s calendar has a 29 February 1900, so no day before the next is sure; and it ends with the year 9999. */
const FIRST_DAY = Date.parse('1900-03-01');
const DAY_AFTER_LAST = Date.parse('+010000-01-01');

/** What XML cannot hold or does not keep, and what looks as if it were escaped. */
const TO_ESCAPE = /(?![\t\n])\p{Cc}|\ufffd|\p{Cs}|\p{Noncharacter_Code_Point}|_(?=x[\da-f]{4}_)/giu;

const DECIMAL = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** A text is never taken for a formula: it goes into the workbook as a text. */
export function xlsxCell(type: XlsxColumn['type'], value: XlsxCell): Cell {
  if (value === null || value === '') return null;
  if (typeof value === 'boolean') return value;
  switch (type) {
    case 'number':
      return isExact(value) ? Number(value) : escaped(value);
    case 'date':
    case 'dateTime': {
      const date = new Date(value);
      return isPossible(date) ? { type: Date, value: date, format: FORMATS[type] } : escaped(value);
    }
    case 'boolean':
    case 'text':
      return escaped(value);
    default:
      return type satisfies never;
  }
}

function isPossible(date: Date): boolean {
  return date.getTime() >= FIRST_DAY && date.getTime() < DAY_AFTER_LAST;
}

/** Whether a double has this value and no other that is as short. Excel keeps no more than 15 digits of it. */
function isExact(text: string): boolean {
  const value = DECIMAL.test(text) ? canonical(text) : '';
  return /^(?:0|-?\d{1,15}e.*)$/.test(value) && value === canonical(String(Number(text)));
}

/** The same for all ways to write a decimal number. */
function canonical(text: string): string {
  const {
    sign = '',
    whole = '',
    fraction = '',
    exponent = '0',
  } = /^(?<sign>-?)(?<whole>\d+)(?:\.(?<fraction>\d+))?(?:e(?<exponent>[+-]?\d+))?$/i.exec(text)
    ?.groups ?? {};
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign}${significant}e${power}`;
}

/** As Excel itself escapes (ST_Xstring, ECMA-376 Part 1, 22.9.2.19). */
function escaped(text: string): string {
  const safe = text.replaceAll(TO_ESCAPE, (found) => found.split('').map(escapedUnit).join(''));
  // The writer looks texts up in an object, where such a name would find what every object has.
  return safe in {} ? escapedUnit(safe.slice(0, 1)) + safe.slice(1) : safe;
}

/** Of one UTF-16 code unit. */
function escapedUnit(unit: string): string {
  const code = unit.codePointAt(0) ?? 0;
  return `_x${code.toString(16).toUpperCase().padStart(4, '0')}_`;
}
