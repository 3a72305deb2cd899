import type { TableBinding } from '../../model/key-table.ts';
import { copyRows } from './default-copy.ts';
import { copyViRows } from './default-copy-vi.ts';
import { prefixRows } from './default-prefix.ts';
import { rootRows } from './default-root.ts';

/** Key, commands, and where they are worth saying: note, and whether it repeats without the prefix. */
export type DefaultRow = readonly [key: string, commands: string, note?: string, repeat?: boolean];

/** tmux 3.3a's default key tables, without what zmx has no command for. */
export const defaultBindings: readonly TableBinding[] = [
  ...table('copy-mode', copyRows),
  ...table('copy-mode-vi', copyViRows),
  ...table('prefix', prefixRows),
  ...table('root', rootRows),
];

function table(name: string, rows: readonly DefaultRow[]): TableBinding[] {
  return rows.map(([key, commands, note = '', repeat = false]) => ({
    table: name,
    key,
    commands,
    note,
    repeat,
  }));
}
