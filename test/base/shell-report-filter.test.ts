import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ShellReportFilter } from '../../src/base/shell-report-filter.ts';

const REPORT = ']7707;secret;1;cwd;/a';

test('reports are taken out and nothing else, however the output is cut', () => {
  const piece = fc.constantFrom(
    ['plain\r\n', 'plain\r\n'],
    ['\x1b[1mé\x1b]0;t\x07', '\x1b[1mé\x1b]0;t\x07'],
    ['\x1b]770', '\x1b]770'],
    ['\x1b\x1b', '\x1b\x1b'],
    [`\x1b${REPORT}\x07`, ''],
    [`\x1b${REPORT}\x1b\\`, ''],
    [`\x1b${REPORT}\x18`, ''],
    [`\x1b${REPORT}\x1b[0m`, '\x1b[0m'],
    [`\x1b${REPORT}é`, 'é'],
  );
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.integer({ min: 1, max: 9 })), (pieces, sizes) => {
      const filter = new ShellReportFilter();
      let rest = Buffer.from(pieces.map(([sent]) => sent).join(''));
      const left: Uint8Array[] = [];
      for (const size of sizes) {
        left.push(filter.filter(rest.subarray(0, size)));
        rest = rest.subarray(size);
      }
      left.push(filter.filter(rest), filter.end());
      assert.equal(Buffer.concat(left).toString(), pieces.map(([, kept]) => kept).join(''));
    }),
    { seed: 7707 },
  );
});
