import { formatColour, parseColour } from '../../term/colours.ts';
import { normaliseKey } from '../../term/keys/key-names.ts';
import { parseDrawStyle } from '../../term/styles.ts';
import { CommandError } from '../command-error.ts';
import type { OptionDefinition } from './define.ts';
import { optionDefinitions } from './definitions.ts';
import { hookDefinition, isHook } from './hooks.ts';
import type { OptionArray, Options } from './values.ts';

/** An option's name taken apart: 'command-alias[3]'. User options begin with '@'. */
export interface OptionName {
  readonly name: string;
  readonly index: number | undefined;
  /** undefined for user options. */
  readonly definition: OptionDefinition | undefined;
}

/**
 * Finds an option by its name or the beginning of it.
 * @throws CommandError "invalid option: x", "ambiguous option: x", "not an array: x"
 */
export function lookUpOption(text: string): OptionName {
  const match = /^([^[]+)(?:\[(\d+)\])?$/.exec(text);
  if (!match) throw new CommandError(`invalid option: ${text}`);
  const [, word, digits] = match as unknown as [string, string, string | undefined];
  const index = digits === undefined ? undefined : Number(digits);
  if (word.startsWith('@')) return { name: word, index, definition: undefined };
  let definition = optionDefinitions.get(word) ?? (isHook(word) ? hookDefinition(word) : undefined);
  if (!definition) {
    const hits = [...optionDefinitions.values()].filter(({ name }) => name.startsWith(word));
    if (hits.length > 1) throw new CommandError(`ambiguous option: ${word}`);
    [definition] = hits;
  }
  if (!definition) throw new CommandError(`invalid option: ${word}`);
  if (index !== undefined && !definition.array) throw new CommandError(`not an array: ${text}`);
  return { name: definition.name, index, definition };
}

/** Sets an option in a table; `append`: adds to what is there. @throws CommandError when the value is none for it */
export function setOption(
  table: Options,
  { name, index, definition }: OptionName,
  value: string | undefined,
  append: boolean,
): void {
  if (!definition) {
    if (value === undefined) throw new CommandError('empty value');
    table.set(name, append ? table.text(name) + value : value);
    return;
  }
  if (definition.array) {
    table.set(name, arrayWith(table, definition, index, value, append));
    return;
  }
  if (append && value !== undefined && (definition.type === 'string' || definition.type === 'style')) {
    const before = table.text(name);
    const joint = definition.type === 'style' && before !== '' ? ',' : '';
    table.set(name, canonical(definition, before + joint + value));
    return;
  }
  table.set(name, canonical(definition, value ?? toggled(table, definition)));
}

function arrayWith(
  table: Options,
  definition: OptionDefinition,
  index: number | undefined,
  value: string | undefined,
  append: boolean,
): OptionArray {
  if (value === undefined) throw new CommandError('empty value');
  const present = table.get(definition.name);
  const before: OptionArray = typeof present === 'object' && (append || index !== undefined) ? present : {};
  const result: Record<number, string> = { ...before };
  if (index !== undefined) {
    const old = result[index];
    result[index] = canonical(definition, append && old !== undefined ? old + value : value);
    return result;
  }
  const separator = definition.separator ?? '';
  const items =
    separator === ''
      ? [value]
      : value.split(new RegExp(`[${separator.replace(/[\]\\^-]/g, '\\$&')}]`)).filter((item) => item !== '');
  for (const item of items) {
    let free = 0;
    while (result[free] !== undefined) free++;
    result[free] = canonical(definition, item);
  }
  return result;
}

/** A flag or choice without a value changes to the other one. */
function toggled(table: Options, { name, type, choices }: OptionDefinition): string {
  const value = table.text(name);
  if (type === 'flag') return value === 'on' ? 'off' : 'on';
  if (type === 'choice' && choices) {
    const at = choices.indexOf(value);
    return at < 2 ? (choices[at === 0 ? 1 : 0] ?? value) : value;
  }
  throw new CommandError('empty value');
}

function canonical(definition: OptionDefinition, value: string): string {
  switch (definition.type) {
    case 'number': {
      if (!/^\s*[+-]?\d+$/.test(value)) throw new CommandError(`value is invalid: ${value}`);
      const number = Number(value);
      if (number < (definition.minimum ?? 0)) throw new CommandError(`value is too small: ${value}`);
      if (number > (definition.maximum ?? 2 ** 31 - 1))
        throw new CommandError(`value is too large: ${value}`);
      return String(number);
    }
    case 'size':
      if (!/^\d+[KMGT]?$/.test(value)) throw new CommandError(`value is invalid: ${value}`);
      return value;
    case 'pattern':
      try {
        new RegExp(value, 'u');
      } catch (error) {
        throw new CommandError((error as Error).message);
      }
      return value;
    case 'flag':
      if (value === '1' || /^(on|yes)$/i.test(value)) return 'on';
      if (value === '0' || /^(off|no)$/i.test(value)) return 'off';
      throw new CommandError(`bad value: ${value}`);
    case 'choice':
      if (!definition.choices?.includes(value)) throw new CommandError(`unknown value: ${value}`);
      return value;
    case 'key': {
      const key = value.toLowerCase() === 'none' ? 'None' : normaliseKey(value);
      if (key === undefined) throw new CommandError(`bad key: ${value}`);
      return key;
    }
    case 'colour': {
      if (value.includes('#{') || /^(none|terminal)$/i.test(value)) return value;
      const colour = parseColour(value);
      if (colour === undefined) throw new CommandError(`bad colour: ${value}`);
      return formatColour(colour);
    }
    case 'style':
      // What formats make of a style is known only when it is used.
      if (!value.includes('#{') && !parseDrawStyle(value)) throw new CommandError(`invalid style: ${value}`);
      return value;
    default:
      if (definition.name === 'default-shell' && !value.startsWith('/'))
        throw new CommandError(`not a suitable shell: ${value}`);
      if (definition.name === 'default-size' && !/^[1-9]\d*x[1-9]\d*$/.test(value))
        throw new CommandError(`value is invalid: ${value}`);
      return value;
  }
}

/** Takes an option (or one entry of an array) away; in a global table it gets its default again. */
export function unsetOption(table: Options, { name, index, definition }: OptionName): void {
  const own = table.own(name);
  if (index !== undefined && typeof own === 'object') {
    const { [index]: _, ...rest } = own;
    table.set(name, rest);
  } else if (!table.parent && definition) {
    const value = definition.default;
    table.set(name, typeof value === 'string' ? value : { ...value });
  } else table.unset(name);
}
