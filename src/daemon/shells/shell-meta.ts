/**
 * What the holder keeps of a pane's shell: the secret by which its reports are known must
 * live exactly as long as the program does, so it lies with the holder and in no file.
 */
export interface HeldShell {
  readonly nonce: string;
}

export function shellMeta(shell: HeldShell): string {
  return JSON.stringify({ shell });
}

/** undefined for a pane without integration. */
export function shellOf(meta: string): HeldShell | undefined {
  if (!meta.startsWith('{"shell":')) return undefined;
  const { shell } = JSON.parse(meta) as { shell?: Partial<HeldShell> };
  return typeof shell?.nonce === 'string' ? { nonce: shell.nonce } : undefined;
}
