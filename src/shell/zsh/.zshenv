# What zmx adds to a zsh: reports of prompt, command, status, folder and environment
# (src/term/shell-report.ts), and what a restored pane gets back.
#
# zsh reads this file first since ZDOTDIR leads here. It puts ZDOTDIR back at once, so that zsh
# itself finds all of the user's other files where they are, in its own order. The functions
# are defined before any of them is read, so that no alias of the user is expanded in them.

# Reads and removes the file that the daemon has written for this shell alone.
__zmx_begin() {
  emulate -L zsh
  local start=${ZMX_SHELL_START-} key value
  unset ZMX_SHELL_START ZDOTDIR
  # Its value is not shown by a `set` or `typeset` of the user.
  typeset -gH __zmx_nonce=
  typeset -g __zmx_live= __zmx_cwd= __zmx_environment= __zmx_history= __zmx_path=
  typeset -g __zmx_restored_umask= __zmx_restored_cwd= __zmx_text=
  typeset -gi __zmx_number=0 __zmx_ran=0 __zmx_begun=0
  typeset -ga __zmx_restored=() __zmx_followed=()
  [[ -r $start ]] || return 0
  while IFS=' ' read -r key value; do
    case $key in
      nonce) __zmx_nonce=$value ;;
      live) __zmx_decode "$value"; __zmx_live=$__zmx_text ;;
      path) __zmx_decode "$value"; __zmx_path=$__zmx_text ;;
      history) __zmx_history=$start.history ;;
      umask) __zmx_restored_umask=$value ;;
      cwd) __zmx_decode "$value"; __zmx_restored_cwd=$__zmx_text ;;
      variable) __zmx_restored+=("$value") ;;
      startup) __zmx_decode "$value"; export ZDOTDIR=$__zmx_text ;;
    esac
  done <$start
  command rm -f -- $start
  [[ -o interactive && ${TERM-dumb} != dumb ]] || __zmx_nonce=
  __zmx_follow :
  __zmx_send 'started;zsh'
}

