import { readdirSync, readFileSync, rmdirSync } from 'node:fs';

/** Removes mount points in this order, as far as they are empty and no other portal's. */
export function removeMountPoints(folders: readonly string[]): void {
  for (const folder of folders) {
    // Removing a folder would end the mounts on it in all namespaces.
    if (isMountedSomewhere(folder)) continue;
    try {
      rmdirSync(folder);
    } catch {
      // it has gone, or holds something
    }
  }
}

/** Whether some process of ours sees a mount at `path`. */
function isMountedSomewhere(path: string): boolean {
  const escaped = path.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
  const field = ` ${escaped} `;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if (readFileSync(`/proc/${pid}/mountinfo`, 'utf8').includes(field)) return true;
    } catch {
      // somebody else's, or gone
    }
  }
  return false;
}
