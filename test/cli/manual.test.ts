import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { packageRoot } from '../../src/base/package-root.ts';
import { commandTable } from '../../src/commands/table.ts';

it('zmx(1) has every command with its usage and alias', () => {
  const page = readFileSync(join(packageRoot, 'man', 'zmx.1'), 'utf8')
    .replace(/\\-/g, '-')
    .replace(/ \| /g, '|');
  for (const { name, alias, usage } of commandTable) {
    const entry = page.split(`.It Ic ${name}\n`)[1]?.split('\n.It ')[0];
    assert.ok(entry !== undefined, `man/zmx.1 lacks the command ${name}`);
    assert.ok(entry.includes(usage.trim()), `man/zmx.1: the usage of ${name} is: ${usage}`);
    if (alias) assert.ok(entry.includes(`Alias: ${alias}.`), `man/zmx.1: the alias of ${name} is ${alias}`);
  }
});
