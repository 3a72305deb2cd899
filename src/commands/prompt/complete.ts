import type { PromptState } from '../../model/client.ts';
import { namedLayouts } from '../../model/layout/named.ts';
import { optionDefinitions } from '../../model/options/definitions.ts';
import type { Server } from '../../model/server.ts';
import { commandTable } from '../table.ts';

/**
 * Tab in a prompt for commands: the word before the cursor becomes the longest text
 * that all candidates begin with. The first word is a command or alias, later ones
 * options and layouts; after -t and -s sessions and windows.
 */
export function complete(server: Server, prompt: PromptState): void {
  const before = prompt.value.slice(0, prompt.cursor);
  const word = /\S*$/.exec(before)![0];
  if (word === '' && prompt.type === 'command') return;
  const first = before.trim() === word || /;\s*$/.test(before.slice(0, before.length - word.length));
  const afterFlag = /\s-[st]\s*$/.test(before.slice(0, before.length - word.length));
  let candidates: string[];
  if (prompt.type === 'target' || prompt.type === 'window-target' || afterFlag) candidates = targets(server);
  else if (prompt.type !== 'command') return;
  else candidates = first ? commandNames(server) : [...optionDefinitions.keys(), ...namedLayouts];
  const hits = candidates.filter((candidate) => candidate.startsWith(word));
  if (hits.length === 0) return;
  const common = hits.reduce(commonStart);
  const completed = hits.length === 1 ? `${common} ` : common;
  prompt.value = before.slice(0, before.length - word.length) + completed + prompt.value.slice(prompt.cursor);
  prompt.cursor = before.length - word.length + completed.length;
}

function commandNames(server: Server): string[] {
  const aliases = server.options.list('command-alias').map((alias) => alias.split('=')[0]!);
  return [...commandTable.flatMap(({ name, alias }) => (alias ? [name, alias] : [name])), ...aliases];
}

function targets(server: Server): string[] {
  return [...server.sessions.values()].flatMap((session) => [
    `${session.name}:`,
    ...session.winlinks.map((link) => `${session.name}:${link.index}`),
  ]);
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
