# What zmx adds to a bash: reports of prompt, command, status, folder and environment
# (src/term/shell-report.ts), and what a restored pane gets back.
#
# bash reads this file as $ENV of its POSIX mode, the only way to come before the first prompt
# of a login shell without an argument that changes what $0, `logout` and ~/.bash_logout are.
# The mode ends in the first line, and the user's files are read here as bash itself does it.
# All functions are defined before that, so that no alias of the user is expanded in them.

set +o posix
shopt -u inherit_errexit 2>/dev/null
# These are the mode's defaults and no choice of the user.
[[ ${HISTFILE-} != "${HOME-}/.sh_history" ]] || HISTFILE=${HOME-}/.bash_history
[[ ${MAILCHECK-} != 600 ]] || MAILCHECK=60

# Reads and removes the file that the daemon has written for this shell alone.
__zmx_begin() {
  local -
  set +aeu
  local IFS=$' \t\n' __zmx_start=${ZMX_SHELL_START-} __zmx_key __zmx_value
  unset ZMX_SHELL_START ENV
  __zmx_nonce= __zmx_live= __zmx_followed= __zmx_number=0 __zmx_ran=0 __zmx_at=0 __zmx_empty=
  __zmx_cwd= __zmx_environment= __zmx_history= __zmx_path= __zmx_restored_umask= __zmx_restored_cwd= __zmx_restored=()
  [[ -r $__zmx_start ]] || return 0
  while IFS=' ' read -r __zmx_key __zmx_value; do
    case $__zmx_key in
      nonce) __zmx_nonce=$__zmx_value ;;
      live) __zmx_decode "$__zmx_value"; __zmx_live=$__zmx_text ;;
      path) __zmx_decode "$__zmx_value"; __zmx_path=$__zmx_text ;;
      history) __zmx_history=$__zmx_start.history ;;
      umask) __zmx_restored_umask=$__zmx_value ;;
      cwd) __zmx_decode "$__zmx_value"; __zmx_restored_cwd=$__zmx_text ;;
      variable) __zmx_restored+=("$__zmx_value") ;;
      startup) __zmx_decode "$__zmx_value"; export ENV="$__zmx_text" ;;
    esac
  done <"$__zmx_start"
  command rm -f -- "$__zmx_start"
  # PS0, local - and ${name@a} came with 4.4; older shells are restored and report nothing.
  if [[ ${TERM-dumb} == dumb ]] || ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then __zmx_nonce=; fi
  __zmx_follow :
  __zmx_send "started;bash"
}

# Sets __zmx_text to $1 with its %XX decoded.
__zmx_decode() {
  printf -v __zmx_text %b "${1//%/\\x}"
}

