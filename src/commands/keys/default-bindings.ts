import type { TableBinding } from '../../model/key-table.ts';
import { copyRows } from './default-copy.ts';
import { copyViRows } from './default-copy-vi.ts';
import { prefixRows } from './default-prefix.ts';
import { rootRows } from './default-root.ts';
import type { DefaultRow } from './default-row.ts';

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
