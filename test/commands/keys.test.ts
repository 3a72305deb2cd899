import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expire } from '../../src/commands/keys/expire.ts';
import { listItems } from '../../src/model/chooser.ts';
import type { AttachedClient } from '../../src/model/client.ts';
import { screenState } from '../../src/model/screen-state.ts';
import { TestHost } from './host.ts';

async function attached(): Promise<{ host: TestHost; client: AttachedClient }> {
  const host = new TestHost();
  await host.text('new-session -d -s work -x 80 -y 24');
  return { host, client: host.attach('work') };
}

const windows = (host: TestHost) => host.text('list-windows -t work -F "#I#{window_raw_flags}"');

test('keys without a binding go to the active pane, and the prefix key opens its table', async () => {
  const { host, client } = await attached();
  await host.keys(client, 'l', 's', 'Enter', 'C-b', 'c', 'x', 'C-b', 'p', 'y', 'C-b', 'C-b', 'C-b', 'Y', 'z');
  assert.equal(host.typed('%0'), 'ls<Enter>y<C-b>z');
  assert.equal(host.typed('%1'), 'x');
});

test('what is typed ahead of a slow command waits for the state that it leaves', async () => {
  const { host, client } = await attached();
  let finish = () => {};
  host.shell = () =>
    new Promise((resolve) => {
      finish = () => resolve({ status: 0, output: '' });
    });
  await host.text('bind-key X if-shell "test -f x" new-window');
  await host.keys(client, 'C-b');
  const first = host.event(client, { kind: 'key', key: 'X' });
  const rest = first.then(() => host.keys(client, 'a', 'b'));
  finish();
  await rest;
  assert.equal(host.typed('%1'), 'ab');
});

test('keys with -r repeat without the prefix until the time is over or another key comes', async () => {
  const { host, client } = await attached();
  await host.text('split-window -h ; select-pane -L');
  await host.keys(client, 'C-b', 'C-Right', 'C-Right', 'q');
  assert.equal(host.typed('%0'), 'q');
  assert.equal(await host.text('display-message -p "#{pane_width}"'), '42');
  await host.keys(client, 'C-b', 'C-Right');
  host.time += 501;
  await host.keys(client, 'C-Right');
  assert.equal(host.typed('%0'), 'q<C-Right>');
});

test('copy mode has its own table, where unbound keys do nothing', async () => {
  const { host, client } = await attached();
  host.setInfo('%0', {});
  await host.keys(client, 'C-b', '[', 'Up', 'Z');
  assert.equal(client.session.current.window.name, '[zmx]');
  await host.keys(client, 'q', 'Z');
  assert.match(host.log[0]!, /^copy enter mode-keys=emacs wrap-search=on .*word-separators=/);
  assert.deepEqual(host.log.slice(1), ['copy cursor-up', 'copy cancel']);
  assert.equal(client.session.current.window.name, 'sh');
  assert.equal(host.typed('%0'), 'Z');
});

test('a prompt edits, completes, remembers and runs; what follows it in the list runs after', async () => {
  const { host, client } = await attached();
  await host.keys(client, 'C-b', ',');
  assert.equal(screenState(host.server, client, 1).prompt?.label, '(rename-window) ');
  await host.keys(client, 'C-u', 'a', 'Space', '"', 'b', 'Left', 'C-h', 'Enter');
  assert.equal(client.session.current.window.name, 'a b');

  await host.keys(client, 'C-b', ':', 'n', 'e', 'w', 'w', 'Tab', '-', 'n', 'Space', 'x', 'Enter');
  assert.equal(client.session.current.window.name, 'x');
  await host.keys(client, 'C-b', ':', 'Up', 'BSpace', 'y', 'Enter');
  assert.equal(client.session.current.window.name, 'y');
  assert.deepEqual(host.server.promptHistory.command.slice(-2), ['neww -n x', 'neww -n y']);

  await host.text(`bind-key X command-prompt -p one,two { set -g @got "%1+%2" } \\; set -g @after yes`);
  await host.keys(client, 'C-b', 'X', '1', '"', 'Enter');
  assert.equal(await host.text('show -gqv @after'), '');
  await host.keys(client, '2', 'Enter');
  assert.equal(await host.text('show -gv @got'), '1"+2');
  assert.equal(await host.text('show -gv @after'), 'yes');
});

