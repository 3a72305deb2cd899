import type { ToHolder } from './wire.ts';

/**
 * What each message to the holder must carry. A table of our own, since a holder
 * outlives upgrades and stays small: fields that are not listed are ignored, messages
 * that are not listed are unknown.
 */
type FieldKind = 'text' | 'count' | 'int' | 'flag' | 'texts' | 'env' | 'kind' | 'target';
type Fields = Readonly<Record<string, FieldKind | `${FieldKind}?`>>;

const MESSAGES: Readonly<Record<ToHolder['t'], Fields>> = {
  hello: { version: 'count', daemon: 'flag', pid: 'count' },
  respawn: { argv: 'texts', cwd: 'text', env: 'env' },
  bye: { quit: 'flag' },
  spawn: {
    op: 'text',
    pane: 'text',
    kind: 'kind',
    argv: 'texts',
    cwd: 'text',
    env: 'env',
    cols: 'count',
    rows: 'count',
    meta: 'text',
    arg0: 'text?',
    umask: 'count?',
    noInput: 'flag?',
    feedFrom: 'text?',
    typeInto: 'text?',
  },
  unlink: { pane: 'text' },
  input: { pane: 'text', source: 'text', seq: 'count', eof: 'flag?' },
  answer: { pane: 'text', offset: 'count', ordinal: 'count' },
  resize: { pane: 'text', cols: 'count', rows: 'count', id: 'count' },
  signal: { pane: 'text', signal: 'count', to: 'target' },
  observe: { pane: 'text', from: 'count', errFrom: 'count?' },
  unobserve: { pane: 'text' },
  took: { pane: 'text', offset: 'count', errOffset: 'count?' },
  free: { pane: 'text', offset: 'count', errOffset: 'count?' },
  forget: { pane: 'text' },
  list: { id: 'int' },
  status: { pane: 'text', id: 'int' },
  guard: { key: 'text', pid: 'count', note: 'text' },
  unguard: { key: 'text' },
};

const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');

const CHECKS: Readonly<Record<FieldKind, (value: unknown) => boolean>> = {
  text: isText,
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  int: (value) => Number.isSafeInteger(value),
  flag: (value) => typeof value === 'boolean',
  texts: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
  env: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(isText),
  kind: (value) => value === 'pty' || value === 'pipe',
  target: (value) => value === 'foreground' || value === 'group' || value === 'process',
};

/** The same, as it is gone through for each message. */
const FIELDS = new Map(
  Object.entries(MESSAGES).map(([name, fields]) => [
    name,
    Object.entries(fields).map(([field, wanted]) => ({
      field,
      optional: wanted.endsWith('?'),
      check: CHECKS[wanted.replace('?', '') as FieldKind],
    })),
  ]),
);

/** What a header is: a message, one of a newer protocol (ignore it), or one with a wrong field. */
export type Checked =
  | { readonly kind: 'message'; readonly message: ToHolder }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'invalid'; readonly field: string };

export function checkHeader(header: Readonly<Record<string, unknown>>): Checked {
  const name = header.t;
  if (typeof name !== 'string' || !FIELDS.has(name)) return { kind: 'unknown' };
  for (const { field, optional, check } of FIELDS.get(name) ?? []) {
    const value = header[field];
    if (optional && (value === undefined || value === null)) continue;
    if (!check(value)) return { kind: 'invalid', field };
  }
  return { kind: 'message', message: header as ToHolder };
}
