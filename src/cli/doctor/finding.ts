/** How something stands: in order, a lack that sessions and portals can do without, or a fault. */
export interface Finding {
  readonly state: 'ok' | 'note' | 'wrong';
  /** What is so, or what is wrong with its remedy. One line. */
  readonly text: string;
}

export interface Check {
  readonly subject: string;
  /** What it throws is a fault: its message is the text. */
  readonly look: () => Finding | string | Promise<Finding | string>;
}

/** A check that does not end in this time has found a fault, ms. */
const PATIENCE_MS = 15_000;

export function note(text: string): Finding {
  return { state: 'note', text };
}

/** Makes a check; never throws. */
export async function findingOf({ look }: Check): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `no answer within ${PATIENCE_MS / 1000} s; is the machine overloaded?`;
    timer = setTimeout(() => reject(new Error(message)), PATIENCE_MS);
  });
  try {
    const found = await Promise.race([Promise.resolve().then(look), late]);
    return typeof found === 'string' ? { state: 'ok', text: found } : found;
  } catch (error) {
    return { state: 'wrong', text: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
