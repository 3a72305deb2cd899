#!/bin/bash
# A reboot, to be watched: sessions of a zmx of its own, everything killed, what a reboot
# removes removed, and the sessions as they come back. Ends with 1 if one is not as promised.
#
#     test/e2e/reboot.sh [--pause SECONDS] [--plain]
#
# --pause: between the steps, 2 by default. --plain: without colours.
set -u
pause=2
bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' dim=$'\e[2m' off=$'\e[0m'
while [ $# -gt 0 ]; do
  case $1 in
    --pause) pause=$2; shift ;;
    --plain) bold= green= red= dim= off= ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
  shift
done

package=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
place=$(mktemp -d /tmp/zmx-reboot.XXXXXX)
unset ZMX ZMX_PANE TMUX
export HOME=$place/home SHELL=/bin/bash TERM=xterm-256color
export ZMX_RUNTIME_DIR=$place/run ZMX_STATE_DIR=$place/state ZMX_CONFIG_DIR=$place/config
mkdir -p "$HOME/project"
printf '%s\n' "PS1='\\w\$ '" >"$HOME/.bash_profile"
printf 'a poem\nof two lines\n' >"$HOME/project/poem.txt"
cd "$HOME" || exit 1
failed=0

zmx() { node "$package/dist/src/cli/zmx.main.js" "$@"; }
say() { printf '\n%s%s%s\n' "$bold" "$*" "$off"; sleep "$pause"; }
screen() { zmx capture-pane -p -t "$1" | sed '/^ *$/d'; }
show() {
  printf '%s--- %s ---%s\n' "$dim" "$1" "$off"
  screen "$1"
  sleep "$pause"
}
# until_true COMMAND...: waits for a state that nobody announces
until_true() {
  for _ in $(seq 300); do "$@" && return; sleep 0.1; done
  return 1
}
shows() { screen "$1" | grep -q -e "$2"; }
# promise TEXT COMMAND...: the command comes true, or the demonstration has failed
promise() {
  local text=$1
  shift
  if until_true "$@"; then printf '%s  kept%s    %s\n' "$green" "$off" "$text"
  else printf '%s  BROKEN%s  %s\n' "$red" "$off" "$text"; failed=1
  fi
}
is() { [ "$(zmx display-message -p -t "$1" "$2")" = "$3" ]; }
# Processes of this zmx alone: their environment has its folder.
ours() {
  grep -lz "^ZMX_RUNTIME_DIR=$ZMX_RUNTIME_DIR\$" /proc/[0-9]*/environ 2>/dev/null |
    sed 's/[^0-9]//g' | grep -vx -e $$ -e "$BASHPID"
}
holder() {
  for pid in $(ours); do grep -q '^zmx-holder' "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"; done
}
end() {
  zmx kill-server 2>/dev/null
  until_true none_left
  rm -rf "$place"
}
none_left() { [ -z "$(living)" ]; }
living() {
  for pid in $(ours); do
    case $({ tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null) in
      zmx-holder* | *zmxd.main.js*) echo "$pid" ;;
    esac
  done
}
trap end EXIT

say 'A session with two windows: a shell and vim side by side, and a command that runs.'
zmx new-session -d -s work -n edit -x 100 -y 20
until_true shows work:edit.0 '~\$' || exit 1
zmx send-keys -t work:edit.0 'cd project; export STAGE=test' Enter
until_true shows work:edit.0 'project\$' || exit 1
zmx send-keys -t work:edit.0 'echo what was printed before' Enter
zmx split-window -h -t work:edit -c "$HOME/project"
editor=$(command -v vim || command -v less)
until_true shows work:edit.1 'project\$' || exit 1
zmx send-keys -t work:edit.1 "${editor##*/} poem.txt" Enter
zmx new-window -d -t work:4 -n logs -c "$HOME/project" 'tail -f poem.txt'
until_true shows work:edit.1 'two lines' || exit 1
until_true is work:edit.1 '#{pane_current_command}' "${editor##*/}"
show work:edit.0
show work:edit.1
show work:logs
layout=$(zmx display-message -p -t work:edit '#{window_layout}')
until_true grep -qs -r "${editor##*/} poem.txt" "$ZMX_STATE_DIR/default/environments" || exit 1
sleep 1.5 # what a power cut may cost is the last second

say 'The host goes down: daemon and holder are killed, and with them every program.'
daemon=$(cat "$ZMX_RUNTIME_DIR/default/zmxd.lock")
kill -KILL $(holder) "$daemon"
until_true none_left
rm -rf "$ZMX_RUNTIME_DIR"
printf '%s\n' 'No process is left, and the runtime folder is empty.'

say "What would come back: zmx restore --dry-run"
zmx restore --dry-run

say 'The host is up again: zmx attach work (here: start-server)'
zmx start-server
promise 'the windows have their names, layout and folders' is work:edit '#{window_layout}' "$layout"
promise 'the shell is in its folder' is work:edit.0 '#{pane_current_path}' "$HOME/project"
promise 'its screen is there' shows work:edit.0 'what was printed before'
promise 'each pane says that it was restored, and what ran' shows work:logs "was running: tail -f poem.txt"
promise 'the command waits at the prompt' shows work:edit.1 "project\\\$ ${editor##*/} poem.txt"
promise 'it does not run' is work:edit.1 '#{pane_current_command}' bash
show work:edit.0
show work:edit.1
show work:logs

say 'Enter, in the pane of the editor; and the variable in the pane of the shell.'
zmx send-keys -t work:edit.1 Enter
promise 'the editor is back' is work:edit.1 '#{pane_current_command}' "${editor##*/}"
zmx send-keys -t work:edit.0 'echo the stage is $STAGE' Enter
promise 'so is the environment' shows work:edit.0 'the stage is test'
show work:edit.1

[ "$failed" = 0 ] && say "All as promised." || say "${red}Not as promised.$off"
exit "$failed"
