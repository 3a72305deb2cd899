import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/base/package-root.ts';
import { MAX_HEADER_BYTES } from '../../src/protocol/codec.ts';
import { allMessages } from '../../src/protocol/messages/index.ts';
import {
  ACK_AFTER_BYTES,
  ACK_AFTER_MESSAGES,
  ACK_AFTER_MS,
  IN_FLIGHT_BYTES,
  MAX_FRAME_BYTES,
  MAX_HANDSHAKE_BYTES,
  MAX_PEERS,
  MAX_UNPROVEN,
  MESSAGE_OVERHEAD_BYTES,
  UNPROVEN_KEPT_MS,
} from '../../src/transport/limits.ts';
import { manualSection, sectionText } from '../support/protocol-manual.ts';

const path = join(packageRoot, 'man', 'zmx-protocol.7');
const page = readFileSync(path, 'utf8');

/** Lines of each `.Ss` section, by its name. */
const sections = new Map(
  page
    .split(/^\.Ss /m)
    .slice(1)
    .map((section) => {
      const lines = section.split(/^\.Sh /m)[0]?.split('\n') ?? [];
      return [lines[0] ?? '', new Set([`.Ss ${lines[0]}`, ...lines.slice(1)])] as const;
    }),
);

test('the page has every message with its number, sender, lane and fields', () => {
  const advice: string[] = [];
  for (const definition of allMessages) {
    const lines = sections.get(definition.name);
    if (!lines) {
      advice.push(
        `Add to man/zmx-protocol.7, under .Sh MESSAGES, in order of numbers, with words for each field:\n${sectionText(definition)}`,
      );
      continue;
    }
    const { heading, fields } = manualSection(definition);
    const missing = [...heading, ...fields].filter((line) => !lines.has(line));
    const stale = [...lines].filter((line) => line.startsWith('.It Va ') && !fields.includes(line));
    if (missing.length > 0) advice.push(`Add to .Ss ${definition.name}:\n${missing.join('\n')}`);
    if (stale.length > 0) advice.push(`Take out of .Ss ${definition.name}:\n${stale.join('\n')}`);
  }
  assert.equal(advice.length, 0, `\n${advice.join('\n\n')}\n`);
});

test('the page has no message that does not exist', () => {
  const known = new Set(allMessages.map(({ name }) => name));
  const unknown = [...sections].filter(
    ([name, lines]) => /^[A-Z_]+$/.test(name) && !known.has(name) && lines.size > 0,
  );
  assert.deepEqual(
    unknown.map(([name]) => name),
    [],
  );
});

test('the page has the limits that a client must keep to', () => {
  const limits = {
    MAX_FRAME_BYTES,
    MAX_HEADER_BYTES,
    MAX_HANDSHAKE_BYTES,
    MAX_UNPROVEN,
    UNPROVEN_KEPT_MS,
    MAX_PEERS,
    IN_FLIGHT_BYTES,
    ACK_AFTER_MESSAGES,
    ACK_AFTER_BYTES,
    ACK_AFTER_MS,
    MESSAGE_OVERHEAD_BYTES,
  };
  const missing = Object.entries(limits).filter(([, value]) => !new RegExp(`\\b${value}\\b`).test(page));
  assert.deepEqual(missing, []);
});

test('mandoc, where it is installed, finds no error', () => {
  const lint = spawnSync('mandoc', ['-T', 'lint', '-W', 'error', path], { encoding: 'utf8' });
  if (lint.error) assert.equal((lint.error as NodeJS.ErrnoException).code, 'ENOENT');
  else assert.equal(lint.stdout, '');
});
