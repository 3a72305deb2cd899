import { type CommandLine, mapWords } from '../language/syntax.ts';

/**
 * Puts answers into a template: `%1` to `%9` each, `%%` the first time, and `%%%`
 * with what would end a quoted string escaped. As tmux: each answer in turn.
 */
export function fillText(template: string, answers: readonly string[]): string {
  return answers.reduce((text, answer, index) => replaceOne(text, answer, index + 1), template);
}

/** The same in each word of a block, where an answer cannot change what is a word. */
export function fillCommands(commands: readonly CommandLine[], answers: readonly string[]): CommandLine[] {
  return mapWords(commands, (word) => fillText(word, answers));
}

function replaceOne(template: string, answer: string, number: number): string {
  let replaced = false;
  return template.replace(/%%%?|%([1-9])/g, (whole, digit?: string) => {
    if (digit !== undefined) return Number(digit) === number ? answer : whole;
    if (replaced) return whole;
    replaced = true;
    return whole === '%%%' ? answer.replace(/["\\$;~]/g, '\\$&') : answer;
  });
}
