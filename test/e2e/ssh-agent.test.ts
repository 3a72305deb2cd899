import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { PortalHosts } from '../support/portal-hosts.ts';
import { SshAgent } from '../support/ssh-agent.ts';
import type { TerminalDriver } from '../support/terminal-driver.ts';
import { connectTwoHosts, type TwoHosts } from '../support/two-hosts.ts';
import { ZmxUser } from '../support/zmx-user.ts';

/** Types `ssh-add -l` until it shows what is wanted: who answers may be about to change. */
async function seesKeys(terminal: TerminalDriver, wanted: RegExp): Promise<void> {
  await eventually(async () => {
    terminal.send('clear; ssh-add -l; echo asked-$((1+1))\r');
    const screen = await terminal.waitForScreen(/asked-2/);
    return wanted.test(screen) && !/asked-\$/.test(screen.split('\n')[0] ?? '');
  });
}

async function detach(terminal: TerminalDriver): Promise<void> {
  terminal.send('\x02d');
  assert.equal((await terminal.waitForExit()).code, 0);
}

describe('SSH_AUTH_SOCK in running shells', () => {
  let user: ZmxUser;
  const agents: SshAgent[] = [];
  before(async () => {
    user = new ZmxUser();
    for (const comment of ['first-key', 'second-key'])
      agents.push(await SshAgent.start(user.temp.home, comment));
  });
  after(async () => {
    for (const agent of agents) agent.dispose();
    await user.close();
  });

  it('leads to the agent of the client that attached last, also after the daemon was killed', async () => {
    const attach = (agent: SshAgent): TerminalDriver => {
      user.env.SSH_AUTH_SOCK = agent.socket;
      return user.open(['attach', 'work']);
    };
    const first = attach(agents[0]!);
    await first.waitForScreen(/\[work\] 0:/);
    await seesKeys(first, /first-key/);
    await detach(first);

    const second = attach(agents[1]!);
    await second.waitForScreen(/\[work\] 0:/);
    await seesKeys(second, /second-key/);

    const pid = user.daemonPid();
    process.kill(pid, 'SIGKILL');
    await eventually(() => user.daemonPid() !== pid, { what: 'the daemon is back' });
    await seesKeys(second, /second-key/);
    await detach(second);
  });

  it("is the client's own with agent-socket off", async () => {
    user.env.SSH_AUTH_SOCK = agents[0]!.socket;
    await user.ok('set', '-g', 'agent-socket', 'off');
    await user.ok('new-session', '-d', '-s', 'plain');
    await user.ok('send-keys', '-t', 'plain', 'echo "<$SSH_AUTH_SOCK>"', 'Enter');
    await eventually(async () =>
      (await user.ok('capture-pane', '-p', '-J', '-t', 'plain')).includes(`<${agents[0]!.socket}>`),
    );
  });
});

describe('the ssh agent on another host', () => {
  let hosts: TwoHosts;
  let agent: SshAgent;
  before(async () => {
    hosts = await connectTwoHosts(1);
    agent = await SshAgent.start(hosts.laptop.temp.home, 'laptop-key');
    hosts.laptop.env.SSH_AUTH_SOCK = agent.socket;
  });
  after(async () => {
    agent.dispose();
    await hosts.close();
  });

  it('is not lent unless the host is allowed it', async () => {
    const { laptop } = hosts;
    const refused = laptop.open(['attach', 'far@devbox']);
    await refused.waitForScreen(/\[far\] 0:/);
    await seesKeys(refused, /(refused|failed|error|Could not)/i);
    await detach(refused);

    const known = (await laptop.ok('host', 'list')).split(' ');
    await laptop.ok('host', 'add', '--forward-agent', known[0]!, known[1]!, known[2]!);
    assert.match(await laptop.ok('host', 'list'), / forward-agent$/);
    const allowed = laptop.open(['attach', 'far@devbox']);
    await allowed.waitForScreen(/\[far\] 0:/);
    await seesKeys(allowed, /laptop-key/);

    hosts.proxy.cut();
    await seesKeys(allowed, /laptop-key/);
    await detach(allowed);
  });

  it('is lent to a command that asks for it', async () => {
    const { laptop } = hosts;
    assert.doesNotMatch((await laptop.run('exec', 'devbox', '--', 'ssh-add', '-l')).out, /laptop-key/);
    assert.match(await laptop.ok('exec', '--forward-agent', 'devbox', '--', 'ssh-add', '-l'), /laptop-key/);
  });

  it('says so when there is none to lend', async () => {
    const { laptop } = hosts;
    delete laptop.env.SSH_AUTH_SOCK;
    const { code, err } = await laptop.run('exec', '--forward-agent', 'devbox', '--', 'true');
    assert.equal(code, 1);
    assert.match(err, /no ssh agent runs here/);
  });
});

describe('the ssh agent in a portal', () => {
  let portals: PortalHosts;
  let agent: SshAgent;
  before(async () => {
    portals = await PortalHosts.connect();
    agent = await SshAgent.start(portals.hosts.laptop.temp.home, 'portal-key');
  });
  after(async () => {
    agent.dispose();
    await portals.close();
  });

  it('answers the commands there, and only with --forward-agent', async () => {
    const env = { SSH_AUTH_SOCK: agent.socket };
    const line = ['sh', '-c', 'uname -n; ssh-add -l'];
    const lent = await portals.portal(line, env, ['--forward-agent']).ended;
    assert.match(lent.out, /^devbox\n.*portal-key/);
    const alone = await portals.portal(line, env).ended;
    assert.match(alone.out, /^devbox\n/);
    assert.doesNotMatch(alone.out, /portal-key/);
    await portals.nothingLeft();
  });
});
