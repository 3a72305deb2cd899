# What zmx adds to a fish: reports of prompt, command, status, folder and environment
# (src/term/shell-report.ts), and what a restored pane gets back.
#
# fish runs this by --init-command, after its own and all of the user's files. Its history is
# one for all fishes of the user and is written at each command, so it needs no restoring.

set -g __zmx_nonce
set -g __zmx_live
set -g __zmx_followed
set -g __zmx_number 0
set -g __zmx_cwd
set -g __zmx_environment

# Writes a report: to the terminal, wherever the shell's own output goes.
function __zmx_send
    set -g __zmx_number (math $__zmx_number + 1)
    printf '\e]7707;%s;%d;%s\e\\' $__zmx_nonce $__zmx_number $argv[1] >/dev/tty 2>/dev/null
end

# Exports NAME=ENCODED, or erases NAME; of a path variable the value is a list.
function __zmx_assign
    set -l pair (string split -m 1 = -- $argv[1])
    if not set -q pair[2]
        set -e -g $pair[1]
        return
    end
    set -l name $pair[1]
    set -l value (string unescape --style=url -- $pair[2] | string collect)
    # What is as it was stays what it was: a universal variable, say.
    test "$$name" != "$value"; or not set -qx $name; or return
    if string match -q '*PATH' -- $name
        set -gx --path $name (string split : -- $value)
    else
        set -gx $name $value
    end
end

# Takes over the variables that follow the attached client, where the daemon has changed them in
# their file; what the user has set otherwise since stays. `__zmx_follow true` takes note only.
function __zmx_follow
    set -q argv[1]; or set argv __zmx_assign
    test -n "$__zmx_live" -a -r "$__zmx_live"; or return
    set -l lines
    while read -l line
        set -a lines $line
        contains -- $line $__zmx_followed; or $argv[1] $line
    end <$__zmx_live
    set -g __zmx_followed $lines
end

# fish's own umask is a function that takes a while; Linux tells it as well.
function __zmx_umask
    set -l key
    set -l value
    begin
        read key
        read -d \t key value
    end </proc/$fish_pid/status 2>/dev/null
    if test "$key" = Umask:
        echo $value
    else
        umask
    end
end

function __zmx_prompt --on-event fish_prompt
    if test "$PWD" != "$__zmx_cwd"
        set -g __zmx_cwd $PWD
        __zmx_send "cwd;"(string escape --style=url -- $PWD | string collect)
    end
    __zmx_follow
    set -l __zmx_now (__zmx_umask) (set -xL | string match -v -r '^(_|PWD|OLDPWD|SHLVL)( |$)')
    if test "$__zmx_now" != "$__zmx_environment"
        set -g __zmx_environment "$__zmx_now"
        set -l __zmx_fields $__zmx_now[1]
        for __zmx_name in (set -nx | string match -v -r '^(_|PWD|OLDPWD|SHLVL)$')
            # In quotes a path variable is joined by colons and another list by spaces, as it is exported.
            set -a __zmx_fields "$__zmx_name="(string escape --style=url -- "$$__zmx_name" | string collect)
        end
        __zmx_send "environment;"(string join ';' -- $__zmx_fields)
    end
    __zmx_send prompt
end

# A line that the user keeps out of the history stays unnamed.
function __zmx_command --on-event fish_preexec
    set -l line $argv[1]
    if string match -q ' *' -- $line; or test -n "$fish_private_mode"
        set line ''
    end
    __zmx_send "command;"(string escape --style=url -- "$line" | string collect)";"(string escape --style=url -- $PWD | string collect)
end

function __zmx_finished --on-event fish_postexec
    __zmx_send "finished;$status"
end

# Reads and removes the file that the daemon has written for this shell alone; what was is put
# back over what the user's files have set.
function __zmx_begin
    set -l start $ZMX_SHELL_START
    set -e -g ZMX_SHELL_START
    functions -e __zmx_begin
    test -n "$start" -a -r "$start"; or return
    set -l path
    while read -l -d ' ' key value
        switch $key
            case nonce
                set -g __zmx_nonce $value
            case live
                set -g __zmx_live (string unescape --style=url -- $value | string collect)
            case path
                set path (string unescape --style=url -- $value | string collect)
            case umask
                umask $value
            case cwd
                builtin cd (string unescape --style=url -- $value | string collect) 2>/dev/null
            case variable
                __zmx_assign $value
        end
    end <$start
    command rm -f -- $start
    # Start files of a login may set another PATH than the one that has it.
    test -z "$path"; or command -sq zmx; or set -gx PATH $PATH $path
end

__zmx_begin
if test -n "$__zmx_nonce" -a "$TERM" != dumb
    __zmx_follow true
    __zmx_send 'started;fish'
else
    functions -e __zmx_prompt __zmx_command __zmx_finished
end
