/** Colours and styles as options take them (STYLES in tmux(1)). */
const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const BRIGHT = NAMES.map((name) => `bright${name}`);

/** The canonical name of a colour, or undefined for what is none. */
export function canonicalColour(text: string): string | undefined {
  const lower = text.toLowerCase();
  if (/^#[0-9a-f]{6}$/.test(lower)) return lower;
  if (lower === 'default' || lower === 'terminal' || lower === 'none') return lower;
  if (NAMES.includes(lower) || BRIGHT.includes(lower)) return lower;
  if (/^[0-7]$/.test(lower)) return NAMES[Number(lower)];
  if (/^9[0-7]$/.test(lower)) return BRIGHT[Number(lower) - 90];
  const indexed = /^colou?r(\d{1,3})$/.exec(lower);
  return indexed && Number(indexed[1]) <= 255 ? `colour${Number(indexed[1])}` : undefined;
}

const WORDS =
  /^(default|ignore|noignore|push-default|pop-default|nolist|norange|noalign|none|list=(on|focus|left-marker|right-marker)|range=(left|right|(window|pane|session|user)\|?.*)|align=(left|centre|right|absolute-centre))$/;
const ATTRIBUTES =
  /^(no)?(acs|bright|bold|dim|underscore|blink|reverse|hidden|italics|strikethrough|overline|(double|curly|dotted|dashed)-underscore)$/;

/** Whether a text is a style; one with formats is known only when it is used. */
export function isStyle(text: string): boolean {
  if (text.includes('#{')) return true;
  return text
    .split(/[ ,]+/)
    .filter((word) => word !== '')
    .every((word) => {
      const lower = word.toLowerCase();
      const colour = /^(fg|bg|us|fill)=(.+)$/.exec(lower);
      if (colour) return canonicalColour(colour[2]!) !== undefined;
      return WORDS.test(lower) || ATTRIBUTES.test(lower);
    });
}
