import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { packageRoot } from '../../src/base/package-root.ts';
import { optionDefinitions } from '../../src/model/options/definitions.ts';
import { profiles } from '../../src/portal/agents/profiles.ts';
import { rules } from '../../src/portal/exec/rules.ts';

const page = readFileSync(join(packageRoot, 'man', 'zmx-portal.1'), 'utf8');

it('zmx-portal(1) has every option of the portal with its default', () => {
  for (const { name, default: value } of optionDefinitions.values()) {
    if (!name.startsWith('portal-')) continue;
    const entry = page.split(`.It Ic ${name} `)[1]?.split('\n.It ')[0];
    assert.ok(entry, `man/zmx-portal.1 lacks the option ${name}`);
    if (typeof value === 'string') assert.match(entry, new RegExp(`\\b${value}\\b`));
  }
  for (const flag of ['at', 'also', 'explain'])
    assert.ok(page.includes(`\n.It Fl -${flag} Ar `), `--${flag}`);
});

it('zmx-portal(1) has every agent that the portal knows', () => {
  for (const { name, programs } of profiles)
    for (const program of programs) assert.ok(page.includes(`\n.It ${name} Pq Ic ${program}\n`), name);
});

it('zmx-portal(1) has the rules in their order', () => {
  const list = page.split('.Bl -enum\n')[1]!.split('\n.El')[0]!;
  const places = list.split('.It\n').slice(1);
  assert.deepEqual(
    places.map((text) => (text.startsWith('Here:') ? 'local' : 'remote')),
    rules.map(({ where }) => where),
  );
});
