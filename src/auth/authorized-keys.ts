import { appendFileSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { ensurePrivateFolder } from '../base/folders.ts';
import { ZmxError } from '../protocol/errors.ts';
import { formatKey, parseKey } from './z85.ts';

/** Who may connect over TCP. */
export interface AuthorizedKey {
  /** Z85. */
  readonly key: string;
  readonly comment: string;
}

/**
 * The file `authorized_keys`: a line `KEY comment` for each client. Read again
 * whenever it has changed, so that a key is taken away without a restart.
 */
export class AuthorizedKeys {
  readonly path: string;
  #stamp = '';
  #keys: ReadonlyMap<string, AuthorizedKey> = new Map();
  #problem: string | undefined;

  constructor(folder: string) {
    this.path = join(folder, 'authorized_keys');
  }

  has(key: string): boolean {
    return this.#read().has(key);
  }

  comment(key: string): string {
    return this.#read().get(key)?.comment ?? '';
  }

  list(): AuthorizedKey[] {
    return [...this.#read().values()];
  }

  /** Why nobody is let in although the file exists, in a sentence. */
  get problem(): string | undefined {
    this.#read();
    return this.#problem;
  }

  /**
   * Adds a key; says false when it is there already.
   * @throws ZmxError `invalid` for what is not a key.
   */
  add(text: string, comment = ''): boolean {
    const key = parseKey(text);
    ensurePrivateFolder(join(this.path, '..'));
    if (this.has(key)) return false;
    appendFileSync(this.path, `${formatKey(key)} ${comment.replace(/\s+/g, ' ')}`.trimEnd().concat('\n'), {
      mode: 0o600,
    });
    return true;
  }

  /** Takes a key away, with its comment; says false when it is not there. */
  remove(text: string): boolean {
    const key = parseKey(text);
    if (!this.has(key)) return false;
    const lines = readFileSync(this.path, 'utf8').split('\n');
    const kept = lines.filter((line) => keyOf(line) !== key).join('\n');
    writeFileAtomic(this.path, [kept], { durable: true });
    return true;
  }

  #read(): ReadonlyMap<string, AuthorizedKey> {
    let stamp = 'none';
    let mode = 0;
    try {
      const info = lstatSync(this.path, { bigint: true });
      stamp = `${info.ino} ${info.size} ${info.mtimeNs} ${info.ctimeNs}`;
      mode = Number(info.mode);
    } catch {
      // no such file: nobody is authorised
    }
    if (stamp === this.#stamp) return this.#keys;
    this.#stamp = stamp;
    this.#keys = new Map();
    this.#problem = undefined;
    if (stamp === 'none') return this.#keys;
    if (mode & 0o022) {
      this.#problem = `${this.path} can be written by others, so nobody is let in; run: chmod 600 ${this.path}`;
      return this.#keys;
    }
    this.#keys = this.#parse(readFileSync(this.path, 'utf8'));
    return this.#keys;
  }

  #parse(file: string): ReadonlyMap<string, AuthorizedKey> {
    const keys = new Map<string, AuthorizedKey>();
    for (const [index, line] of file.split('\n').entries()) {
      const [word, ...comment] = line.trim().split(/\s+/);
      if (!word || word.startsWith('#')) continue;
      try {
        const key = parseKey(word);
        keys.set(key, { key, comment: comment.join(' ') });
      } catch (error) {
        if (!(error instanceof ZmxError)) throw error;
        this.#problem = `${this.path}, line ${index + 1}: ${error.message}`;
      }
    }
    return keys;
  }
}

/** The key of a line of the file; `undefined` for a comment, an empty line and an error. */
function keyOf(line: string): string | undefined {
  try {
    return parseKey(line.trim().split(/\s+/)[0] ?? '');
  } catch {
    return undefined;
  }
}
