import { fnmatch } from './fnmatch.ts';
import type { Redaction } from './shell-state.ts';

/**
 * The test for variables that are never kept, from the patterns of `environment-redact`:
 * `*TOKEN*` is for names, in any case; `NAME=VALUE` is for names and values, the value as it is.
 */
export function redactionOf(patterns: readonly string[]): Redaction {
  const rules = patterns.map((pattern) => {
    const equals = pattern.indexOf('=');
    if (equals < 0) return { name: pattern, value: undefined };
    return { name: pattern.slice(0, equals), value: pattern.slice(equals + 1) };
  });
  return (name, value) =>
    rules.some(
      (rule) => fnmatch(rule.name, name, true) && (rule.value === undefined || fnmatch(rule.value, value)),
    );
}

/** Default of `environment-redact`: names and values by which credentials are usually passed on. */
export const DEFAULT_REDACTION: readonly string[] = [
  '*TOKEN*',
  '*SECRET*',
  '*PASSWORD*',
  '*PASSWD*',
  '*PASSPHRASE*',
  '*CREDENTIAL*',
  '*_PASS',
  '*_PWD',
  'PGPASS*',
  '*APIKEY*',
  '*API_KEY*',
  '*ACCESS_KEY*',
  '*PRIVATE_KEY*',
  '*_KEY',
  'AWS_*',
  '*_AUTH',
  '*COOKIE*',
  '*=*://*:*@*',
  '*=gh[pousr]_*',
  '*=github_pat_*',
  '*=sk-*',
  '*=xox[abeprs]-*',
  '*=AKIA*',
  '*=*-----BEGIN *PRIVATE KEY-----*',
];