# Sets __zmx_text to $1, percent-encoded; byte by byte only where it must be.
__zmx_encode() {
  __zmx_text=${1//%/%25}
  __zmx_text=${__zmx_text//;/%3B}
  __zmx_text=${__zmx_text//$'\n'/%0A}
  [[ $__zmx_text == *[!\ -~]* ]] || return 0
  local LC_ALL=C __zmx_rest=$__zmx_text __zmx_head __zmx_code
  __zmx_text=
  while [[ $__zmx_rest == *[!\ -~]* ]]; do
    __zmx_head=${__zmx_rest%%[!\ -~]*}
    printf -v __zmx_code %d "'${__zmx_rest:${#__zmx_head}:1}"
    printf -v __zmx_code %%%02X $((__zmx_code & 255))
    __zmx_text+=$__zmx_head$__zmx_code
    __zmx_rest=${__zmx_rest:${#__zmx_head}+1}
  done
  __zmx_text+=$__zmx_rest
}

# Writes a report: to the terminal, wherever the shell's own output goes.
__zmx_send() {
  [[ -z $__zmx_nonce ]] || printf '\e]7707;%s;%d;%s\e\\' "$__zmx_nonce" $((++__zmx_number)) "$1" 2>/dev/null >/dev/tty
}

# Takes over the variables that follow the attached client, where the daemon has changed them in
# their file; what the user has set otherwise since stays. `__zmx_follow :` takes note only.
__zmx_follow() {
  local __zmx_line __zmx_lines=()
  [[ -n $__zmx_live && -r $__zmx_live ]] || return 0
  mapfile -t __zmx_lines <"$__zmx_live"
  [[ ${__zmx_lines[*]} != "$__zmx_followed" ]] || return 0
  for __zmx_line in "${__zmx_lines[@]}"; do
    [[ " $__zmx_followed " == *" $__zmx_line "* ]] || "${1-__zmx_assign}" "$__zmx_line"
  done
  __zmx_followed=${__zmx_lines[*]}
}

# Exports NAME=ENCODED, or unsets NAME.
__zmx_assign() {
  if [[ $1 != *=* ]]; then
    unset -v "$1" 2>/dev/null
  else
    __zmx_decode "${1#*=}"
    export "${1%%=*}=$__zmx_text" 2>/dev/null
  fi
}

# Sets __zmx_text to the fields of an environment report, NAME=ENCODED for each exported variable.
__zmx_exported() {
  local __zmx_name __zmx_fields=$1
  for __zmx_name in $(compgen -e); do
    case $__zmx_name in _ | PWD | OLDPWD | SHLVL) continue ;; esac
    [[ -n ${!__zmx_name+set} ]] || continue
    __zmx_encode "${!__zmx_name}"
    __zmx_fields+=";$__zmx_name=$__zmx_text"
  done
  __zmx_functions
  __zmx_text=$__zmx_fields
}

# Adds the exported functions to __zmx_fields, as bash hands them on. More than 96 KiB of them
# would crowd out what is small and matters more.
__zmx_functions() {
  local -
  set -f
  local __zmx_name __zmx_body __zmx_left=98304
  for __zmx_name in $(declare -Fx); do
    case $__zmx_name in declare | -*) continue ;; esac
    __zmx_body=$(declare -f -- "$__zmx_name")
    (((__zmx_left -= ${#__zmx_body}) >= 0)) || return 0
    __zmx_encode "BASH_FUNC_$__zmx_name%%"
    __zmx_fields+=";$__zmx_text="
    __zmx_encode "() ${__zmx_body#*$'\n'}" # behind the line with its name
    __zmx_fields+=$__zmx_text
  done
}

# Prints the umask, all exported functions, and all exported variables, without those that say where the shell is.
__zmx_snapshot() {
  printf '\1'
  builtin umask
  export -f
  OLDPWD= PWD=
  export -p
}

# In PROMPT_COMMAND: with the last status and the traps and snapshot of now; or alone, or with
# `keep`, which leaves $? as it was for what follows. One fork, since to look at each variable
# here would take longer.
__zmx_prompt() {
  local __zmx_status=$? __zmx_flags=$-
  { local -; set +aeETuvx; } 2>/dev/null
  local IFS=$' \t\n' __zmx_traps=unknown __zmx_now=
  if (($# == 2)); then
    __zmx_status=$1 __zmx_traps=${2%%$'\1'*} __zmx_now=${2#*$'\1'}
  fi
  export -n __zmx_ran __zmx_at
  if ((__zmx_ran)); then
    ((++__zmx_number)) # of the command, reported by a subshell
    # A line that ran in a subshell of its own: ours was not asked.
    if ((__zmx_armed && __zmx_at == __zmx_histcmd)) && [[ $__zmx_traps == *__zmx_named* ]]; then
      local __zmx_line=
      __zmx_begun
    fi
    __zmx_send "finished;$__zmx_status"
  fi
  [[ -z $__zmx_history ]] || __zmx_recollect
  if [[ $PWD != "$__zmx_cwd" ]]; then
    __zmx_cwd=$PWD
    __zmx_encode "$PWD"
    __zmx_send "cwd;$__zmx_text"
  fi
  __zmx_follow
  if [[ -z $__zmx_now ]]; then
    __zmx_now=$(__zmx_snapshot)
    __zmx_now=${__zmx_now#$'\1'}
  fi
  if [[ $__zmx_now != "$__zmx_environment" ]]; then
    __zmx_environment=$__zmx_now
    __zmx_exported "${__zmx_now%%$'\n'*}"
    __zmx_send "environment;$__zmx_text"
  fi
  [[ ${PS0-} == *__zmx_command* ]] || PS0=${PS0-}'${__zmx_nonce:+${__zmx_empty:$((__zmx_ran=1,__zmx_at=HISTCMD,0)):0}$(__zmx_command)}'
  __zmx_ran=0 __zmx_histcmd=$HISTCMD __zmx_armed=0
  __zmx_send prompt
  # Under `set -e` a status that is not 0 would end the shell.
  [[ ${1-} != keep || $__zmx_flags == *e* ]] || return "$__zmx_status"
  # Where a line that repeats the last one enters the history no more than one that is hidden,
  # the first command that runs tells them apart. Last, or the trap would see what follows here.
  if [[ $__zmx_traps != unknown ]] && [[ :${HISTCONTROL-}: == *:ignore[sb]* || -n ${HISTIGNORE-} ]]; then
    __zmx_arm "$__zmx_traps"
  fi
}

# Adds the last commands of the shell before this one to the history, but for those that it has
# written there itself, at an orderly end or at each prompt: up to the last that stands there
# behind the two before it.
__zmx_recollect() {
  local __zmx_line __zmx_before= __zmx_had= __zmx_lines=() __zmx_commands=() __zmx_end __zmx_block
  mapfile -t __zmx_lines <"$__zmx_history"
  command rm -f -- "$__zmx_history"
  __zmx_history=
  # Each command comes behind a line with the time, which is the same for all.
  for __zmx_line in "${__zmx_lines[@]}"; do
    if [[ $__zmx_line == "$__zmx_lines" ]]; then __zmx_commands+=(''); else __zmx_commands[-1]+=$__zmx_line$'\n'; fi
  done
  # A history file without times has a command of several lines as so many.
  while read -r __zmx_line; do
    [[ $__zmx_line =~ ^[0-9]+[*\ ]\ (.*) ]] && __zmx_line=${BASH_REMATCH[1]}
    [[ $__zmx_line == "$__zmx_before" ]] || __zmx_had+=$__zmx_line$'\n'
    __zmx_before=$__zmx_line
  done <<<"$(HISTTIMEFORMAT= builtin history 1000)"
  for ((__zmx_end = ${#__zmx_commands[@]}; __zmx_end > 0; __zmx_end--)); do
    printf -v __zmx_block %s "${__zmx_commands[@]:__zmx_end > 3 ? __zmx_end - 3 : 0:__zmx_end > 3 ? 3 : __zmx_end}"
    [[ $'\n'$__zmx_had == *$'\n'"$__zmx_block"* ]] || continue
    __zmx_commands=("${__zmx_commands[@]:__zmx_end}")
    break
  done
  for __zmx_line in "${__zmx_commands[@]}"; do builtin history -s -- "${__zmx_line%$'\n'}"; done
}

# Sets a DEBUG trap for one command line; the user's, $1 as `trap -p` shows it, goes on in it
# and is back before that line's first command runs.
__zmx_arm() {
  __zmx_armed=1
  [[ $1 != *__zmx_named* ]] || return 0
  __zmx_trap=${1:-trap - DEBUG}
  eval "set -- ${1:-trap -- '' DEBUG}"
  trap 'if ((__zmx_ran)); then __zmx_last=$_; eval "$__zmx_trap"; __zmx_named "$BASH_COMMAND"; : "$__zmx_last"; fi'$'\n'"${3-}" DEBUG
}

# In PS0, in a subshell. A line that the user keeps out of the history stays unnamed.
__zmx_command() {
  local -
  set +aeETuvx
  local __zmx_line=
  if ((__zmx_at > __zmx_histcmd)) || [[ -o history && :${HISTCONTROL-}: != *:ignore[sb]* && -z ${HISTIGNORE-} ]]; then
    __zmx_recall
    # bash-preexec makes bash keep such lines, which the user has asked it not to.
    [[ -z ${bash_preexec_imported-}${__bp_imported-} || $__zmx_line != ' '* ]] || __zmx_line=
  elif ((__zmx_armed)); then
    return
  fi
  __zmx_begun
}

# As DEBUG trap, before the first command of a line that did not enter the history: it repeats
# the last one if it is the same, but for blanks, up to the first operator.
__zmx_named() {
  local -
  set +aeETuvx
  local __zmx_line=
  ((__zmx_at == __zmx_histcmd)) || return 0
  __zmx_recall
  [[ ${__zmx_line//[[:space:]]/} == "${1//[[:space:]]/}"?([\;\&\|]*) && -o history ]] || __zmx_line=
  __zmx_begun
}

# Sets __zmx_line to the newest line of the history.
__zmx_recall() {
  __zmx_line=$(HISTTIMEFORMAT= builtin history 1)
  [[ $__zmx_line =~ ^\ *[0-9]+[*\ ]\ (.*) ]] && __zmx_line=${BASH_REMATCH[1]}
}

__zmx_begun() {
  __zmx_encode "$__zmx_line"
  __zmx_line=$__zmx_text
  __zmx_encode "$PWD"
  __zmx_send "command;$__zmx_line;$__zmx_text"
}

# After the user's files, with their DEBUG trap: what was is put back over what they have set, and the prompt reports from now on.
__zmx_ready() {
  local -
  set +aeETu
  # A function sees no DEBUG trap.
  local __zmx_line __zmx_entry='__zmx_prompt "$?" "$({ trap -p DEBUG; __zmx_snapshot; } 2>/dev/null)"'
  for __zmx_line in "${__zmx_restored[@]}"; do __zmx_assign "$__zmx_line"; done
  [[ -z $__zmx_restored_umask ]] || builtin umask "$__zmx_restored_umask"
  [[ -z $__zmx_restored_cwd ]] || builtin cd -- "$__zmx_restored_cwd" 2>/dev/null
  # Start files of a login may set another PATH than the one that has it.
  [[ -z $__zmx_path ]] || type -P zmx >/dev/null || PATH=${PATH:+$PATH:}$__zmx_path
  unset __zmx_restored __zmx_restored_umask __zmx_restored_cwd __zmx_path
  [[ -n $__zmx_nonce ]] || return 0
  if [[ -n ${bash_preexec_imported-}${__bp_imported-} ]]; then
    precmd_functions+=(__zmx_prompt)
  elif [[ ${PROMPT_COMMAND@a} == *x* ]] || ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 501)); then
    # One string, which a child may inherit: there it must do nothing. Before the others: behind them $? would be theirs.
    PROMPT_COMMAND='${__zmx_nonce:+__zmx_prompt keep}'${PROMPT_COMMAND:+$'\n'$PROMPT_COMMAND}
  elif [[ -n $1 ]]; then
    # A DEBUG trap that waits for the first command after the user's own entry must not take ours for it.
    PROMPT_COMMAND=("$__zmx_entry" "${PROMPT_COMMAND[@]}")
  else
    # Behind the others, which may change the environment.
    PROMPT_COMMAND+=("$__zmx_entry")
  fi
}

__zmx_begin
# bash(1), INVOCATION: what an interactive shell reads.
if shopt -q login_shell; then
  [[ ! -r /etc/profile ]] || . /etc/profile
  if [[ -r ${HOME-}/.bash_profile ]]; then
    . "$HOME/.bash_profile"
  elif [[ -r ${HOME-}/.bash_login ]]; then
    . "$HOME/.bash_login"
  elif [[ -r ${HOME-}/.profile ]]; then
    . "$HOME/.profile"
  fi
else
  # The system's file is there where bash was built to read one.
  [[ ! -r /etc/bash.bashrc ]] || . /etc/bash.bashrc
  [[ ! -r ${HOME-}/.bashrc ]] || . "$HOME/.bashrc"
fi
__zmx_ready "$(trap -p DEBUG)"
