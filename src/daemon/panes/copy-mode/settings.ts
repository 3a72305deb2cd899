import type { Style } from '../../../term/style.ts';
import { plainStyle } from '../../../term/style.ts';
import { parseStyle } from '../../../term/styles.ts';
import type { ModeKeys } from './selection.ts';

/** The options that copy mode goes by, with tmux's defaults. */
export interface CopySettings {
  readonly keys: ModeKeys;
  readonly separators: string;
  /** Searches go on from the other end. */
  readonly wrapSearch: boolean;
  /** Selection and position. */
  readonly modeStyle: Style;
  readonly matchStyle: Style;
  readonly currentMatchStyle: Style;
  readonly markStyle: Style;
  /** -e: scrolling down to the bottom leaves the mode. */
  readonly exitAtBottom: boolean;
  /** -H: no position in the corner. */
  readonly hidePosition: boolean;
}

export const defaultSettings: CopySettings = {
  keys: 'emacs',
  separators: '!"#$%&\'()*+,-./:;<=>?@[\\]^`{|}~',
  wrapSearch: true,
  modeStyle: style('bg=yellow,fg=black'),
  matchStyle: style('bg=cyan,fg=black'),
  currentMatchStyle: style('bg=magenta,fg=black'),
  markStyle: style('bg=red,fg=black'),
  exitAtBottom: false,
  hidePosition: false,
};

/** Takes `-e`, `-H` and `option=value` words; those that are something else are left to the command. */
export function applySettings(settings: CopySettings, words: readonly string[]): CopySettings {
  return Object.assign({}, settings, ...words.map(setting));
}

function setting(word: string): Partial<CopySettings> {
  if (word === '-e') return { exitAtBottom: true };
  if (word === '-H') return { hidePosition: true };
  const equals = word.indexOf('=');
  const value = word.slice(equals + 1);
  switch (word.slice(0, Math.max(0, equals))) {
    case 'mode-keys':
      return { keys: value === 'vi' ? 'vi' : 'emacs' };
    case 'word-separators':
      return { separators: value };
    case 'wrap-search':
      return { wrapSearch: value === 'on' };
    case 'mode-style':
      return { modeStyle: style(value) };
    case 'copy-mode-match-style':
      return { matchStyle: style(value) };
    case 'copy-mode-current-match-style':
      return { currentMatchStyle: style(value) };
    case 'copy-mode-mark-style':
      return { markStyle: style(value) };
    default:
      return {};
  }
}

function style(text: string): Style {
  return parseStyle(text) ?? plainStyle;
}
