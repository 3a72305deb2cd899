import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for a loaded machine; a deadline, never a measurement. */
export const DEADLINE_MS = 45_000;
const POLL_MS = 20;

/**
 * Repeats `check` until it returns something other than `false` or `undefined`
 * without throwing, and resolves with that. For states that nobody announces;
 * await an event where there is one.
 * @throws the last failure of `check` when the deadline has passed.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: { timeoutMs?: number; what?: string } = {},
): Promise<Exclude<T, false | undefined>> {
  const deadline = Date.now() + (options.timeoutMs ?? DEADLINE_MS);
  for (;;) {
    let failure: unknown;
    try {
      const value = await check();
      if (value !== false && value !== undefined) return value as Exclude<T, false | undefined>;
      failure = new Error(`still not so after the deadline: ${options.what ?? check.toString()}`);
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) throw failure;
    await sleep(POLL_MS);
  }
}

/** `promise`, or an error that says what was awaited when the deadline has passed. */
export async function within<T>(promise: Promise<T>, what: string, timeoutMs = DEADLINE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
