import { native } from './native.ts';

/** Names of the executable files on a PATH. Folders that cannot be read are passed over, as a shell does. */
export async function programsOnPath(path: string): Promise<ReadonlySet<string>> {
  const folders = new Set(path.split(':').filter((folder) => folder.startsWith('/')));
  const found = await Promise.all([...folders].map(programsIn));
  return new Set(found.flatMap((names) => names.toString().split('\0').slice(0, -1)));
}

async function programsIn(folder: string): Promise<Buffer> {
  try {
    return await native().programsIn(Buffer.from(folder));
  } catch {
    return Buffer.alloc(0); // longer than a path may be
  }
}
