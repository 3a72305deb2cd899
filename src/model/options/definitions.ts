import { serverOptions } from './server-options.ts';
import { sessionOptions } from './session-options.ts';
import type { OptionsData } from './values.ts';
import { windowOptions } from './window-options.ts';

/** An option's scope: a pane option is a window option that single panes may override. */
export type OptionScope = 'server' | 'session' | 'window' | 'pane';

export interface OptionDefinition {
  readonly name: string;
  readonly scope: OptionScope;
  readonly type:
    | 'string'
    | 'number'
    | 'flag'
    | 'choice'
    | 'key'
    | 'colour'
    | 'style'
    | 'command'
    | 'size'
    | 'pattern';
  readonly default: string | readonly string[];
  /** Numbers only; default 0 to 2^31-1. */
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly string[];
  /** Array options: values of a set-option without index are split here. */
  readonly array?: boolean;
  readonly separator?: string;
}

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
