import { native } from './native.ts';

/** Names of the executable files on a PATH. Folders that cannot be read are passed over, as a shell does. */
export async function programsOnPath(path: string): Promise<ReadonlySet<string>> {
  const folders = new Set(path.split(':').filter((folder) => folder.startsWith('/')));
  const found = await Promise.all([...folders].map((folder) => native().programsIn(Buffer.from(folder))));
  return new Set(found.flatMap((names) => names.toString().split('\0').slice(0, -1)));
}
