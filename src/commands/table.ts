import { attachSession } from './attach-session.ts';
import { bindKey } from './bind-key.ts';
import { breakPane } from './break-pane.ts';
import { capturePane } from './capture-pane.ts';
import { chooseBuffer, chooseClient, chooseTree } from './choose-tree.ts';
import { clearHistory } from './clear-history.ts';
import { clockMode } from './clock-mode.ts';
import type { Command } from './command.ts';
import { commandPrompt } from './command-prompt.ts';
import { confirmBefore } from './confirm-before.ts';
import { CommandError } from './context.ts';
import { copyMode } from './copy-mode.ts';
import { customizeMode } from './customize-mode.ts';
import { deleteBuffer } from './delete-buffer.ts';
import { detachClient } from './detach-client.ts';
import { displayMenu } from './display-menu.ts';
import { displayMessage } from './display-message.ts';
import { displayPanes } from './display-panes.ts';
import { displayPopup } from './display-popup.ts';
import { env } from './env.ts';
import { findWindow } from './find-window.ts';
import { hasSession } from './has-session.ts';
import { ifShell } from './if-shell.ts';
import { joinPane, movePane } from './join-pane.ts';
import { killPane } from './kill-pane.ts';
import { killServer } from './kill-server.ts';
import { killSession } from './kill-session.ts';
import { killWindow } from './kill-window.ts';
import { type Arguments, parseArguments } from './language/arguments.ts';
import type { Word } from './language/syntax.ts';
import { lastPane } from './last-pane.ts';
import { lastWindow } from './last-window.ts';
import { linkWindow } from './link-window.ts';
import { listBuffers } from './list-buffers.ts';
import { listClients } from './list-clients.ts';
import { listCommands } from './list-commands.ts';
import { listKeys } from './list-keys.ts';
import { listPanes } from './list-panes.ts';
import { listSessions } from './list-sessions.ts';
import { listWindows } from './list-windows.ts';
import { loadBuffer } from './load-buffer.ts';
import { lockClient, lockServer, lockSession } from './lock.ts';
import { moveWindow } from './move-window.ts';
import { newSession } from './new-session.ts';
import { newWindow } from './new-window.ts';
import { nextWindow } from './next-window.ts';
import { pasteBuffer } from './paste-buffer.ts';
import { pipePane } from './pipe-pane.ts';
import { previousWindow } from './previous-window.ts';
import { clearPromptHistory, showPromptHistory } from './prompt-history.ts';
import { refreshClient } from './refresh-client.ts';
import { renameSession } from './rename-session.ts';
import { renameWindow } from './rename-window.ts';
import { resizePane } from './resize-pane.ts';
import { resizeWindow } from './resize-window.ts';
import { respawnPane, respawnWindow } from './respawn-pane.ts';
import { restoreSessions } from './restore.ts';
import { rotateWindow } from './rotate-window.ts';
import { runShell } from './run-shell.ts';
import { saveBuffer } from './save-buffer.ts';
import { nextLayout, previousLayout, selectLayout } from './select-layout.ts';
import { selectPane } from './select-pane.ts';
import { selectWindow } from './select-window.ts';
import { sendKeys } from './send-keys.ts';
import { sendPrefix } from './send-prefix.ts';
import { serverAccess } from './server-access.ts';
import { setBuffer } from './set-buffer.ts';
import { setEnvironment } from './set-environment.ts';
import { setHook } from './set-hook.ts';
import { setOption, setWindowOption } from './set-option.ts';
import { showBuffer } from './show-buffer.ts';
import { showEnvironment } from './show-environment.ts';
import { showHooks } from './show-hooks.ts';
import { showMessages } from './show-messages.ts';
import { showOptions, showWindowOptions } from './show-options.ts';
import { sourceFile } from './source-file.ts';
import { splitWindow } from './split-window.ts';
import { startServer } from './start-server.ts';
import { suspendClient } from './suspend-client.ts';
import { swapPane } from './swap-pane.ts';
import { swapWindow } from './swap-window.ts';
import { switchClient } from './switch-client.ts';
import { unbindKey } from './unbind-key.ts';
import { unlinkWindow } from './unlink-window.ts';
import { waitFor } from './wait-for.ts';

/** All commands, sorted by name. */
export const commandTable: readonly Command[] = [
  attachSession,
  bindKey,
  breakPane,
  capturePane,
  chooseBuffer,
  chooseClient,
  chooseTree,
  clearHistory,
  customizeMode,
  clearPromptHistory,
  clockMode,
  commandPrompt,
  confirmBefore,
  copyMode,
  deleteBuffer,
  detachClient,
  displayMenu,
  displayMessage,
  displayPanes,
  displayPopup,
  env,
  findWindow,
  hasSession,
  ifShell,
  joinPane,
  killPane,
  killServer,
  killSession,
  killWindow,
  lastPane,
  lastWindow,
  linkWindow,
  listBuffers,
  listClients,
  listCommands,
  listKeys,
  listPanes,
  listSessions,
  listWindows,
  loadBuffer,
  lockClient,
  lockServer,
  lockSession,
  movePane,
  moveWindow,
  newSession,
  newWindow,
  nextLayout,
  nextWindow,
  pasteBuffer,
  pipePane,
  previousLayout,
  previousWindow,
  refreshClient,
  renameSession,
  renameWindow,
  resizePane,
  resizeWindow,
  respawnPane,
  respawnWindow,
  restoreSessions,
  rotateWindow,
  runShell,
  saveBuffer,
  selectLayout,
  selectPane,
  selectWindow,
  sendKeys,
  sendPrefix,
  serverAccess,
  setBuffer,
  setEnvironment,
  setHook,
  setOption,
  setWindowOption,
  showBuffer,
  showEnvironment,
  showHooks,
  showMessages,
  showOptions,
  showPromptHistory,
  showWindowOptions,
  sourceFile,
  splitWindow,
  startServer,
  suspendClient,
  swapPane,
  swapWindow,
  switchClient,
  unbindKey,
  unlinkWindow,
  waitFor,
];

const byName = new Map(commandTable.map((command) => [command.name, command]));
const byAlias = new Map(commandTable.flatMap((command) => (command.alias ? [[command.alias, command]] : [])));

/** The command of a full name. */
export function findCommand(name: string): Command {
  const found = byName.get(name);
  if (!found) throw new CommandError(`unknown command: ${name}`);
  return found;
}

/** The full name of what was typed: a name, an alias, or the unambiguous beginning of a name. */
export function resolveCommandName(word: string): string {
  const exact = byName.get(word) ?? byAlias.get(word);
  if (exact) return exact.name;
  const hits = commandTable.filter((command) => command.name.startsWith(word)).map((command) => command.name);
  if (hits.length > 1) throw new CommandError(`ambiguous command: ${word}, could be: ${hits.join(', ')}`);
  if (hits.length === 0 || word === '') throw new CommandError(`unknown command: ${word}`);
  return hits[0]!;
}

/** A command's arguments; @throws CommandError with tmux's message, which for -? is the usage. */
export function checkArguments({ name, args }: { name: string; args: readonly Word[] }): Arguments {
  const definition = findCommand(name);
  try {
    return parseArguments(name, definition.args, args);
  } catch (error) {
    if (error instanceof CommandError && error.message === 'usage')
      throw new CommandError(`usage: ${name} ${definition.usage}`);
    throw error;
  }
}
