/** 12-digit region codes: province 2, city 4, county 6, township 9, village 12 digits; the rest is zeros. */
const lengths = [2, 4, 6, 9, 12] as const;

/** How many digits of the code carry meaning. */
export function depthOf(code: string): number {
  return lengths.find((n) => /^0*$/.test(code.slice(n))) ?? 12;
}

/** The digits that carry meaning: 410700000000 is 4107, 410720000000 is 410720. */
export function shortCode(code: string): string {
  return code.slice(0, depthOf(code));
}

/** The code as people write it: at least the six digits of GB/T 2260, so that a city is 410700. */
export function printCode(code: string): string {
  return shortCode(code).padEnd(6, '0');
}

/** A code written with 2, 4, 6, 9 or 12 digits as the 12 digits of the contract; '' when it is none. */
export function fullCode(text: string): string {
  return /^\d+$/.test(text) && (lengths as readonly number[]).includes(text.length) ? text.padEnd(12, '0') : '';
}

/** True when the region is the scope itself or lies below it. */
export function within(code: string, scope: string): boolean {
  return code.startsWith(shortCode(scope));
}

/** The prefecture that a code of it or of anything below it lies in, as 12 digits. */
export function prefectureOf(code: string): string {
  return code.slice(0, 4).padEnd(12, '0');
}

/** The parent's code, or '' for a province. */
export function parentOf(code: string): string {
  const up = lengths[lengths.indexOf(depthOf(code) as (typeof lengths)[number]) - 1];
  return up ? code.slice(0, up).padEnd(12, '0') : '';
}
