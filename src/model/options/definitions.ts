import type { OptionDefinition } from './define.ts';
import { serverOptions } from './server-options.ts';
import { sessionOptions } from './session-options.ts';
import type { OptionsData } from './values.ts';
import { windowOptions } from './window-options.ts';

export const optionDefinitions: ReadonlyMap<string, OptionDefinition> = new Map(
  [...serverOptions, ...sessionOptions, ...windowOptions].map((definition) => [definition.name, definition]),
);

/** The three global tables as a new server has them. */
export function defaultOptions(): { server: OptionsData; session: OptionsData; window: OptionsData } {
  const tables = { server: {} as OptionsData, session: {} as OptionsData, window: {} as OptionsData };
  for (const { name, scope, default: value } of optionDefinitions.values()) {
    const table = tables[scope === 'pane' ? 'window' : scope];
    table[name] = typeof value === 'string' ? value : { ...value };
  }
  return tables;
}
