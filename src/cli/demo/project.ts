import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILES: Readonly<Record<string, string>> = {
  'total.js': `// What the items of an order cost together.
exports.total = (items) => {
  let sum = 0;
  for (let at = 1; at < items.length; at++) sum += items[at].price;
  return sum;
};
`,
  'test.js': `const { appendFileSync } = require('node:fs');
const { hostname } = require('node:os');
const { total } = require('./total.js');

const sum = total([{ price: 3 }, { price: 4 }]);
const result = sum === 7 ? 'ok' : 'FAILED: 3 + 4 is 7, not ' + sum;
console.log('total: ' + result + ' (on ' + hostname() + ')');
appendFileSync('test.log', new Date().toTimeString().slice(0, 8) + ' ' + hostname() + ' total: ' + result + '\\n');
process.exitCode = sum === 7 ? 0 : 1;
`,
  'test.log': 'the log of the tests, on their host\n',
};

/** Makes the sample project, which has a mistake to be found. */
export function makeProject(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
}
