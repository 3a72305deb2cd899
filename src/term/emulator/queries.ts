import { Attribute, Underline, underlineShift } from '../style.ts';
import { cellStyle } from './cell-style.ts';
import type { XtermHandle } from './xterm-internals.ts';

/**
 * Questions about the terminal that the emulator does not answer, or not as the
 * terminal that our TERM names would. DSR, CPR and DECRQM are its own.
 */
export function registerQueries(xterm: XtermHandle, version: string, reply: (text: string) => void): void {
  const { parser } = xterm.terminal;
  const dcs = (text: string): void => reply(`\x1bP${text}\x1b\\`);
  const when = (asked: boolean, answer: () => void): boolean => {
    if (asked) answer();
    return true;
  };
  // DA1: VT100 with advanced video, and DA2: what tmux says, since programs know it by that.
  parser.registerCsiHandler({ final: 'c' }, ([p]) => when(!p, () => reply('\x1b[?1;2c')));
  parser.registerCsiHandler({ prefix: '>', final: 'c' }, ([p]) => when(!p, () => reply('\x1b[>84;0;0c')));
  // DA3: a unit number of zeros, as xterm has it.
  parser.registerCsiHandler({ prefix: '=', final: 'c' }, ([p]) => when(!p, () => dcs('!|00000000')));
  // XTVERSION
  parser.registerCsiHandler({ prefix: '>', final: 'q' }, ([p]) => when(!p, () => dcs(`>|zmx ${version}`)));
  // XTGETTCAP: names and values in hexadecimal.
  parser.registerDcsHandler({ intermediates: '+', final: 'q' }, (names) => {
    for (const name of names.split(';')) {
      const value = CAPABILITIES[Buffer.from(name, 'hex').toString('latin1')];
      if (value === undefined) dcs(`0+r${name}`);
      else dcs(`1+r${name}${value === '' ? '' : `=${Buffer.from(value, 'latin1').toString('hex')}`}`);
    }
    return true;
  });
  // DECRQSS of SGR and DECSCUSR, where the emulator answers with constants.
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, (what) => {
    if (what === 'm') dcs(`1$r${presentSgr(xterm)}m`);
    else if (what === ' q') dcs(`1$r${cursorShape(xterm)} q`);
    else return false;
    return true;
  });
}

/** Of xterm-256color, what programs ask for over the wire. */
const CAPABILITIES: Record<string, string> = {
  TN: 'tmux-256color',
  Co: '256',
  colors: '256',
  RGB: '8/8/8',
  Tc: '',
  Su: '',
  Smulx: '\x1b[4:%p1%dm',
  Setulc: '\x1b[58:2:%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%d%;m',
  Ms: '\x1b]52;%p1%s;%p2%s\x07',
  Ss: '\x1b[%p1%d q',
  Se: '\x1b[2 q',
};

/** DECSCUSR's parameter for the present cursor: 0 default, 1-2 block, 3-4 underline, 5-6 bar; odd ones blink. */
export function cursorShape(xterm: XtermHandle): number {
  const { cursorStyle, cursorBlink } = xterm.core.coreService.decPrivateModes;
  if (cursorStyle === undefined) return 0;
  const steady = { block: 2, underline: 4, bar: 6 }[cursorStyle];
  return cursorBlink ? steady - 1 : steady;
}

const ATTRIBUTE_PARAMETERS: readonly (readonly [number, string])[] = [
  [Attribute.bold, '1'],
  [Attribute.dim, '2'],
  [Attribute.italic, '3'],
  [Attribute.blink, '5'],
  [Attribute.inverse, '7'],
  [Attribute.invisible, '8'],
  [Attribute.strike, '9'],
  [Attribute.overline, '53'],
];

function presentSgr(xterm: XtermHandle): string {
  const { fg, bg, extended } = xterm.core._inputHandler._curAttrData;
  const style = cellStyle(fg, bg, extended, () => '');
  const parameters = ['0'];
  for (const [bit, parameter] of ATTRIBUTE_PARAMETERS) if (style.flags & bit) parameters.push(parameter);
  const shape = style.flags >> underlineShift;
  if (shape !== Underline.none) parameters.push(shape === Underline.single ? '4' : `4:${shape}`);
  parameters.push(
    ...colourParameters(style.fg, 38),
    ...colourParameters(style.bg, 48),
    ...colourParameters(style.ul, 58),
  );
  return parameters.join(';');
}

function colourParameters(colour: number, base: number): string[] {
  const value = colour & 0xffffff;
  switch (colour >> 24) {
    case 1:
      if (base === 58) return [`58:5:${value}`];
      return [String(value < 8 ? base - 8 + value : base + 52 + value - 8)];
    case 2:
      return [`${base}:5:${value}`];
    case 3:
      return [`${base}:2::${value >> 16}:${(value >> 8) & 0xff}:${value & 0xff}`];
    default:
      return [];
  }
}