# Sets __zmx_text to $1 with its %XX decoded.
__zmx_decode() {
  __zmx_text=${(g::)1//\%/\\x}
}

# Sets __zmx_text to $1, percent-encoded; byte by byte only where it must be.
__zmx_encode() {
  emulate -L zsh
  __zmx_text=${${1//\%/%25}//;/%3B}
  [[ $__zmx_text == *[^\ -~]* ]] || return 0
  local LC_ALL=C rest=$__zmx_text head byte code
  setopt no_multibyte
  __zmx_text=
  while [[ $rest == *[^\ -~]* ]]; do
    head=${rest%%[^\ -~]*}
    byte=$rest[$#head+1]
    printf -v code '%%%02X' $((#byte & 255))
    __zmx_text+=$head$code
    rest=${rest[$#head+2,-1]}
  done
  __zmx_text+=$rest
}

# Writes a report: to the terminal, wherever the shell's own output goes.
__zmx_send() {
  [[ -z $__zmx_nonce ]] || printf '\e]7707;%s;%d;%s\e\\' "$__zmx_nonce" $((++__zmx_number)) "$1" 2>/dev/null >/dev/tty
}

# Takes over the variables that follow the attached client, where the daemon has changed them in
# their file; what the user has set otherwise since stays. `__zmx_follow :` takes note only.
__zmx_follow() {
  local line
  local -a lines
  [[ -n $__zmx_live && -r $__zmx_live ]] || return 0
  lines=(${(f)"$(<$__zmx_live)"})
  for line in ${lines:|__zmx_followed}; do ${1-__zmx_assign} "$line"; done
  __zmx_followed=($lines)
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

# In precmd_functions.
__zmx_prompt() {
  local -i __zmx_status=$?
  emulate -L zsh
  setopt no_xtrace
  if ((!__zmx_begun)); then __zmx_ready; fi
  if ((__zmx_ran)); then __zmx_send "finished;$__zmx_status"; fi
  __zmx_ran=0
  if [[ $PWD != "$__zmx_cwd" ]]; then
    __zmx_cwd=$PWD
    __zmx_encode "$PWD"
    __zmx_send "cwd;$__zmx_text"
  fi
  __zmx_follow
  __zmx_report_environment
  __zmx_send prompt
}

# Reports the exported variables and the umask if one of them has changed.
__zmx_report_environment() {
  local __zmx_name __zmx_fields __zmx_mask
  local -a __zmx_names=(${(ko)parameters[(R)*export*]})
  __zmx_names=(${__zmx_names:#(_|PWD|OLDPWD|SHLVL)})
  # Its own fork, and only where Linux does not tell it.
  { read -r __zmx_name; read -r __zmx_name __zmx_mask } </proc/$$/status 2>/dev/null
  [[ $__zmx_name == Umask: ]] || __zmx_mask=$(builtin umask)
  for __zmx_name in $__zmx_names; do __zmx_fields+="$__zmx_name=${(P)__zmx_name}"$'\n'; done
  __zmx_fields=$__zmx_mask$'\n'$__zmx_fields
  [[ $__zmx_fields != "$__zmx_environment" ]] || return 0
  __zmx_environment=$__zmx_fields
  __zmx_fields=$__zmx_mask
  for __zmx_name in $__zmx_names; do
    __zmx_encode "${(P)__zmx_name}"
    __zmx_fields+=";$__zmx_name=$__zmx_text"
  done
  __zmx_send "environment;$__zmx_fields"
}

# In preexec_functions. A line that the user keeps out of the history stays unnamed.
__zmx_command() {
  local __zmx_line=$1
  [[ ! -o hist_ignore_space || $1 != ' '* ]] || __zmx_line=
  emulate -L zsh
  setopt no_xtrace
  [[ -z ${HISTORY_IGNORE-} || $1 != ${~HISTORY_IGNORE} ]] || __zmx_line=
  __zmx_ran=1
  __zmx_encode "$__zmx_line"
  __zmx_line=$__zmx_text
  __zmx_encode "$PWD"
  __zmx_send "command;$__zmx_line;$__zmx_text"
}

# At the first prompt, after the user's files: what was is put back over what they have set.
__zmx_ready() {
  local line
  __zmx_begun=1
  for line in $__zmx_restored; do __zmx_assign "$line"; done
  [[ -z $__zmx_restored_umask ]] || builtin umask $__zmx_restored_umask
  [[ -z $__zmx_restored_cwd ]] || builtin cd -q -- "$__zmx_restored_cwd" 2>/dev/null
  [[ -z $__zmx_history ]] || __zmx_recollect
  # Start files of a login may set another PATH than the one that has it.
  [[ -z $__zmx_path ]] || whence -p zmx >/dev/null || PATH=${PATH:+$PATH:}$__zmx_path
  unset __zmx_restored __zmx_restored_umask __zmx_restored_cwd __zmx_history __zmx_path
  # Behind the others, which may change the environment.
  precmd_functions=(${precmd_functions:#__zmx_prompt} __zmx_prompt)
  preexec_functions=(${preexec_functions:#__zmx_command} __zmx_command)
}

# Adds the last commands of the shell before this one to the history, but for those that it has
# written there itself, at an orderly end or at each prompt: up to the last that stands there
# behind the two before it.
__zmx_recollect() {
  emulate -L zsh
  local line had
  local -i last
  local -a newest recent
  newest=("${(@)history}")
  had=$'\n'${(F)${(@Oa)newest[1,1000]}}$'\n'
  # In a list of its own, for what the file's format makes of each line.
  fc -p $__zmx_history 1000 1000
  recent=("${(@Oa)history}")
  fc -P
  command rm -f -- $__zmx_history
  for ((last = $#recent; last > 0; last--)); do
    line=${(F)recent[last > 3 ? last - 2 : 1,last]}
    [[ $had == *$'\n'$line$'\n'* ]] || continue
    shift $last recent
    break
  done
  for line in "${(@)recent}"; do print -sr -- "$line"; done
}

# Just before the first prompt, behind precmd: the user's files may have replaced the lists of functions.
__zmx_late() {
  ((__zmx_begun)) || __zmx_prompt
}

__zmx_begin
if [[ -o interactive ]]; then
  typeset -ga precmd_functions preexec_functions
  precmd_functions+=(__zmx_prompt)
  preexec_functions+=(__zmx_command)
  zmodload zsh/sched 2>/dev/null && sched +0 __zmx_late
fi
# The user's own file of this name, which zsh would have read here.
if [[ -r ${ZDOTDIR-$HOME}/.zshenv ]]; then
  source "${ZDOTDIR-$HOME}/.zshenv"
fi
