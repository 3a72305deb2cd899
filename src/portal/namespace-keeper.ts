import { closeSync, writeSync } from 'node:fs';
import { textOf } from '../base/byte-text.ts';
import type { Disposable } from '../base/disposable.ts';
import { ZmxError } from '../protocol/errors.ts';
import { receive } from './received-device.ts';
import type { BytePath } from './remote-files.ts';

/** What src/native/launcher-keeper.c answers when it has done it. */
const DONE = '.';

/** The process that the launcher has left behind in the portal's namespace; disposed, it ends. */
export class NamespaceKeeper implements Disposable {
  readonly #socket: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(socket: number) {
    this.#socket = socket;
  }

  /** Makes a file or folder of this machine read-only for everything in the namespace. @throws ZmxError */
  protect(path: BytePath): Promise<void> {
    const done = this.#last.then(async () => {
      writeSync(this.#socket, Buffer.from(path, 'latin1'));
      const { data } = await receive(this.#socket);
      const answer = textOf(data);
      if (answer !== DONE)
        throw new ZmxError('EACCES', answer || "the portal's keeper was ended by somebody");
    });
    this.#last = done.catch(() => {});
    return done;
  }

  dispose(): void {
    void this.#last.then(() => closeSync(this.#socket));
    this.#last = Promise.reject(new ZmxError('EACCES', 'the portal has ended'));
    this.#last.catch(() => {});
  }
}
