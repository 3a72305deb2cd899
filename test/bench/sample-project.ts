import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const FOLDERS = 150;
export const FILES_A_FOLDER = 20;
export const BIG_FILES = 6;
const BIG_BYTES = 1024 * 1024;

export const folderName = (folder: number) => `lib/m${folder}`;
export const fileName = (folder: number, file: number) => `${folderName(folder)}/f${file}.js`;
export const bigName = (file: number) => `assets/b${file}`;

/** Command line that commits everything below the working folder. */
export const COMMIT =
  'git init -q -b main && git add -A && git -c user.name=t -c user.email=t@example.org commit -q -m all';

/** 3,000 small files in 150 folders, and some of 1 MiB that do not compress; to be committed where they are. */
export function makeSampleProject(root: string): void {
  mkdirSync(join(root, 'assets'), { recursive: true });
  for (let folder = 0; folder < FOLDERS; folder++) {
    mkdirSync(join(root, folderName(folder)), { recursive: true });
    for (let file = 0; file < FILES_A_FOLDER; file++) {
      const line = `export const v${folder}_${file} = ${file};\n`;
      writeFileSync(join(root, fileName(folder, file)), line.repeat(10 + ((folder * 7 + file * 13) % 90)));
    }
  }
  for (let file = 0; file < BIG_FILES; file++)
    writeFileSync(join(root, bigName(file)), randomBytes(BIG_BYTES));
}
