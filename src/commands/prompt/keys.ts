import type { AttachedClient, PromptState } from '../../model/client.ts';
import { answerChooser } from '../chooser/keys.ts';
import type { Host } from '../context.ts';
import { runTemplate } from './answer.ts';
import { complete } from './complete.ts';
import { editLine, insertText, isCharacter, setLine } from './edit.ts';

/**
 * A key for a client's prompt. Returns false when the key ended a prompt for a
 * number and is to be looked up as a key of its own.
 */
export async function promptKey(
  host: Host,
  client: AttachedClient,
  prompt: PromptState,
  key: string,
  op: string,
): Promise<boolean> {
  if (prompt.confirm) {
    client.prompt = undefined;
    if (key === 'y' || key === 'Y') await runTemplate(host, client, prompt, [], op);
    return true;
  }
  if (prompt.mode === 'key') {
    await accept(host, client, prompt, key, op);
    return true;
  }
  if (prompt.mode === 'number' && key.length === 1 && !/[0-9]/.test(key)) {
    await accept(host, client, prompt, prompt.value, op);
    return false;
  }
  if (prompt.mode === 'single') {
    const character = key === 'Space' ? ' ' : key;
    if (isCharacter(character)) await accept(host, client, prompt, character, op);
    else if (key === 'Escape' || key === 'C-c' || key === 'C-g') client.prompt = undefined;
    return true;
  }
  if (key === 'Up' || key === 'C-p') history(host, prompt, 1);
  else if (key === 'Down' || key === 'C-n') history(host, prompt, -1);
  else if (key === 'Tab') complete(host.server, prompt);
  else if (prompt.mode === 'incremental' && (key === 'C-r' || key === 'C-s'))
    await searchAgain(host, client, prompt, key === 'C-s' ? '+' : '-', op);
  else {
    const result = editLine(prompt, key, client.session.options.text('word-separators'));
    if (result === 'cancelled') client.prompt = undefined;
    else if (result === 'accepted') await accept(host, client, prompt, prompt.value, op);
    else if (result === 'changed' && prompt.mode === 'incremental')
      await runTemplate(host, client, { ...prompt, rest: '' }, [`=${prompt.value}`], op);
  }
  return true;
}

/** Pasted text is typed into the line, without line ends. */
export function promptPaste(prompt: PromptState, text: string): void {
  if (!prompt.confirm && prompt.mode !== 'key') insertText(prompt, text);
}

/** C-r and C-s in an incremental search: the last search's text first, then the next hit. */
async function searchAgain(
  host: Host,
  client: AttachedClient,
  prompt: PromptState,
  sign: string,
  op: string,
): Promise<void> {
  const last = host.server.promptHistory[prompt.type].at(-1);
  if (prompt.value === '' && last !== undefined) {
    setLine(prompt, last);
    await runTemplate(host, client, { ...prompt, rest: '' }, [`=${last}`], op);
  } else await runTemplate(host, client, { ...prompt, rest: '' }, [`${sign}${prompt.value}`], op);
}

async function accept(
  host: Host,
  client: AttachedClient,
  prompt: PromptState,
  value: string,
  op: string,
): Promise<void> {
  remember(host, prompt, value);
  prompt.answers = [...prompt.answers, value];
  const next = prompt.answers.length;
  if (next < prompt.labels.length) {
    setLine(prompt, prompt.inputs[next] ?? '');
    prompt.historyAt = 0;
    return;
  }
  client.prompt = undefined;
  if (prompt.purpose !== 'commands') {
    if (client.overlay?.kind === 'list') answerChooser(host, client, client.overlay, prompt.purpose, value);
  } else if (prompt.mode === 'incremental') {
    if (prompt.rest !== '') await runTemplate(host, client, { ...prompt, template: '' }, [], op);
  } else await runTemplate(host, client, prompt, prompt.answers, op);
}

function remember({ server }: Host, prompt: PromptState, value: string): void {
  if (prompt.mode === 'single' || prompt.mode === 'key' || prompt.purpose === 'filter' || value === '')
    return;
  const entries = server.promptHistory[prompt.type];
  if (entries.at(-1) === value) return;
  entries.push(value);
  const limit = server.options.number('prompt-history-limit');
  if (entries.length > limit) entries.splice(0, entries.length - limit);
}

/** @param by 1: an older entry, -1: a newer one; before the newest is the line that was being typed */
function history({ server }: Host, prompt: PromptState, by: 1 | -1): void {
  const entries = server.promptHistory[prompt.type];
  const at = prompt.historyAt + by;
  if (at < 0 || at > entries.length) return;
  if (prompt.historyAt === 0) prompt.draft = prompt.value;
  prompt.historyAt = at;
  setLine(prompt, at === 0 ? prompt.draft : (entries[entries.length - at] ?? ''));
}
