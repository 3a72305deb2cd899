import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { entryPath } from '../../src/base/package-root.ts';
import { eventually } from '../support/eventually.ts';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';
import { TerminalDriver } from '../support/terminal-driver.ts';

/** State letter of the first process with this command line, as ps has it; undefined: there is none. */
function stateOf(pids: readonly number[], line: string): string | undefined {
  for (const pid of pids) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim() !== line) continue;
      return /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    } catch {
      // it has ended
    }
  }
  return undefined;
}

describe('job control and portals', { skip: whyNoPortal() ?? false }, () => {
  let portal: PortalHosts;
  let terminal: TerminalDriver;
  before(async () => {
    portal = await PortalHosts.connect();
    const { env, temp } = portal.hosts.laptop;
    terminal = new TerminalDriver('bash', ['--norc', '--noprofile', '-i'], {
      env: { ...env, PS1: 'ready> ', ZMX_PROGRAM: entryPath('cli/zmx'), NODE: process.execPath },
      cwd: temp.home,
    });
    await terminal.waitForScreen(/ready> $/m);
  });
  after(async () => {
    terminal?.dispose();
    await portal?.close();
  });

  it('Ctrl-Z stops the portal and its program as one job, and fg goes on with both', async () => {
    terminal.send(`"$NODE" "$ZMX_PROGRAM" portal devbox:${portal.project} -- cat\r`);
    await eventually(() => stateOf(portal.hosts.laptop.processes(), 'cat') === 'S');
    terminal.send('one\r');
    await terminal.waitForScreen(/one\n+one/);
    terminal.send('\x1a');
    await terminal.waitForScreen(/Stopped/);
    assert.equal(stateOf(portal.hosts.laptop.processes(), 'cat'), 'T');
    terminal.send('fg\r');
    await eventually(() => stateOf(portal.hosts.laptop.processes(), 'cat') === 'S');
    terminal.send('two\r');
    await terminal.waitForScreen(/two\n+two/);
    terminal.send('\x04');
    await terminal.waitForScreen(/two\n+two\n+ready> $/m);
  });

  it("Ctrl-Z in the portal's shell stops the command there, and fg goes on with it", async () => {
    terminal.send(`clear; "$NODE" "$ZMX_PROGRAM" portal devbox:${portal.project}\r`);
    await eventually(() => portal.hosts.devbox.processes().some((pid) => isInteractiveShell(pid)));
    terminal.send('sleep 608\r');
    await eventually(() => stateOf(portal.hosts.devbox.processes(), 'sleep 608') === 'S');
    terminal.send('\x1a');
    await terminal.waitForScreen(/Stopped +sleep 608/);
    assert.equal(stateOf(portal.hosts.devbox.processes(), 'sleep 608'), 'T');
    terminal.send('fg\r');
    await eventually(() => stateOf(portal.hosts.devbox.processes(), 'sleep 608') === 'S');
    terminal.send('\x03');
    await eventually(() => stateOf(portal.hosts.devbox.processes(), 'sleep 608') === undefined);
    terminal.send('exit\r');
    await terminal.waitForScreen(/ready> $/m);
  });

  it('a command there is a job of a shell here: Ctrl-Z, bg, fg and Ctrl-C', async () => {
    const { laptop, devbox } = portal.hosts;
    portal.write('job', '#!/bin/sh\necho begun; sleep 607; echo ended\n', 0o755);
    await laptop.ok('set-option', '-s', 'portal-local', 'bash --norc *');
    const there = () => stateOf(devbox.processes(), 'sleep 607');
    const shell = 'bash --norc --noprofile -i';
    terminal.send(`clear; PS1='in> ' "$NODE" "$ZMX_PROGRAM" portal devbox:${portal.project} -- ${shell}\r`);
    await terminal.waitForScreen(/in> $/m);
    terminal.send('./job\r');
    await terminal.waitForScreen(/begun/);
    await eventually(() => there() === 'S');
    terminal.send('\x1a');
    await terminal.waitForScreen(/Stopped +\.\/job\n+in> $/m);
    await eventually(() => there() === 'T');
    terminal.send('bg; echo waited\r');
    await terminal.waitForScreen(/waited\n+in> $/m);
    await eventually(() => there() === 'S');
    terminal.send('echo the shell $((40 + 2)) reads\r');
    await terminal.waitForScreen(/the shell 42 reads/);
    terminal.send('fg\r');
    await terminal.waitForScreen(/fg\n+\.\/job/);
    terminal.send('\x03');
    await eventually(() => there() === undefined);
    await terminal.waitForScreen(/\^C\n+in> $/m); // what is typed ahead of its end may be the command's
    terminal.send('echo status $?\r');
    await terminal.waitForScreen(/status 130/);
    terminal.send('exit\r');
    await terminal.waitForScreen(/ready> $/m);
    await laptop.ok('set-option', '-s', '-u', 'portal-local');
  });

  it('a program that stops itself where no shell could continue it goes on', async () => {
    const alone = portal.hosts.laptop.open([
      'portal',
      `devbox:${portal.project}`,
      '--',
      process.execPath,
      '-e',
      "process.kill(process.pid, 'SIGSTOP'); console.log('went on');",
    ]);
    await alone.waitForScreen(/went on/);
    assert.equal((await alone.waitForExit()).code, 0);
  });

  it('a command that its agent stops here is stopped there', async () => {
    const { seen, ended } = portal.agent(`
      const child = spawn('bash', ['-c', 'echo begun; exec sleep 609'], { stdio: ['ignore', 'inherit', 'inherit'] });
      child.on('exit', () => console.log('ended'));
      const told = { stop: 'SIGTSTP', go: 'SIGCONT', end: 'SIGTERM' };
      setInterval(() => {
        for (const [name, signal] of Object.entries(told))
          if (fs.existsSync(process.env.HOME + '/' + name)) {
            fs.rmSync(process.env.HOME + '/' + name);
            child.kill(signal);
          }
      }, 20);
      child.on('exit', () => process.exit());`);
    const tell = (name: string) => writeFileSync(join(portal.hosts.laptop.temp.home, name), '');
    await eventually(() => seen.out === 'begun\n');
    const there = () => stateOf(portal.hosts.devbox.processes(), 'sleep 609');
    tell('stop');
    await eventually(() => there() === 'T');
    tell('go');
    await eventually(() => there() === 'S');
    tell('end');
    assert.equal((await ended).out, 'begun\nended\n');
  });
});

function isInteractiveShell(pid: number): boolean {
  try {
    return /^(-?\S*bash|-?\S*sh)\0*$/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
  } catch {
    return false;
  }
}
