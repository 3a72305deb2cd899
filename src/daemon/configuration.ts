import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveFolders } from '../base/folders.ts';
import { currentUser } from '../base/user.ts';
import type { Server } from '../model/server.ts';
import type { CommandService } from './command-service.ts';

/**
 * Reads the configuration once, when a daemon begins with nothing: one that comes back
 * has its options in the snapshot, and reading again would undo what was set since.
 * Errors are shown on the first terminal, as tmux does, and do not keep the daemon from starting.
 */
export async function readConfiguration(
  commands: CommandService,
  server: Server,
  files: readonly string[],
): Promise<void> {
  const usual = join(resolveFolders().config, 'zmx.conf');
  const chosen = files.length > 0 ? files : existsSync(usual) ? [usual] : [];
  for (const file of chosen) {
    const origin = {
      op: `configuration-${Date.now()}`,
      cwd: currentUser().home,
      env: {},
      locateErrors: true,
    };
    const result = await commands.text(origin, `source-file '${file.replace(/'/g, `'\\''`)}'`);
    for (const line of result.errors.split('\n')) {
      if (line === '') continue;
      server.addMessage(line);
      commands.tell(line);
    }
  }
}
