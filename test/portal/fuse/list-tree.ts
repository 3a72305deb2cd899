import { createHash } from 'node:crypto';
import * as fs from 'node:fs';

/** Every path below a folder with its type, mode, size and content, in one order: for comparing trees. */
export function listTree(folder: string): string[] {
  const lines: string[] = [];
  const walk = (at: Buffer, shown: string): void => {
    for (const name of fs.readdirSync(at, { encoding: 'buffer' })) {
      const path = Buffer.concat([at, Buffer.from('/'), name]);
      const info = fs.lstatSync(path);
      const label = `${shown}/${name.toString('latin1')}`;
      let content = '';
      if (info.isSymbolicLink()) content = fs.readlinkSync(path);
      else if (info.isFile()) content = createHash('sha256').update(fs.readFileSync(path)).digest('hex');
      lines.push(`${label} ${info.mode.toString(8)} ${info.isFile() ? info.size : ''} ${content}`);
      if (info.isDirectory()) walk(path, label);
    }
  };
  walk(Buffer.from(folder), '');
  return lines.sort();
}
