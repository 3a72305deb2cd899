import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';

/** Programs that go about as the known agents do: their hooks and settings are here, their commands there. */
describe('an agent in a portal', { skip: whyNoPortal() ?? false }, () => {
  let portal: PortalHosts;
  let home: string;
  before(async () => {
    portal = await PortalHosts.connect();
    ({ home } = portal.hosts.laptop.temp);
    portal.write('node_modules/.bin/fmt', '#!/bin/sh\necho "$(hostname) $1" >> formatted\n', 0o755);
    portal.write('a.js', 'one\n');
    writeFileSync(
      join(home, 'hook.sh'),
      '#!/bin/sh\nhostname >> "$HOME/hook-ran"; node_modules/.bin/fmt hook\n',
      { mode: 0o755 },
    );
    writeFileSync(join(home, '.settings.json'), 'old');
  });
  after(() => portal?.close());

  /** Replaces its settings as all of them do, and asks whether an edit is seen by the next command. */
  const common = `
    const home = process.env.HOME;
    fs.writeFileSync(home + '/.settings.json.new', process.argv[1]);
    fs.renameSync(home + '/.settings.json.new', home + '/.settings.json');
    const edit = (text) => {
      const fd = fs.openSync('a.js.tmp', 'wx');
      fs.writeSync(fd, text);
      fs.fsyncSync(fd);
      fs.closeSync(fd);
      fs.renameSync('a.js.tmp', 'a.js');
    };`;

  const answers = async (name: string, script: string) => {
    const { code, out, err } = await portal.agentNamed(name, common + script).ended;
    assert.equal(code, 0, err);
    assert.equal(readFileSync(join(home, '.settings.json'), 'utf8'), join(home, name));
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  };

  it("Claude Code: its commands read a snapshot of the host's shell; a hook here may use the project's formatter there", async () => {
    const [snapshot, listed, seen, hook] = await answers(
      'claude',
      `
      const file = home + '/.claude/shell-snapshots/snapshot-bash-1.sh';
      fs.mkdirSync(home + '/.claude/shell-snapshots', { recursive: true });
      const lines = ['SNAPSHOT_FILE=' + file, 'echo "# Snapshot file" >| "$SNAPSHOT_FILE"',
        'echo "export SEEN_ON=$(hostname)" >> "$SNAPSHOT_FILE"',
        '  cat >> "$SNAPSHOT_FILE" << ' + "'PATH_END_1'", 'export PATH=/only/here', 'PATH_END_1'];
      run('bash', ['-c', '-l', lines.join('\\n')]);
      tell(fs.readFileSync(file, 'utf8'));
      const tool = (command) => {
        const cwd = require('node:os').tmpdir() + '/claude-1-cwd';
        const { out } = sh('source ' + file + " 2>/dev/null || true && eval '" + command + "' < /dev/null && pwd -P >| " + cwd);
        return [out, fs.readFileSync(cwd, 'utf8')];
      };
      tell(tool('echo $SEEN_ON; ls | sort | head -1; cd node_modules'));
      edit('two\\n');
      tell(tool('cat a.js')[0]);
      tell(run('/bin/sh', ['-c', home + '/hook.sh'], { env: { ...process.env, CLAUDE_PROJECT_DIR: process.cwd() } }));`,
    );
    assert.match(String(snapshot), /^# Snapshot file\nexport SEEN_ON=devbox\nexport PATH=/);
    assert.doesNotMatch(String(snapshot), /\/only\/here/);
    assert.deepEqual(listed, ['devbox\na.js\n', `${portal.project}/node_modules\n`]);
    assert.equal(seen, 'two\n');
    assert.deepEqual(hook, { status: 0, signal: null, out: '', err: '' });
    assert.equal(readFileSync(join(home, 'hook-ran'), 'utf8'), `${hostname()}\n`);
    assert.equal(portal.read('formatted'), 'devbox hook\n');
  });

  it('Codex: it is kept from its daemon, its commands run there in sessions of their own, its notify program here', async () => {
    const [args, listed, notified] = await answers(
      'codex',
      `
      tell(process.argv.slice(2));
      edit('three\\n');
      tell(run('/bin/bash', ['-c', 'hostname; cat a.js'], { detached: true }).out);
      tell(run('bash', ['-c', 'hostname', '{"type":"agent-turn-complete"}']).out);`,
    );
    assert.deepEqual(args, ['-c', 'features.daemon_auto_start=false']);
    assert.equal(listed, 'devbox\nthree\n');
    assert.equal(notified, `${hostname()}\n`);
  });

  it("opencode and pi: what their users configured runs here, the project's formatter there", async () => {
    for (const name of ['opencode', 'pi']) {
      const [helper, formatted, seen] = await answers(
        name,
        `
        tell(run('/bin/sh', ['-c', 'hostname']).out);
        tell(run(process.cwd() + '/node_modules/.bin/fmt', ['${name}']).status);
        edit('by ${name}\\n');
        tell(run(process.env.SHELL, ['-c', 'hostname; cat a.js; tail -n 1 formatted']).out);`,
      );
      assert.equal(helper, `${hostname()}\n`);
      assert.equal(formatted, 0);
      assert.equal(seen, `devbox\nby ${name}\ndevbox ${name}\n`);
    }
    assert.equal(existsSync(portal.project), false);
  });
});
