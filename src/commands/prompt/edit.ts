import type { PromptState } from '../../model/client.ts';

/** What a key did to the line: nothing more, a change of the text, its end or its cancellation. */
export type EditResult = 'none' | 'changed' | 'accepted' | 'cancelled';

/** Line editing as in tmux's emacs status-keys. The prompt's history is the caller's. */
export function editLine(prompt: PromptState, key: string, separators: string): EditResult {
  const { value, cursor } = prompt;
  const before = value.slice(0, cursor);
  const after = value.slice(cursor);
  switch (key) {
    case 'Enter':
    case 'KPEnter':
    case 'C-m':
    case 'C-j':
      return 'accepted';
    case 'Escape':
    case 'C-c':
    case 'C-g':
      return 'cancelled';
    case 'Left':
    case 'C-b':
      return move(prompt, cursor - lastCharacter(before).length);
    case 'Right':
    case 'C-f':
      return move(prompt, cursor + firstCharacter(after).length);
    case 'Home':
    case 'C-a':
      return move(prompt, 0);
    case 'End':
    case 'C-e':
      return move(prompt, value.length);
    case 'M-b':
    case 'C-Left':
    case 'M-Left':
      return move(prompt, wordStart(value, cursor, separators));
    case 'M-f':
    case 'C-Right':
    case 'M-Right':
      return move(prompt, wordEnd(value, cursor, separators));
    case 'BSpace':
    case 'C-h':
      return replace(prompt, before.slice(0, before.length - lastCharacter(before).length), after);
    case 'DC':
    case 'C-d':
      return replace(prompt, before, after.slice(firstCharacter(after).length));
    case 'C-u':
      return cut(prompt, '', '', value);
    case 'C-k':
      return cut(prompt, before, '', after);
    case 'C-w':
    case 'M-BSpace': {
      const start = wordStart(value, cursor, separators);
      return cut(prompt, value.slice(0, start), after, value.slice(start, cursor));
    }
    case 'M-d': {
      const end = wordEnd(value, cursor, separators);
      return cut(prompt, before, value.slice(end), value.slice(cursor, end));
    }
    case 'C-y':
      return replace(prompt, before + prompt.killed, after);
    case 'C-t':
      return transpose(prompt);
    case 'Space':
      return insertText(prompt, ' ');
  }
  return isCharacter(key) ? insertText(prompt, key) : 'none';
}

export function insertText(prompt: PromptState, text: string): EditResult {
  const clean = text.replace(/[\x00-\x1f\x7f]/g, (character) =>
    character === '\n' || character === '\t' ? ' ' : '',
  );
  return replace(prompt, prompt.value.slice(0, prompt.cursor) + clean, prompt.value.slice(prompt.cursor));
}

/** Sets the whole line, with the cursor at its end. */
export function setLine(prompt: PromptState, value: string): void {
  prompt.value = value;
  prompt.cursor = value.length;
}

/** A key that is one character of text and not the name of a key. */
export function isCharacter(key: string): boolean {
  return [...new Intl.Segmenter().segment(key)].length === 1 && key >= ' ';
}

function move(prompt: PromptState, to: number): EditResult {
  prompt.cursor = Math.max(0, Math.min(prompt.value.length, to));
  return 'none';
}

function replace(prompt: PromptState, before: string, after: string): EditResult {
  const changed = prompt.value !== before + after;
  prompt.value = before + after;
  prompt.cursor = before.length;
  return changed ? 'changed' : 'none';
}

function cut(prompt: PromptState, before: string, after: string, removed: string): EditResult {
  if (removed !== '') prompt.killed = removed;
  return replace(prompt, before, after);
}

function transpose(prompt: PromptState): EditResult {
  const characters = [...prompt.value];
  let at = [...prompt.value.slice(0, prompt.cursor)].length;
  if (at < characters.length) at++;
  if (at < 2) return 'none';
  const [a, b] = [characters[at - 2]!, characters[at - 1]!];
  characters.splice(at - 2, 2, b, a);
  return replace(prompt, characters.slice(0, at).join(''), characters.slice(at).join(''));
}

function wordStart(value: string, from: number, separators: string): number {
  let at = from;
  const gap = (index: number) => value[index] === ' ' || separators.includes(value[index] ?? ' ');
  while (at > 0 && gap(at - 1)) at--;
  while (at > 0 && !gap(at - 1)) at--;
  return at;
}

function wordEnd(value: string, from: number, separators: string): number {
  let at = from;
  const gap = (index: number) => value[index] === ' ' || separators.includes(value[index] ?? ' ');
  while (at < value.length && gap(at)) at++;
  while (at < value.length && !gap(at)) at++;
  return at;
}

function firstCharacter(text: string): string {
  for (const { segment } of new Intl.Segmenter().segment(text)) return segment;
  return '';
}

function lastCharacter(text: string): string {
  return [...new Intl.Segmenter().segment(text)].at(-1)?.segment ?? '';
}
