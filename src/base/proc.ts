import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** What /proc/PID/stat tells of a process; see proc_pid_stat(5). */
export interface ProcessStat {
  readonly pid: number;
  readonly name: string;
  readonly group: number;
  readonly session: number;
  /** Process group in the foreground of its terminal; -1 without one. */
  readonly foreground: number;
  /** When it began, in clock ticks since the boot: with the pid, it names one process. */
  readonly started: number;
}

/** undefined once the process has gone. */
export function processStat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name may hold spaces and parentheses: the fields begin after the last one.
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  return {
    pid,
    name: text.slice(text.indexOf('(') + 1, nameEnd),
    group: Number(fields[2]),
    session: Number(fields[3]),
    foreground: Number(fields[5]),
    started: Number(fields[19]),
  };
}

/** Every process group in the session, its leader's own first. */
export function groupsOfSession(session: number): number[] {
  const groups = new Set([session]);
  for (const stat of allProcesses()) if (stat.session === session) groups.add(stat.group);
  return [...groups];
}

/** The process that a terminal's user would name: the leader of the foreground group, or who is left of it. */
export function foregroundProcess(leader: number): ProcessStat | undefined {
  const own = processStat(leader);
  if (!own || own.foreground <= 0) return own;
  const foreground = processStat(own.foreground);
  if (foreground) return foreground;
  for (const stat of allProcesses()) if (stat.group === own.foreground) return stat;
  return own;
}

/** The command's name without folder and a login shell's dash; the kernel's name for it where it shows no arguments. */
export function commandName(stat: ProcessStat): string {
  try {
    const [first = ''] = readFileSync(`/proc/${stat.pid}/cmdline`, 'utf8').split('\0');
    return basename(first.replace(/^-/, '')) || stat.name;
  } catch {
    return stat.name;
  }
}

/** '' where it cannot be known. */
export function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '');
  } catch {
    return '';
  }
}

function* allProcesses(): Generator<ProcessStat> {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = processStat(Number(name));
    if (stat) yield stat;
  }
}
