import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../base/package-root.ts';
import { ZmxError } from '../protocol/errors.ts';

const SUMMARY = `zmx: terminal sessions that outlive everything, and a portal for coding agents

usage: zmx [-L name] [-S socket] [-f file] [command [flags]]

Sessions (tmux's names, flags and targets; zmx list-commands prints all)
  zmx attach NAME            attach session NAME, made if it does not exist
  zmx attach NAME@HOST       the same on another host
  zmx ls [--all]             sessions here, or on every host
  zmx new -s NAME [CMD]      a new session
  zmx env PANE               the environment of a pane's shell (%3, work:1.0)
  zmx upgrade-daemon         replace the daemon under its programs
  zmx restore [--list | --dry-run] [--from N]   sessions from a snapshot
  zmx kill-session -t NAME   end one; zmx kill-server ends all

The past
  zmx replay [PANE]          play what a pane showed; zmx export writes an asciicast
  zmx log search TEXT        in what all panes printed

Other hosts
  zmx key                    this machine's public key
  zmx authorize KEY [NOTE]   let the machine with KEY in
  zmx host add [--forward-agent] NAME tcp://ADDRESS:PORT SERVERKEY
  zmx host list | remove NAME
  zmx daemon [--listen ADDRESS:PORT]   the daemon in the foreground

Portals: programs here, their files and commands on a host
  zmx portal HOST:DIR [-- PROGRAM]     a shell or coding agent; C-b A in a session
  zmx exec HOST[:DIR] -- COMMAND       one command there
  zmx cp SOURCE... TARGET              copy; HOST:PATH is on a host
  zmx mount HOST:DIR LOCAL             the files alone; zmx mount -u LOCAL ends it
  zmx doctor                           what is missing on this machine, and the remedy
  zmx demo                             the portal on one machine, with a host of its own

In a session the prefix is C-b: C-b ? lists the keys, C-b d detaches.

zmx help TOPIC opens a manual page: zmx, portal, protocol
`;

/** Manual pages by the word after `zmx help`. */
const PAGES: Readonly<Record<string, string>> = {
  zmx: 'zmx.1',
  protocol: 'zmx-protocol.7',
  portal: 'zmx-portal.1',
};

/** `zmx help`: the summary, or the manual page of a topic. */
export async function help(topic: string | undefined): Promise<number> {
  if (topic === undefined) {
    process.stdout.write(SUMMARY);
    return 0;
  }
  const file = join(packageRoot, 'man', PAGES[topic] ?? 'zmx.1');
  if (!existsSync(file))
    throw new ZmxError('ENOENT', `no manual page for ${topic}; there are: ${Object.keys(PAGES).join(', ')}`);
  const shown = spawnSync('man', [file], { stdio: 'inherit' });
  if (shown.error) throw new ZmxError('ENOENT', `man(1) is missing; the page is ${file}`);
  return shown.status ?? 1;
}
