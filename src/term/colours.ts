import { Colour } from './style.ts';

/**
 * tmux's names of colours: the eight of ECMA-48 with their bright ones are
 * palette-16 colours, `colour0` to `colour255` palette-256, `#rrggbb` and the
 * names of X11's rgb.txt are true colours; `default` is the terminal's own.
 */

const ECMA48_NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

const named = new Map<string, number>([
  ['default', Colour.default],
  ['terminal', Colour.default],
]);
for (const [index, name] of ECMA48_NAMES.entries()) {
  named.set(name, Colour.palette16 | index);
  named.set(String(index), Colour.palette16 | index);
  named.set(`bright${name}`, Colour.palette16 | (8 + index));
  named.set(String(90 + index), Colour.palette16 | (8 + index));
}

/** Reads a colour's name, in any case; undefined when it is none. */
export function parseColour(text: string): number | undefined {
  const name = text.toLowerCase();
  const known = named.get(name);
  if (known !== undefined) return known;
  const hex = /^#([0-9a-f]{6})$/.exec(name);
  if (hex) return Colour.rgb | Number.parseInt(hex[1]!, 16);
  const palette = /^colou?r(\d{1,3})$/.exec(name);
  if (palette) {
    const index = Number(palette[1]);
    return index < 256 ? Colour.palette256 | index : undefined;
  }
  const grey = /^gr[ae]y(\d{1,3})$/.exec(name);
  if (grey) {
    const percent = Number(grey[1]);
    // In this order of operations the rounding is that of rgb.txt: grey50 is 127.
    const level = Math.floor(2.55 * percent + 0.5);
    return percent <= 100 ? Colour.rgb | (level * 0x010101) : undefined;
  }
  const x11 = X11.get(name.replaceAll(' ', ''));
  return x11 === undefined ? undefined : Colour.rgb | x11;
}

/** The name that `parseColour` reads as `colour`. */
export function formatColour(colour: number): string {
  const value = colour & Colour.valueMask;
  switch (colour & Colour.kindMask) {
    case Colour.palette16:
      return value < 8 ? ECMA48_NAMES[value]! : `bright${ECMA48_NAMES[value & 7]!}`;
    case Colour.palette256:
      return `colour${value}`;
    case Colour.rgb:
      return `#${value.toString(16).padStart(6, '0')}`;
    default:
      return 'default';
  }
}

/** Names of X11's rgb.txt, without spaces and without the numbered variants other than grey's. */
const X11 = new Map<string, number>(
  `aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc
  bisque ffe4c4 blanchedalmond ffebcd blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0
  chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c
  darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9
  darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc
  darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f
  darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff
  dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0 forestgreen 228b22
  fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700 goldenrod daa520 gray bebebe grey bebebe
  greenyellow adff2f honeydew f0fff0 hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0
  khaki f0e68c lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6
  lightcoral f08080 lightcyan e0ffff lightgoldenrod eedd82 lightgoldenrodyellow fafad2 lightgray d3d3d3
  lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa
  lightskyblue 87cefa lightslateblue 8470ff lightslategray 778899 lightslategrey 778899
  lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 maroon b03060
  mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371
  mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585
  midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080
  navyblue 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500
  orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093
  papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 purple a020f0
  rebeccapurple 663399 rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513 salmon fa8072
  sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0 skyblue 87ceeb
  slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f steelblue 4682b4
  tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee violetred d02090
  webgray 808080 webgreen 008000 webgrey 808080 webmaroon 800000 webpurple 800080 wheat f5deb3
  whitesmoke f5f5f5 yellowgreen 9acd32`
    .split(/\s+/)
    .flatMap((word, index, words) =>
      index % 2 === 0 ? [[word, Number.parseInt(words[index + 1]!, 16)] as [string, number]] : [],
    ),
);
