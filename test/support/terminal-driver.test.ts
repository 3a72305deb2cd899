import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTempHome } from './temp-home.ts';
import { TerminalDriver } from './terminal-driver.ts';

test('a driven terminal shows what is typed and reports the exit', async (t) => {
  const home = makeTempHome();
  t.after(() => home.dispose());
  const terminal = new TerminalDriver('/bin/sh', [], { env: home.env, cols: 40, rows: 5 });
  t.after(() => terminal.dispose());
  await terminal.waitForScreen(/^\$ /);
  terminal.send('echo $((6 * 7)); seq 1 2000; echo LAST; exit 3\r');
  assert.deepEqual(await terminal.waitForExit(), { code: 3, signal: 0 });
  assert.match(terminal.screen(), /^2000\nLAST$/m);
  assert.match(Buffer.concat(terminal.output).toString(), /^42\r$/m);
});
