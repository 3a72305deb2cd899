import { optionDefinitions } from '../options/definitions.ts';
import { optionText } from '../options/text.ts';
import type { OptionValue } from '../options/values.ts';
import type { FormatContext, Variables } from './context.ts';
import { bufferVariables, clientVariables } from './variables/client.ts';
import { paneVariables } from './variables/pane.ts';
import { serverVariables } from './variables/server.ts';
import { sessionVariables } from './variables/session.ts';
import { windowVariables } from './variables/window.ts';

const variables: Variables = {
  ...serverVariables,
  ...sessionVariables,
  ...windowVariables,
  ...paneVariables,
  ...clientVariables,
  ...bufferVariables,
};

/** One-letter forms: #S, #W, … */
export const ALIASES: Readonly<Record<string, string>> = {
  D: 'pane_id',
  F: 'window_flags',
  H: 'host',
  I: 'window_index',
  P: 'pane_index',
  S: 'session_name',
  T: 'pane_title',
  W: 'window_name',
  h: 'host_short',
};

const TIMES =
  /^(buffer_created|(client|session|window)_(activity|created)|session_last_attached|pane_(dead|restored)_time|start_time)$/;

/** The value of an option, variable or environment variable by its name; `time` in ms for times. */
export function lookUp(context: FormatContext, name: string): { text: string; time?: number } | undefined {
  const option = lookUpOption(context, name);
  if (option !== undefined) return { text: option };
  const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
  const value = context.extra?.[name] ?? variable?.(context);
  if (value !== undefined) {
    if (typeof value === 'boolean') return { text: value ? '1' : '0' };
    if (TIMES.test(name)) return { text: String(Math.floor(Number(value) / 1000)), time: Number(value) };
    return { text: String(value) };
  }
  if (variable) return undefined;
  const inherited = context.session?.environment.get(name) ?? context.server.environment.get(name);
  return typeof inherited?.value === 'string' ? { text: inherited.value } : undefined;
}

function isFlag(option: string): boolean {
  return optionDefinitions.get(option)?.type === 'flag';
}

/** Flags are numbers in formats, so that #{?…} can ask for them. */
function flagText(value: OptionValue): string {
  return value === 'on' ? '1' : '0';
}

function lookUpOption({ server, session, window, pane }: FormatContext, name: string): string | undefined {
  const match = /^(@?[a-z][\w-]*)(?:\[(\d+)\])?$/i.exec(name);
  if (!match) return undefined;
  const [, option, index] = match;
  const tables = [
    pane?.options ?? window?.options ?? server.globalWindowOptions,
    session?.options ?? server.globalOptions,
    server.options,
  ];
  for (const table of tables) {
    const value = table.get(option!);
    if (value === undefined) continue;
    if (index === undefined) return isFlag(option!) ? flagText(value) : optionText(value);
    return typeof value === 'string' ? undefined : value[Number(index)];
  }
  return undefined;
}