test('a pasted text goes to the prompt, else to the pane as it wants it', async () => {
  const { host, client } = await attached();
  const paste = async (text: string) => {
    await host.event(client, { kind: 'paste', part: 'begin' });
    await host.event(client, { kind: 'paste', part: 'piece' }, Buffer.from(text));
    await host.event(client, { kind: 'paste', part: 'end' });
  };
  await paste('one');
  host.setInfo('%0', { bracketedPaste: true });
  await paste('two');
  assert.equal(host.typed('%0'), 'one\x1b[200~two\x1b[201~');
  await host.keys(client, 'C-b', ',', 'C-u');
  await paste('new\nname');
  await host.keys(client, 'Enter');
  assert.equal(client.session.current.window.name, 'new name');
});

test('a confirmation runs its commands on y alone', async () => {
  const { host, client } = await attached();
  await host.text('new-window');
  await host.keys(client, 'C-b', '&');
  assert.deepEqual(screenState(host.server, client, 1).overlay, {
    kind: 'confirm',
    id: client.prompt!.id,
    text: `kill-window ${client.session.current.window.name}? (y/n) `,
  });
  await host.keys(client, 'n');
  assert.equal(await windows(host), '0-\n1*');
  await host.keys(client, 'C-b', '&', 'y');
  assert.equal(await windows(host), '0*');
});

test('the chooser opens, closes, filters, searches, chooses and kills', async () => {
  const { host, client } = await attached();
  await host.text(
    'new-window -t work: -n logs ; split-window -t work:logs ; new-session -d -s other -x 80 -y 24',
  );
  await host.keys(client, 'C-b', 'w');
  const values = () =>
    client.overlay?.kind === 'list'
      ? listItems(host.server, client, client.overlay).map(({ value }) => value)
      : [];
  assert.deepEqual(values(), ['=other:', '=other:0.', '=work:', '=work:0.', '=work:1.']);
  await host.keys(client, 'Right');
  assert.deepEqual(values().slice(-2), ['=work:1.%1', '=work:1.%2']);
  await host.keys(client, 'Down', 'Enter');
  assert.equal(client.session.current.window.active.name, '%1');

  await host.keys(client, 'C-b', 's', '0');
  assert.equal(client.session.name, 'other');
  await host.keys(client, 'C-b', 'w', 'f', 'l', 'o', 'g', 's', 'Enter');
  assert.deepEqual(values(), ['=work:', '=work:1.']);
  await host.keys(client, 'G', 'x', 'y', 'q');
  assert.equal(await windows(host), '0*');
  assert.equal(client.overlay, undefined);
});

test('a menu is driven by its keys, arrows and clicks', async () => {
  const { host, client } = await attached();
  const open =
    'display-menu -T title One 1 { set -g @got one } "-Two" 2 { set -g @got two } "" Three 3 { set -g @got three }';
  await host.text(`bind-key X ${open}`);
  await host.keys(client, 'C-b', 'X', '3');
  assert.equal(await host.text('show -gv @got'), 'three');
  await host.keys(client, 'C-b', 'X', '2');
  assert.equal(await host.text('show -gv @got'), 'three');
  await host.keys(client, 'C-b', 'X', 'Down', 'Down', 'Enter');
  assert.equal(await host.text('show -gv @got'), 'one');
  await host.keys(client, 'C-b', 'X');
  await host.event(client, { kind: 'choose', overlay: client.overlay!.id, value: '3' });
  assert.equal(await host.text('show -gv @got'), 'three');
  await host.keys(client, 'C-b', 'X');
  await host.event(client, { kind: 'choose', overlay: client.overlay!.id, value: '' });
  assert.equal(client.overlay, undefined, 'the button was released beside the menu');
});

test('a menu and a tree of windows are where and as tmux 3.3a has them', async () => {
  const { host, client } = await attached();
  await host.text('new-window -n second ; split-window ; new-window -n third ; select-window -t :1');
  await host.keys(client, 'C-b', '<');
  assert.equal(client.overlay?.kind === 'menu' && client.overlay.x, '[work] 0:sh  '.length);
  await host.keys(client, 'q', 'C-b', 'w', 'Right');
  const { overlay } = screenState(host.server, client, 0);
  assert.deepEqual(overlay?.kind === 'list' && overlay.items.map(({ label }) => label.replace(/: .*/, ':')), [
    '(0) - work:',
    '(1) ├─>   0:',
    '(2) ├─> - 1:',
    '(3) │   ├─> 0:',
    '(4) │   └─> 1:',
    '(5) └─>   2:',
  ]);
});

