import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { seeded } from '../support/seeded.ts';
import { strangers, TestBroker } from '../support/test-broker.ts';

const STRANGERS = 100_000;

it(`a portal's broker goes on after ${STRANGERS} strangers`, async () => {
  const broker = await TestBroker.start();
  try {
    await strangers(broker.socketPath, STRANGERS, seeded(601));
    const { stdout } = await promisify(execFile)(join(broker.folder, 'sh'), ['-c', 'echo still here']);
    assert.equal(stdout, 'still here\n');
  } finally {
    broker.dispose();
  }
});
