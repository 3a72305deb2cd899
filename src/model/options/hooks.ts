import type { OptionDefinition } from './define.ts';

/**
 * Hooks are array options whose values are commands (HOOKS in tmux(1)). They have no
 * default, and besides these there is one after each command: after-NAME.
 */
const EVENTS = new Set([
  'alert-activity',
  'alert-bell',
  'alert-silence',
  'client-active',
  'client-attached',
  'client-detached',
  'client-focus-in',
  'client-focus-out',
  'client-resized',
  'client-session-changed',
  'pane-died',
  'pane-exited',
  'pane-focus-in',
  'pane-focus-out',
  'pane-mode-changed',
  'pane-set-clipboard',
  'session-closed',
  'session-created',
  'session-renamed',
  'session-window-changed',
  'window-layout-changed',
  'window-linked',
  'window-pane-changed',
  'window-renamed',
  'window-resized',
  'window-unlinked',
]);

export function isHook(name: string): boolean {
  return EVENTS.has(name) || /^after-[a-z-]+$/.test(name);
}

export function hookDefinition(name: string): OptionDefinition {
  return { name, scope: 'session', type: 'command', default: [], array: true, separator: '' };
}