test('customize-mode shows where options are set, changes them there or globally, and unsets them', async () => {
  const { host, client } = await attached();
  await host.text('set -g status-left "#[fg=red]L" ; set status-left own');
  const labels = () => {
    const { overlay } = screenState(host.server, client, 0);
    return overlay?.kind === 'list'
      ? overlay.items.map(({ label }) => label.replace(/^(\(\S+\))? +/, ''))
      : [];
  };
  const line = (name: string) =>
    labels().find((label) => label.includes(`─>   ${name}`) || label.includes(`─> ${name}`));
  const goTo = (name: string) => host.keys(client, '/', ...name, 'Enter');
  await host.keys(client, 'C-b', 'C');
  assert.deepEqual(labels(), ['+ Server Options', '+ Session Options', '+ Window & Pane Options']);
  await host.keys(client, 'Down', 'Enter');
  assert.equal(line('status-left:'), '├─>   status-left: own (session)');
  await goTo('status-left:');
  await host.keys(client, 'Enter', 'C-u', ...'new #S', 'Enter');
  assert.equal(await host.text('show -v status-left'), 'new #S');
  await host.keys(client, 'u', 'y');
  assert.equal(line('status-left:'), '├─>   status-left: ##[fg=red]L');
  await host.keys(client, 'S', 'C-u', ...'all "it\'s"; $x', 'Enter');
  assert.equal(await host.text('show -gv status-left'), 'all "it\'s"; $x');
  await host.keys(client, 'd', 'y');
  assert.equal(await host.text('show -gv status-left'), '[#{session_name}]');
  await goTo('mouse:');
  await host.keys(client, 'Enter');
  assert.equal(await host.text('show -gv mouse'), 'on');
  await goTo('update-environment');
  await host.keys(client, 'Right', 'Down', 'Enter', 'C-u', ...'MINE', 'Enter');
  assert.equal(await host.text('show -gv update-environment[0]'), 'MINE');
  await host.keys(client, 'x', 'G', 'Enter', 'G', 'w', 'C-u', ...'off', 'Enter', 'q');
  assert.equal(await host.text('show -wv wrap-search'), 'off');
  assert.equal(client.overlay, undefined);
});

test('commands from outside mean the session to which a key has just switched', async () => {
  const { host, client } = await attached();
  await host.text('new-session -d -s other');
  for (const name of ['other', 'work']) {
    host.time++;
    await host.keys(client, 'C-b', ')');
    assert.equal(client.session.name, name);
    assert.equal(await host.text('display-message -p "#S"'), name);
  }
});

test('pane numbers and messages end by a key or in time', async () => {
  const { host, client } = await attached();
  await host.text('split-window -h');
  await host.keys(client, 'C-b', 'q', '0');
  assert.equal(client.session.current.window.active.name, '%0');
  await host.keys(client, 'C-b', 'q');
  const due = await expire(host, client, 'op');
  assert.equal(due, host.time + 1000);
  host.time = due!;
  assert.equal(await expire(host, client, 'op'), undefined);
  assert.equal(client.overlay, undefined);
  await host.keys(client, 'C-b', 'i');
  assert.match(client.message?.text ?? '', /^\[work\] 0:/);
  await host.keys(client, 'a');
  assert.equal(client.message, undefined);
});

test('output of a key binding is shown over the panes, and errors as a message', async () => {
  const { host, client } = await attached();
  await host.keys(client, 'C-b', '?');
  assert.equal(client.overlay?.kind, 'text');
  await host.keys(client, 'NPage', 'g', 'q');
  assert.equal(client.overlay, undefined);
  await host.keys(client, 'C-b', 'l');
  assert.equal(client.message?.text, 'No last window');
});

test('a read-only client can detach and switch, and nothing else', async () => {
  const { host, client } = await attached();
  client.readOnly = true;
  await host.keys(client, 'a', 'C-b', 'c');
  assert.equal(host.typed('%0'), '');
  assert.equal(client.message?.text, 'Client is read-only');
  await host.keys(client, 'C-b', 'd');
  assert.deepEqual(host.log, ['detached c1 detached detached (from session work)']);
});

