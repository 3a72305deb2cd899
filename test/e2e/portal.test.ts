import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { entryPath } from '../../src/base/package-root.ts';
import { eventually } from '../support/eventually.ts';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';

/** Bytes in which a lost, repeated or swapped piece shows. */
const numbered = (lines: number) => Array.from({ length: lines }, (_, at) => `${at + 1}\n`).join('');

describe('zmx portal', { skip: whyNoPortal() ?? false }, () => {
  let portal: PortalHosts;
  before(async () => {
    portal = await PortalHosts.connect();
  });
  after(() => portal?.close());

  const answers = async (script: string, env?: Record<string, string>) => {
    const { code, out, err } = await portal.agent(script, env).ended;
    assert.equal(code, 0, err);
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  };

  it('runs the program here, and its commands in the project on the host, with their input, output and end', async () => {
    const [here, there, typed, killed, missing] = await answers(`
      tell([require('node:os').hostname(), process.cwd()]);
      tell(sh('hostname; pwd; echo wrong >&2; exit 7'));
      tell(sh('cat; echo "$1"', { input: 'gr\\u00fc\\u00dfe\\n' }));
      tell(sh('kill -TERM $$'));
      tell(run('bash', ['no-such-script']).status);`);
    assert.deepEqual(here, [hostname(), portal.project]);
    assert.deepEqual(there, { status: 7, signal: null, out: `devbox\n${portal.project}\n`, err: 'wrong\n' });
    assert.deepEqual(typed, { status: 0, signal: null, out: 'gr\u00fc\u00dfe\n\n', err: '' });
    assert.deepEqual(killed, { status: null, signal: 'SIGTERM', out: '', err: '' });
    assert.equal(missing, 127);
  });

  it('shows each side what the other has written, before a command starts and when it has ended', async () => {
    const told = await answers(`
      fs.writeFileSync('mine', 'written here');
      tell(sh('cat mine; printf "written there" > theirs; printf more >> mine; rm -f gone').out);
      tell([fs.readFileSync('theirs', 'utf8'), fs.readFileSync('mine', 'utf8')]);
      fs.renameSync('theirs', 'renamed');
      tell(sh('ls theirs renamed').out);
      const temporary = require('node:os').tmpdir() + '/note';
      fs.writeFileSync(temporary, 'in the scratch folder');
      tell(sh('cat ' + temporary + '; echo "$TMPDIR/answer"; printf yes > "$TMPDIR/answer"').out);
      tell(fs.readFileSync(require('node:os').tmpdir() + '/answer', 'utf8'));`);
    const [read, both, listed, note, answer] = told as [string, string[], string, string, string];
    assert.equal(read, 'written here');
    assert.deepEqual(both, ['written there', 'written heremore']);
    assert.equal(listed, 'renamed\n');
    assert.match(note, /^in the scratch folder\/srv\/tmp\/zmx-portal-.*\/answer\n$/);
    assert.equal(answer, 'yes');
    assert.equal(portal.read('renamed'), 'written there');
  });

  it("runs the project's own executables there, and scripts, git and settings of this machine here", async () => {
    portal.write('scripts/x', '#!/bin/sh\nhostname; echo "$@"\n', 0o755);
    const { home } = portal.hosts.laptop.temp;
    writeFileSync(join(home, 'hook.sh'), '#!/bin/sh\nhostname\n', { mode: 0o755 });
    mkdirSync(join(home, 'repository'));
    const [own, hook, byShell, git, setting, fixed] = await answers(`
      const home = process.env.HOME;
      tell(run('./scripts/x', ['a b', 'c']).out);
      tell(run(home + '/hook.sh').out);
      tell(run('bash', [home + '/hook.sh']).out);
      run('git', ['init', '-q', '--bare', home + '/repository']);
      tell(run('git', ['--git-dir', home + '/repository', 'rev-parse', '--is-bare-repository']).out);
      fs.writeFileSync(home + '/setting.new', 'kept');
      fs.renameSync(home + '/setting.new', home + '/setting');
      tell(fs.readFileSync(home + '/setting', 'utf8'));
      tell(fs.existsSync('scripts/x') && fs.readFileSync('scripts/x', 'utf8').startsWith('#!/bin/sh'));`);
    assert.equal(own, 'devbox\na b c\n');
    assert.equal(hook, `${hostname()}\n`);
    assert.equal(byShell, `${hostname()}\n`);
    assert.equal(git, 'true\n');
    assert.equal(setting, 'kept');
    assert.equal(fixed, true);
    assert.equal(readFileSync(join(home, 'setting'), 'utf8'), 'kept');
  });

  it('tells of links that lead out of the project, and keeps writes from what they lead to here', async () => {
    const outside = join(portal.hosts.laptop.temp.home, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'kept'), 'as it was');
    symlinkSync(outside, portal.there(join(portal.project, 'out')));
    const { out, err } = await portal.agent(`
      tell([fs.readlinkSync('out'), fs.readFileSync('out/kept', 'utf8')]);
      try { fs.writeFileSync('out/kept', 'changed'); } catch (error) { tell(error.code); }`).ended;
    assert.deepEqual(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
      [[outside, 'as it was'], 'EROFS'],
    );
    assert.match(err, new RegExp(`out -> ${outside}`));
    assert.equal(readFileSync(join(outside, 'kept'), 'utf8'), 'as it was');
    rmSync(portal.there(join(portal.project, 'out')));
  });

  it("leaves what is beyond the project's root to this machine, read-only where a link leads there later", async () => {
    const beside = `beside-${portal.project.slice('/srv/'.length)}`;
    mkdirSync(join('/srv', beside));
    writeFileSync(join('/srv', beside, 'kept'), 'as it was');
    try {
      const { out, err } = await portal.agent(`
        const write = (path) => { try { fs.writeFileSync(path, 'changed'); return 'written'; } catch (error) { return error.code; } };
        tell([write('../${beside}/before'), sh('mkdir deep; ln -s ../../${beside} deep/out; cat deep/out/kept').status]);
        tell([write('deep/out/kept'), write('deep/out/new'), write('../${beside}/before'), fs.readFileSync('deep/out/kept', 'utf8')]);
        fs.symlinkSync('${portal.hosts.laptop.temp.home}', 'home');
        tell([write('home/own'), fs.readlinkSync('deep/out')]);
        fs.symlinkSync('inner', 'within');
        fs.mkdirSync('inner');
        tell([write('within/file'), fs.readFileSync('inner/file', 'utf8')]);`).ended;
      assert.deepEqual(
        out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
        [
          ['written', 1], // the host has no such file
          ['EROFS', 'EROFS', 'EROFS', 'as it was'],
          ['written', `../../${beside}`],
          ['written', 'changed'],
        ],
      );
      assert.match(err, new RegExp(`deep/out -> /srv/${beside}: leads out of the project, .* read-only`));
      assert.match(err, /home -> .*: leads out of the project, .* not protected/);
      assert.equal(readFileSync(join('/srv', beside, 'kept'), 'utf8'), 'as it was');
    } finally {
      rmSync(join('/srv', beside), { recursive: true });
      for (const name of ['deep', 'home', 'inner', 'within'])
        rmSync(portal.there(join(portal.project, name)), { recursive: true, force: true });
    }
  });

  it('passes arguments, output and environment of any size whole, to whatever the output is', async () => {
    const lines = 200_000;
    const [long, appended, marker] = await answers(
      `
      const script = 'echo ' + 'x'.repeat(100000) + ' | wc -c';
      tell(sh(script).out.trim());
      const file = process.env.HOME + '/output';
      fs.writeFileSync(file, 'before\\n');
      const fd = fs.openSync(file, 'a');
      spawnSync('bash', ['-c', 'seq ${lines}'], { stdio: ['ignore', fd, 'inherit'] });
      tell(fs.readFileSync(file, 'utf8') === 'before\\n' + Array.from({ length: ${lines} }, (_, i) => i + 1 + '\\n').join(''));
      tell(sh('echo $MARKER $SECRET_TOKEN $HOME', { env: { ...process.env, MARKER: 'set', SECRET_TOKEN: 'no' } }).out);`,
    );
    assert.equal(long, '100001');
    assert.equal(appended, true);
    assert.equal(marker, `set ${portal.hosts.devbox.temp.home}\n`);
  });

  it('runs many commands at once, the output of each whole, and those that are killed at once', async () => {
    const [ends] = (await answers(`
      const whole = (length, status) => new Promise((resolve) => {
        const child = spawn('bash', ['-c', 'head -c ' + length + ' /dev/zero; exit ' + status]);
        let received = 0;
        child.stdout.on('data', (bytes) => { received += bytes.length; });
        child.on('close', (code) => resolve(received === length && code === status ? 'whole' : [length, received, code]));
      });
      const killed = () => new Promise((resolve) => {
        const child = spawn('bash', ['-c', 'exec sleep 4321']);
        child.on('close', (_, signal) => resolve(signal));
        child.on('spawn', () => child.kill());
      });
      const all = Array.from({ length: 80 }, (_, at) => (at % 4 === 0 ? killed() : whole(at * 2500, at)));
      Promise.all(all).then(tell);`)) as [string[]];
    assert.deepEqual(
      ends,
      Array.from({ length: 80 }, (_, at) => (at % 4 === 0 ? 'SIGTERM' : 'whole')),
    );
    await eventually(() => portal.onDevbox("ps -e -o args= | grep -c '^sleep 4321$' || true") === '0\n');
  });

  it('passes arguments, folders and environment that are not UTF-8, byte by byte', async () => {
    // node passes text only: a shell of this machine makes the bytes
    const script = join(portal.hosts.laptop.temp.home, 'bytes.sh');
    const there = `printf "%s,%s,%s" "$1" "$MARKER" "\${PWD##*/}" | od -An -tx1 -v`;
    writeFileSync(
      script,
      `folder=$(printf 'caf\\351'); mkdir "$folder"; cd "$folder" || exit
      MARKER=$(printf '\\377\\303\\274') exec bash -c '${there}' sh "$(printf 'a\\200b')"`,
    );
    const [{ out, err }] = (await answers(`tell(run('sh', [${JSON.stringify(script)}]));`)) as [
      { out: string; err: string },
    ];
    assert.equal(out, ' 61 80 62 2c ff c3 bc 2c 63 61 66 e9\n', err);
  });

  it("runs the project's own executables here where portal-local says so", async () => {
    const { laptop } = portal.hosts;
    portal.write('here/script', '#! /bin/sh  -u \nhostname; echo "$0" "$@"; ./here/inner\n', 0o755);
    portal.write('here/inner', '#!/usr/bin/env node\nconsole.log(require("os").hostname())\n', 0o755);
    portal.write('here/lost', '#!/no/such/interpreter\n', 0o755);
    portal.write('here/foreign', '\x7fELF of another kind', 0o755);
    portal.onDevbox('cp /usr/bin/printf here/program');
    await laptop.ok('exec', 'devbox', '--', 'true'); // the laptop's daemon runs
    await laptop.ok('set-option', '-s', 'portal-local', '*');
    try {
      const seen = await answers(`
        tell(run('./here/script', ['a', 'b c']));
        tell(run('./here/program', ['%s|', 'x', 'y z']));
        tell(run('./here/lost'));
        tell(run('./here/foreign'));`);
      const why = 'runs on this machine by portal-local, which cannot run';
      const host = hostname();
      assert.deepEqual(seen, [
        { status: 0, signal: null, out: `${host}\n./here/script a b c\n${host}\n`, err: '' },
        { status: 0, signal: null, out: 'x|y z|', err: '' },
        {
          status: 127,
          signal: null,
          out: '',
          err: `zmx portal: ./here/lost: ${why} its interpreter /no/such/interpreter\n`,
        },
        {
          status: 126,
          signal: null,
          out: '',
          err: `zmx portal: ./here/foreign: ${why} it: Exec format error\n`,
        },
      ]);
    } finally {
      await laptop.ok('set-option', '-s', '-u', 'portal-local');
    }
  });

  it('passes arguments of the program itself byte by byte', async () => {
    const { laptop } = portal.hosts;
    const line =
      'exec "$0" "$1" portal "$2" -- od -An -tx1 "$(printf "%s/a\\200b" "$HOME")" "$(printf "%s/\\303\\244" "$HOME")"';
    const bytes = (name: readonly number[]) =>
      Buffer.concat([Buffer.from(`${laptop.temp.home}/`), Buffer.from(name)]);
    writeFileSync(bytes([0x61, 0x80, 0x62]), 'one');
    writeFileSync(bytes([0xc3, 0xa4]), 'two');
    const argv = ['-c', line, process.execPath, entryPath('cli/zmx'), `devbox:${portal.project}`];
    const { stdout } = await promisify(execFile)('sh', argv, { env: laptop.env, cwd: laptop.temp.home });
    assert.equal(stdout, ' 6f 6e 65 74 77 6f\n');
  });

  it('ends the processes there when the command is killed here, and passes signals to its group', async () => {
    const [status, pid] = (await answers(`
      const child = spawn('bash', ['-c', 'trap "exit 5" TERM; echo $$; sleep 600 & wait'], { detached: true });
      child.stdout.once('data', () => process.kill(-child.pid, 'SIGTERM'));
      child.on('exit', (code) => {
        tell(code);
        const other = spawn('bash', ['-c', 'echo $$; sleep 600 & wait'], { detached: true });
        other.stdout.once('data', (data) => {
          process.kill(-other.pid, 'SIGKILL');
          tell(Number(data));
          process.exit();
        });
      });`)) as [number, number];
    assert.equal(status, 5);
    await eventually(() => !isAlive(pid), { what: 'the killed command has ended on the host' });
  });

  it('goes on when the connection is cut and the daemon there is killed', async () => {
    portal.write('counted', numbered(1000));
    const { seen, ended } = portal.agent(`
      const child = spawn('bash', ['-c', 'for i in $(seq 60); do echo $i; sleep 0.05; done; exit 3'], { stdio: ['ignore', 'inherit', 'inherit'] });
      child.on('exit', (code) => console.log('status', code, fs.readFileSync('counted', 'utf8').length, sh('cat counted | wc -l').out.trim()));`);
    for (const line of ['\n5\n', '\n25\n']) {
      await eventually(() => seen.out.includes(line));
      process.kill(portal.hosts.devbox.daemonPid(), 'SIGKILL');
      portal.hosts.proxy.cut();
    }
    const { out, err } = await ended;
    assert.equal(out, `${numbered(60)}status 3 ${numbered(1000).length} 1000\n`, err);
  });

  it('lets a command be ended while the host is out of reach', async () => {
    const { seen, ended } = portal.agent(`
      const child = spawn('bash', ['-c', 'echo begun; exec sleep 604'], { stdio: ['ignore', 'inherit', 'inherit'] });
      child.on('exit', (code, signal) => console.log('ended by', signal));`);
    await eventually(() => seen.out.includes('begun'));
    portal.hosts.proxy.refuse(true);
    portal.hosts.proxy.cut();
    await eventually(() => {
      // again and again, since the portal has to notice the cut first
      for (const pid of portal.hosts.laptop.processes())
        if (commandOf(pid) === 'bash -c echo begun; exec sleep 604') process.kill(pid, 'SIGTERM');
      return seen.out.includes('ended by SIGTERM');
    });
    portal.hosts.proxy.refuse(false);
    assert.equal((await ended).code, 0);
    await eventually(() => !portal.hosts.devbox.processes().some((pid) => commandOf(pid) === 'sleep 604'));
  });

  it('gives commands up after portal-timeout: one that runs, and one that comes while the host is away', async () => {
    await portal.hosts.laptop.ok('exec', 'devbox', '--', 'true'); // the laptop's daemon runs
    await portal.hosts.laptop.ok('set-option', '-s', 'portal-timeout', '1');
    const { seen, ended } = portal.agent(`
      const child = spawn('bash', ['-c', 'echo begun; exec sleep 607'], { stdio: ['ignore', 'inherit', 'inherit'] });
      child.on('exit', (code) => {
        const later = sh('true');
        console.log(code, later.status, later.err.trim());
      });`);
    await eventually(() => seen.out.includes('begun'));
    await portal.hosts.laptop.ok('set-option', '-su', 'portal-timeout');
    portal.hosts.proxy.refuse(true);
    portal.hosts.proxy.cut();
    const { out, err } = await ended;
    const line = 'zmx portal: outcome unknown: the host has been out of reach for 1 s (portal-timeout)';
    assert.equal(out, `begun\n255 255 ${line}\n`);
    assert.equal(err, `${line}\n`);
    portal.hosts.proxy.refuse(false);
    await portal.nothingLeft();
  });

  it('tells that the outcome is unknown when the holder there is lost', async () => {
    const { seen, ended } = portal.agent(`
      const child = spawn('bash', ['-c', 'echo $PPID; sleep 600'], { stdio: ['ignore', 'inherit', 'inherit'] });
      child.on('exit', (code) => console.log('status', code));`);
    await eventually(() => /^\d+\n/.test(seen.out));
    process.kill(Number(seen.out), 'SIGKILL');
    const { out, err } = await ended;
    assert.match(out, /status 255/);
    assert.match(err, /outcome unknown: /);
  });

  it("gives the user's shell on the host a terminal, with its keys, signals and size", async () => {
    const terminal = portal.hosts.laptop.open(['portal', `devbox:${portal.project}`]);
    terminal.send('echo on $(hostname) in $PWD\r');
    await terminal.waitForScreen((screen) => screen.includes(`on devbox in ${portal.project}`));
    terminal.send('sleep 600; echo status $?\r');
    await eventually(() => portal.hosts.devbox.processes().some((pid) => commandOf(pid) === 'sleep 600'));
    terminal.send('\x03');
    await terminal.waitForScreen(/status 130|\^C/);
    terminal.resize(101, 31);
    await eventually(async () => {
      terminal.send('clear; stty size\r');
      await terminal.waitForScreen(/\d+ \d+/);
      return terminal.screen().includes('31 101');
    });
    terminal.send('exit 9\r');
    assert.equal((await terminal.waitForExit()).code, 9);
  });

  it('leaves nothing behind when it ends, and when it is killed, alone and with the daemon here', async () => {
    await portal.nothingLeft();
    for (const withDaemon of [false, true]) {
      const { child, seen, ended } = portal.agent(`
        spawn('bash', ['-c', 'setsid sleep 601 & trap "" TERM HUP; sleep 602'], { stdio: 'ignore' });
        spawn('sleep', ['603'], { stdio: 'ignore', detached: true });
        sh('true');
        console.log('ready');
        setInterval(() => {}, 1000);`);
      await eventually(() => seen.out.includes('ready'));
      if (withDaemon) process.kill(portal.hosts.laptop.daemonPid(), 'SIGKILL');
      child.kill('SIGKILL');
      await ended;
      await portal.nothingLeft();
    }
  });

  it('refuses a folder that this machine needs, and says how to go on', async () => {
    const { code, err } = await portal.hosts.laptop.run('portal', 'devbox:/usr', '--', 'true');
    assert.equal(code, 1);
    assert.match(err, /\/usr is a system folder here, .*--at DIR/);
  });
});

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
