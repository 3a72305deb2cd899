import type { AttachedClient, ListOverlay } from '../../model/client.ts';
import { type ListedOption, listedOption, type OptionTable } from '../../model/option-list.ts';
import type { Host } from '../context.ts';
import { quote } from '../language/syntax.ts';
import { runTemplate } from '../prompt/answer.ts';
import { openPrompt } from '../prompt/open.ts';

/** A key of customize-mode that choosers do not have; false for any other. */
export function optionKey(host: Host, client: AttachedClient, overlay: ListOverlay, key: string): boolean {
  const option = listedOption(host.server, client, overlay, overlay.selected);
  switch (key) {
    case 's':
      if (option) ask(host, client, overlay, option, option.table);
      return true;
    case 'S':
      if (option) ask(host, client, overlay, option, option.global);
      return true;
    case 'w':
      if (option?.window) ask(host, client, overlay, option, option.window);
      return true;
    case 'u':
      if (option) confirmUnset(host, client, overlay, option, option.table);
      return true;
    case 'd':
      if (option) confirmUnset(host, client, overlay, option, option.global);
      return true;
    default:
      return false;
  }
}

/** Enter, or a click: a group or an array opens or closes, a flag turns over, another option is asked for. */
export async function chooseOption(
  host: Host,
  client: AttachedClient,
  overlay: ListOverlay,
  value: string,
  op: string,
): Promise<void> {
  overlay.selected = value;
  const option = listedOption(host.server, client, overlay, value);
  const isArray = option && typeof option.table.options.own(option.name) === 'object';
  if (!option || isArray) {
    overlay.expanded = overlay.expanded.includes(value)
      ? overlay.expanded.filter((branch) => branch !== value)
      : [...overlay.expanded, value];
  } else if (option.flag) {
    const template = setting(option, option.table, option.text === 'on' ? 'off' : 'on');
    await runTemplate(host, client, { template, block: true, target: overlay.target }, [], op);
  } else ask(host, client, overlay, option, option.table);
}

function ask(
  host: Host,
  client: AttachedClient,
  overlay: ListOverlay,
  option: ListedOption,
  table: OptionTable,
): void {
  openPrompt(host, client, {
    labels: [`(${option.name}) `],
    inputs: [option.text],
    template: setting(option, table, '%1'),
    block: true,
    target: overlay.target,
  });
}

function confirmUnset(
  host: Host,
  client: AttachedClient,
  overlay: ListOverlay,
  { name }: ListedOption,
  { label, flags }: OptionTable,
): void {
  openPrompt(host, client, {
    mode: 'single',
    confirm: true,
    labels: [label === '' ? `Reset ${name} to default? ` : `Unset ${name} (${label})? `],
    template: `set-option ${flags} -u ${quote(name)}`,
    block: true,
    target: overlay.target,
  });
}

function setting({ name }: ListedOption, { flags }: OptionTable, value: string): string {
  return `set-option ${flags} ${quote(name)} ${quote(value)}`;
}
