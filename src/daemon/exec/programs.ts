import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of the executable files on a PATH, sorted, each once. Folders that cannot be read are passed over, as a shell does. */
export async function programsOnPath(path: string): Promise<string[]> {
  const names = new Set<string>();
  for (const folder of new Set(path.split(':').filter((part) => part.startsWith('/')))) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    await Promise.all(
      entries.map(async (entry) => {
        if (entry.isDirectory() || names.has(entry.name)) return;
        const usable = await access(join(folder, entry.name), constants.X_OK).then(
          () => true,
          () => false,
        );
        if (usable) names.add(entry.name);
      }),
    );
  }
  return [...names].sort();
}