test('the mouse chooses panes and windows, drags borders, and reaches programs that want it', async () => {
  const { host, client } = await attached();
  await host.text('set -g mouse on ; split-window -h ; new-window -d');
  const uuid = (pane: string) => [...host.server.panes.values()].find((each) => each.name === pane)!.uuid;
  const mouse = (
    key: string,
    place: 'pane' | 'border' | 'status',
    more: { pane?: string; x?: number; range?: string },
  ) =>
    host.event(client, {
      kind: 'mouse',
      key,
      place,
      pane: more.pane ? uuid(more.pane) : '',
      x: more.x ?? 1,
      y: 1,
      paneX: 1,
      paneY: 1,
      button: 0,
      release: false,
      ...(more.range && { range: more.range }),
    });
  await mouse('MouseDown1', 'pane', { pane: '%0' });
  assert.equal(client.session.current.window.active.name, '%0');
  host.setInfo('%0', { mouse: 'normal' });
  await mouse('MouseDown1', 'pane', { pane: '%0' });
  assert.equal(host.typed('%0'), '<MouseDown1Pane><MouseDown1Pane>');
  await mouse('MouseDown1', 'border', { pane: '%0', x: 40 });
  await mouse('MouseDrag1', 'border', { pane: '%0', x: 45 });
  await mouse('MouseDrag1', 'pane', { pane: '%1', x: 50 });
  assert.equal(await host.text('display-message -p -t %0 "#{pane_width}"'), '50');
  await mouse('MouseDown1', 'status', { range: 'window|1' });
  assert.equal(client.session.current.index, 1);
  await host.text('select-window -t :0');
  host.setInfo('%1', { mouse: 'none' });
  await mouse('WheelUp', 'pane', { pane: '%1' });
  assert.match(host.log[0]!, /^copy enter -e /);
});

test('a program that follows the pointer is told of movement over its pane, active or not', async () => {
  const { host, client } = await attached();
  await host.text('set -g mouse on ; split-window -h ; new-window -d');
  const moves = () => screenState(host.server, client, 0).mouseMoves ?? false;
  assert.equal(moves(), false);
  host.setInfo('%0', { mouse: 'any' });
  assert.equal(moves(), true);
  const over = { kind: 'mouse', key: 'MouseMove', place: 'pane', button: 35, release: false } as const;
  const [left] = host.server.panes.values();
  const place = { pane: left!.uuid, x: 1, y: 1, paneX: 1, paneY: 1 };
  await host.event(client, { ...over, ...place });
  assert.equal(host.typed('%0'), '<MouseMovePane>');
  await host.text('display-panes -d 0');
  await host.event(client, { ...over, ...place });
  assert.equal(client.overlay?.kind, 'pane-numbers');
  client.overlay = undefined;
  await host.text('resize-pane -Z -t %1');
  assert.equal(moves(), false);
  await host.text('set -g mouse off ; resize-pane -Z -t %1');
  assert.equal(moves(), false);
});

test('keys go to all panes of a synchronised window', async () => {
  const { host, client } = await attached();
  await host.text('split-window ; set -w synchronize-panes on');
  await host.keys(client, 'a');
  assert.equal(host.typed('%0') + host.typed('%1'), 'aa');
});

test('a drag in a pane selects from where it began to where it is, and its end copies', async () => {
  const { host, client } = await attached();
  await host.text('set -g mouse on');
  host.setInfo('%0', {});
  const [pane] = host.server.panes.values();
  const mouse = (key: string, x: number, y: number) =>
    host.event(client, {
      kind: 'mouse',
      key,
      place: 'pane',
      pane: pane!.uuid,
      ...{ x, y, paneX: x, paneY: y, button: 0, release: false },
    });
  await mouse('MouseDown1', 3, 4);
  await mouse('MouseDrag1', 5, 4);
  await mouse('MouseDrag1', 9, 6);
  await mouse('MouseDragEnd1', 9, 6);
  assert.match(host.log[0]!, /^copy enter x=3 y=4 /);
  assert.deepEqual(host.log.slice(1), [
    'copy begin-selection',
    'copy cursor-to x=5 y=4',
    'copy cursor-to x=9 y=6',
    'copy copy-pipe-and-cancel x=9 y=6',
  ]);
});

test('the word under the mouse is known to the menu of a pane', async () => {
  const { host, client } = await attached();
  await host.text('set -g mouse on');
  host.setInfo('%0', {});
  host.screenText = 'some words here\n';
  const [pane] = host.server.panes.values();
  const place = { x: 6, y: 0, paneX: 6, paneY: 0, button: 2, release: false };
  await host.event(client, { kind: 'mouse', key: 'MouseDown3', place: 'pane', pane: pane!.uuid, ...place });
  const labels = client.overlay?.kind === 'menu' ? client.overlay.items.map(({ label }) => label) : [];
  assert.equal(labels.includes('Copy #[underscore]words'), true);
  await host.keys(client, 'c');
  assert.equal(host.server.buffers.top()?.data, 'words');
});
