import type { OptionValue } from './values.ts';

/** A value as formats see it: an array's entries joined by a space. */
export function optionText(value: OptionValue): string {
  return typeof value === 'string' ? value : Object.values(value).join(' ');
}
