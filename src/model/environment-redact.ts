import { functionIn } from '../base/exported-function.ts';
import { matcherOf } from './fnmatch.ts';

/** Variables that are left out of what is kept. */
export type Redaction = (name: string, value: string) => boolean;

/**
 * The test for variables that are never kept, from the patterns of `environment-redact`:
 * `*TOKEN*` is for names, in any case; `NAME=VALUE` is for names and values, the value as it is.
 */
export function redactionOf(patterns: readonly string[]): Redaction {
  const rules = patterns.map((pattern) => {
    const equals = pattern.indexOf('=');
    const name = matcherOf(equals < 0 ? pattern : pattern.slice(0, equals), true);
    return { name, value: equals < 0 ? () => true : matcherOf(pattern.slice(equals + 1)) };
  });
  return (name, value) => rules.some((rule) => rule.name(name) && rule.value(value));
}

/** Characters; most words of a script are shorter and need not be looked at. */
const SHORTEST_SECRET = 8;

/**
 * Whether a variable is left out. An exported function is a small script: it is known by its
 * own name as well, and left out as a whole where it sets a secret or has one among its words.
 */
export function isLeftOut(name: string, value: string, redacted: Redaction): boolean {
  const called = functionIn(name, value);
  if (called === undefined) return redacted(name, value);
  if ([name, called].some((each) => redacted(each, value)) || setsSecret(value, redacted)) return true;
  const words = new Set(value.split(/[\s"'`;|&()<>=]+/));
  return [...words].some((word) => word.length >= SHORTEST_SECRET && redacted('', word));
}

/** Whether a command line sets a variable that is never kept: `export API_TOKEN=…`, fish's `set -x API_TOKEN …`. */
export function setsSecret(line: string, redacted: Redaction): boolean {
  const assignments = line.matchAll(
    /(?<!\w)([A-Za-z_]\w*)=["']?(\S*)|\bset\s+(?:-\S+\s+)*([A-Za-z_]\w*)\s+["']?(\S+)/g,
  );
  for (const [, name, value, fishName, fishValue] of assignments)
    if (redacted(name ?? fishName!, value ?? fishValue!)) return true;
  return false;
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
