import { appendFileSync } from 'node:fs';
import { formatKey } from './z85.ts';

/** Who came, who was turned away, and who left. */
export interface AuditEvent {
  readonly what: 'joined' | 'left' | 'refused';
  /** Z85 public key; '' over ipc, or where none was shown. */
  readonly key: string;
  /** The key's comment in authorized_keys. */
  readonly comment?: string;
  readonly session?: string;
  /** IP address, where it is known. */
  readonly from?: string;
  readonly why?: string;
}

export type Audit = (event: AuditEvent) => void;

/** Strangers make lines too, and must not fill the disk: more refusals than this in a minute are only counted. */
const REFUSALS_PER_MINUTE = 60;
const MINUTE_MS = 60_000;

export const noAudit: Audit = () => {};

/**
 * Lines appended to `path` and never rewritten:
 * `2026-01-31T10:11:12.345Z refused key=… from="192.0.2.7" why="the key is not authorised"`.
 * A line that cannot be written is reported once through `complain`, and the daemon goes on.
 */
export function fileAudit(path: string, complain: (why: string) => void = () => {}): Audit {
  let complained = false;
  let minute = 0;
  let refusals = 0;
  return (event) => {
    if (Date.now() - minute >= MINUTE_MS) {
      if (refusals > REFUSALS_PER_MINUTE)
        append(`${new Date().toISOString()} refused more=${refusals - REFUSALS_PER_MINUTE}`);
      minute = Date.now();
      refusals = 0;
    }
    if (event.what === 'refused' && ++refusals > REFUSALS_PER_MINUTE) return;
    const { what, key, ...rest } = event;
    const words = [new Date().toISOString(), what, `key=${key ? formatKey(key) : 'none'}`];
    for (const [name, value] of Object.entries(rest)) {
      if (value) words.push(`${name}=${JSON.stringify(value)}`);
    }
    append(words.join(' '));
  };

  function append(line: string): void {
    try {
      appendFileSync(path, `${line}\n`, { mode: 0o600 });
    } catch (error) {
      if (!complained) complain(`the audit cannot be written: ${(error as Error).message}`);
      complained = true;
    }
  }
}
