import type { NamedCommand } from './copy-command.ts';
import type { CopyMode, LastJump } from './copy-mode.ts';

/** `short` jumps stop one character before, and look from one further on: a repeated one moves. */
function jump(mode: CopyMode, { character, forward, short }: LastJump): void {
  const reader = mode.reader();
  if (forward) {
    reader.x += short ? 2 : 1;
    if (!reader.jumpTo(character)) return;
    if (short) reader.left({ wrap: true });
  } else {
    reader.left({ wrap: false });
    if (short) reader.left({ wrap: false });
    if (!reader.jumpBack(character)) return;
    if (short) reader.right({ wrap: true });
  }
  mode.readTo(reader.place);
}

function jumping(name: string, forward: boolean, short: boolean): NamedCommand {
  return [
    name,
    (mode, [character]) => {
      if (!character) return;
      mode.lastJump = { character, forward, short };
      jump(mode, mode.lastJump);
    },
  ];
}

/** Every command that goes to a character of the line. */
export const jumpCommands: readonly NamedCommand[] = [
  jumping('jump-forward', true, false),
  jumping('jump-backward', false, false),
  jumping('jump-to-forward', true, true),
  jumping('jump-to-backward', false, true),
  ['jump-again', (mode) => mode.lastJump && jump(mode, mode.lastJump)],
  [
    'jump-reverse',
    (mode) => mode.lastJump && jump(mode, { ...mode.lastJump, forward: !mode.lastJump.forward }),
  ],
];
