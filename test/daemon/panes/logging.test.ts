import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { logRoot } from '../../../src/archive/log-folder.ts';
import { DEFAULT_LOG_SETTINGS } from '../../../src/archive/pane-log.ts';
import { paneOptions, startEngine, untilScreen, watch } from '../../support/engine.ts';
import { eventually } from '../../support/eventually.ts';
import { request, startTestHolder } from '../../support/held.ts';
import { loggedOutput, readLog } from '../../support/pane-logs.ts';

const LINES = 60_000;

test('engines that die at any moment log each byte once', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  await client.spawn(
    request(
      place,
      'p',
      `seq -f "line %.0f, so long that there are some segments and some checkpoints of this log, and deaths in between" 1 ${LINES}; printf DONE; read go`,
    ),
  );
  const options = paneOptions(place, 'p', { log: DEFAULT_LOG_SETTINGS });
  for (const frames of [1, 5, 2, 20, 8, 3, 40]) {
    const engine = startEngine(t, place);
    await engine.open(options);
    const screen = watch(engine, 'p');
    await untilScreen(engine, screen, () => screen.frames >= frames || /DONE/.test(screen.text()));
    await engine.dispose();
  }
  const engine = startEngine(t, place);
  await engine.open(options);
  await untilScreen(engine, watch(engine, 'p'), /DONE/);
  const folder = join(logRoot(place.home.folders.state), 'p');
  await eventually(() => loggedOutput(readLog(folder)).subarray(-4).toString() === 'DONE');
  const lines = loggedOutput(readLog(folder)).toString().split('\r\n');
  const wrong = lines.findIndex(
    (line, i) =>
      line !==
      (i < LINES
        ? `line ${i + 1}, so long that there are some segments and some checkpoints of this log, and deaths in between`
        : 'DONE'),
  );
  assert.equal(wrong, -1, `line ${wrong} is ${lines[wrong]}`);
  assert.equal(lines.length, LINES + 1);
  assert.deepEqual(
    readLog(folder).filter(({ kind }) => kind === 'gap'),
    [],
  );
});
