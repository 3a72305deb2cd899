/** The tmux whose commands, formats and options zmx has: configurations and plugins decide by it what they may use. */
export const TMUX_VERSION = '3.3a';
