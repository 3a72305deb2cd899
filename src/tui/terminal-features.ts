import type { ReplyInput } from '../term/keys/input-events.ts';

/**
 * What the user's terminal can do beyond $TERM. Asked, not looked up: terminfo lacks
 * most of it, and over ssh the entry is missing as often as not. The questions travel
 * with the first drawing and the answers come when they come, so that nobody waits.
 *
 * Names as in ATTACH: 'rgb', 'sync', 'undercurl', 'links', 'clipboard', 'focus',
 * 'title'; and for the keyboard 'kitty-keys' and 'other-keys' (modifyOtherKeys).
 */
export type Feature =
  | 'rgb'
  | 'sync'
  | 'undercurl'
  | 'links'
  | 'clipboard'
  | 'focus'
  | 'title'
  | 'kitty-keys'
  | 'other-keys';

/** Terminals without any string sequences: even asking would leave text on the screen. */
const PLAIN_TERMS = /^(vt\d|ansi|linux|cons25|dumb)/;
const MODERN_TERMS = /^(xterm-)?(kitty|ghostty|foot|alacritty|wezterm|contour)/;
const MODERN_PROGRAMS = /^(iTerm\.app|WezTerm|ghostty|vscode|Hyper|rio)$/;

/** What XTVERSION's answers are known to mean; the first match counts. */
const versions: readonly (readonly [RegExp, readonly Feature[]])[] = [
  [/^(kitty|WezTerm|foot|ghostty|iTerm2|contour|rio)/i, ['rgb', 'undercurl', 'links', 'other-keys']],
  [/^(VTE|mintty|Konsole|xterm\.js)/i, ['rgb', 'undercurl', 'links']],
  [/^XTerm/, ['rgb', 'other-keys']],
  [/^tmux/, ['links', 'other-keys']],
  [/^zmx/, ['rgb', 'undercurl', 'links', 'other-keys']],
];

/** What the environment says: known before anything is drawn. */
export function featuresOfEnvironment(env: NodeJS.ProcessEnv): Set<Feature> {
  const term = env.TERM ?? '';
  const features = new Set<Feature>();
  if (PLAIN_TERMS.test(term)) return features;
  for (const feature of ['focus', 'title', 'clipboard'] as const) features.add(feature);
  // Who does not know OSC 8 ignores it; who shows truecolor reads the colons of SGR 4:3.
  features.add('links');
  const truecolor = /^(truecolor|24bit)$/i.test(env.COLORTERM ?? '') || Boolean(env.WT_SESSION);
  const modern = MODERN_TERMS.test(term) || MODERN_PROGRAMS.test(env.TERM_PROGRAM ?? '');
  if (modern || truecolor || /-direct$/.test(term))
    for (const feature of ['rgb', 'undercurl'] as const) features.add(feature);
  return features;
}

/** The questions to a terminal, and what its answers add. Each terminal answers some; all answer the last. */
export class FeatureProbe {
  readonly #features: Set<Feature>;
  /** The last question is out and its answer has not come: what comes would be typed into the shell. */
  #outstanding = false;
  readonly #asks: boolean;

  constructor(env: NodeJS.ProcessEnv) {
    this.#features = featuresOfEnvironment(env);
    this.#asks = !PLAIN_TERMS.test(env.TERM ?? '');
  }

  get features(): ReadonlySet<Feature> {
    return this.#features;
  }

  get outstanding(): boolean {
    return this.#outstanding;
  }

  /**
   * XTVERSION, kitty's keyboard flags, DECRQM of synchronised output, XTGETTCAP of RGB,
   * and DA1, which every terminal since the VT100 answers: once it has, the rest is known.
   */
  questions(): string {
    if (!this.#asks) return '';
    this.#outstanding = true;
    return '\x1b[>0q\x1b[?u\x1b[?2026$p\x1bP+q524742\x1b\\\x1b[c';
  }

  /** Returns whether the answer changed the features. */
  take(reply: ReplyInput): boolean {
    const before = this.#features.size;
    for (const feature of this.#meaning(reply)) this.#features.add(feature);
    return this.#features.size !== before;
  }

  /** The terminal will not answer any more. */
  giveUp(): void {
    this.#outstanding = false;
  }

  #meaning({ form, text }: ReplyInput): readonly Feature[] {
    if (form === 'csi') {
      if (/^\?[\d;]*c$/.test(text)) this.#outstanding = false;
      if (/^\?\d*u$/.test(text)) return ['kitty-keys'];
      // 1 set, 2 reset: known; 0 and 4 are unknown or for ever off.
      if (/^\?2026;[12]\$y$/.test(text)) return ['sync'];
    } else if (form === 'dcs') {
      if (/^1\+r524742/i.test(text)) return ['rgb'];
      if (text.startsWith('>|')) return versions.find(([name]) => name.test(text.slice(2)))?.[1] ?? [];
    }
    return [];
  }
}
