import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCode } from '../../src/base/errno.ts';

test('an error has the name of its number, also where node does not know it', () => {
  const error = (code: string, errno: number) => Object.assign(new Error(), { code, errno });
  assert.equal(errorCode(error('ENOENT', -2)), 'ENOENT');
  // What open(2) and write(2) fail with on a full quota.
  assert.equal(errorCode(error('Unknown system error -122', -122)), 'EDQUOT');
  assert.equal(errorCode(error('UNKNOWN', -122)), 'EDQUOT');
  assert.equal(errorCode(error('UNKNOWN', -9999)), 'EIO');
});
