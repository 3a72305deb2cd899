import { basename, resolve } from 'node:path';
import { latin1Of, textOfLatin1 } from '../base/byte-text.ts';
import type { ServerPlace } from '../base/server-place.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Connection } from '../transport/types.ts';
import type { GlobalArguments } from './arguments.ts';
import { Copier, copySlots, TargetError } from './copy/copier.ts';
import { locateDestination, locateSource, type OpenFolder } from './copy/copy-place.ts';
import { type CopySide, openSide } from './copy/copy-side.ts';
import { Progress } from './copy/progress.ts';
import { connectTo, placeOf } from './endpoints.ts';
import { exactWords } from './exact-words.ts';
import { homeOf } from './home-of.ts';
import { isRemotePlace, parseRemotePlace } from './remote-place.ts';
import { sentenceOf } from './system-error.ts';

const USAGE = 'usage: zmx cp [-r] SOURCE... TARGET   (HOST:PATH is on a host; folders are copied whole)';
/** How long the host may take to answer the first time, ms; afterwards a lost connection is waited for. */
const CONNECT_PATIENCE_MS = 10_000;
/** After Ctrl-C, how long the removal of unfinished files may take, ms. */
const CLEANING_MS = 2000;
/** As a shell has it for SIGINT. */
const INTERRUPTED_STATUS = 130;

/** `zmx cp SOURCE... TARGET`: files and folders to and from a host. */
export async function runCp(args: GlobalArguments): Promise<number> {
  const words = exactWords(args.command.slice(1));
  const split = words.indexOf('--');
  const options = (split < 0 ? words : words.slice(0, split)).filter((word) => /^-./.test(word));
  if (options.some((option) => !/^-[arRp]+$/.test(option))) throw new ZmxError('usage', USAGE);
  const names = words.filter((word, at) => (split >= 0 && at > split) || (at !== split && !/^-./.test(word)));
  const target = names.pop();
  if (target === undefined || names.length === 0) throw new ZmxError('usage', USAGE);
  for (const name of names)
    if (hostOf(name) === hostOf(target))
      throw new ZmxError(
        'usage',
        isRemotePlace(name)
          ? `${name} and ${target} are on the same host; use: zmx exec ${hostOf(name)} -- cp -a`
          : `${name} and ${target} are both here; use cp(1), or name a host: HOST:${target}`,
      );
  const places = new Places(placeOf(args));
  try {
    return await copyAll(places, names, target);
  } finally {
    await places.close();
  }
}

async function copyAll(places: Places, sources: readonly string[], target: string): Promise<number> {
  const interrupt = new AbortController();
  const interrupted = new Promise<number>((done) => {
    const onSignal = () => {
      if (interrupt.signal.aborted) process.exit(INTERRUPTED_STATUS);
      interrupt.abort();
      setTimeout(() => done(INTERRUPTED_STATUS), CLEANING_MS).unref();
    };
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  });
  const progress = new Progress(process.stderr);
  let status = 0;
  const failed = (name: string, error: unknown) => {
    status = 1;
    const where = error instanceof TargetError ? `cannot be written to ${target}: ` : '';
    progress.print(`zmx cp: ${name}: ${where}${sentenceOf(error)}`);
  };
  const copying = async () => {
    const to = await places.find(target);
    const mustBeFolder = sources.length > 1 || target.endsWith('/');
    const destination = await locateDestination(to.open, to.path, mustBeFolder).catch((error: unknown) => {
      failed(target, error);
    });
    if (!destination) return status;
    const slots = copySlots();
    const copy = async (source: string) => {
      const { open, path } = await places.find(source);
      const from = await locateSource(open, path);
      const nameOf = (entry: string) =>
        source.replace(/\/+$/, '') + textOfLatin1(entry.slice(from.path.length));
      const copier = new Copier({
        from: from.side,
        to: destination.side,
        slots,
        signal: interrupt.signal,
        progress: (count, entry, done) => progress.add(count, nameOf(entry), done),
        failed: (entry, error) => failed(nameOf(entry), error),
      });
      await copier.copy(from.path, destination.name ?? latin1Of(basename(path)));
    };
    const failing = (source: string) => (error: unknown) => failed(source, error);
    await Promise.all(sources.map((source) => copy(source).catch(failing(source))));
    return interrupt.signal.aborted ? INTERRUPTED_STATUS : status;
  };
  try {
    return await Promise.race([copying(), interrupted]);
  } finally {
    progress.end();
  }
}

function hostOf(name: string): string | undefined {
  return isRemotePlace(name) ? parseRemotePlace(name).host : undefined;
}

/** The connections and open folders of one run. */
class Places {
  readonly #place: ServerPlace;
  readonly #connections = new Map<string, Connection>();
  readonly #sides = new Map<string, Promise<CopySide>>();

  constructor(place: ServerPlace) {
    this.#place = place;
  }

  /** What a word of the command line means: an absolute path, and how folders are opened there. */
  async find(name: string): Promise<{ readonly path: string; readonly open: OpenFolder }> {
    if (!isRemotePlace(name)) return { path: resolve(name), open: (folder) => this.#open('', folder) };
    const { host, path } = parseRemotePlace(name);
    const connection = await this.#connect(host);
    return { path: path || (await homeOf(connection)), open: (folder) => this.#open(host, folder) };
  }

  async close(): Promise<void> {
    const live = [...this.#connections.values()].some(({ state }) => state.kind === 'live');
    for (const side of this.#sides.values()) {
      const opened = await side.catch(() => undefined);
      if (live) await opened?.close();
    }
    for (const connection of this.#connections.values()) connection.dispose();
  }

  async #connect(host: string): Promise<Connection> {
    const known = this.#connections.get(host);
    const connection = known ?? connectTo(this.#place, host);
    this.#connections.set(host, connection);
    await connection.ready(CONNECT_PATIENCE_MS);
    return connection;
  }

  #open(host: string, folder: string): Promise<CopySide> {
    const key = `${host}:${folder}`;
    const side = this.#sides.get(key) ?? openSide(this.#connections.get(host), folder);
    this.#sides.set(key, side);
    return side;
  }
}
