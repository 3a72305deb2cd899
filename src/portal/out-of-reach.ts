import type { Disposable } from '../base/disposable.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Connection, LinkState } from '../transport/types.ts';

/**
 * For something that waits for the host: calls `giveUp` once when the link has been down
 * for `timeoutMs` without a break, counted from now at the earliest, or is refused.
 */
export function whenOutOfReach(
  connection: Connection,
  timeoutMs: number,
  giveUp: (error: ZmxError) => void,
): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const look = (state: LinkState): void => {
    if (state.kind === 'connecting') {
      timer ??= setTimeout(() => {
        const seconds = timeoutMs / 1000;
        giveUp(
          new ZmxError(
            'EIO',
            `outcome unknown: the host has been out of reach for ${seconds} s (portal-timeout)`,
          ),
        );
      }, timeoutMs);
      return;
    }
    clearTimeout(timer);
    timer = undefined;
    if (state.kind === 'refused')
      giveUp(new ZmxError(state.code, `outcome unknown: the host refuses the connection: ${state.message}`));
  };
  const listening = connection.stateChanged.on(look);
  look(connection.state);
  return {
    dispose: () => {
      listening.dispose();
      clearTimeout(timer);
    },
  };
}
