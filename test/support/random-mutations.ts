import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { FileService } from '../../src/daemon/files/file-service.ts';
import { ProtocolFiles } from '../../src/portal/protocol-files.ts';
import type { Mutation } from '../../src/protocol/file-types.ts';
import { Loopback } from './loopback.ts';
import { picture } from './mutation-course.ts';

const name = fc.constantFrom('a', 'b', 'caf\xe9', '\xff\x01');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const data = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.nat(255).map((byte) => Buffer.alloc(200_000, byte)),
);
const offset = fc.nat(3000);
/** All usable by their owner, so that it is the same for root and others. */
const mode = fc.constantFrom(0o755, 0o700, 0o744);
const record = fc.record;
const kind = <K extends string>(value: K) => fc.constant(value);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  record({ kind: kind('create'), path, mode, exclusive: fc.boolean() }),
  { weight: 3, arbitrary: record({ kind: kind('mkdir'), path, mode }) },
  record({
    kind: kind('write'),
    path,
    truncate: fc.constant(0),
    ranges: data.map((bytes) => [{ offset: 0, data: bytes }]),
    create: record({ mode, exclusive: fc.boolean() }),
  }),
  record({
    kind: kind('write'),
    path,
    ranges: fc.array(record({ offset, data }), { minLength: 1, maxLength: 3 }),
  }),
  record({ kind: kind('write'), path, truncate: offset, ranges: fc.constant([]) }),
  record({ kind: kind('append'), path, data }),
  record({ kind: kind('unlink'), path }),
  record({ kind: kind('rmdir'), path }),
  record({ kind: kind('rename'), path, to: path, flags: fc.constant(0) }),
  record({ kind: kind('link'), path, to: path }),
  record({ kind: kind('chmod'), path, mode }),
  record({ kind: kind('utimens'), path, mtime: fc.bigInt(0n, 10n ** 18n) }),
);

/** What happens to the connection before a mutation. */
const event = fc.oneof({ weight: 30, arbitrary: kind('none') }, kind('cut'), kind('restart'));

/** The same by plain calls on a local folder. */
function local(root: string, mutation: Mutation): void {
  const at = (path: string) => Buffer.from(`${root}/${path}`, 'latin1');
  const target = at(mutation.path);
  const opened = (flags: string | number, use: (fd: number) => void, mode?: number) => {
    const fd = fs.openSync(target, flags, mode);
    try {
      use(fd);
    } finally {
      fs.closeSync(fd);
    }
  };
  const { O_CREAT, O_EXCL, O_WRONLY } = fs.constants;
  switch (mutation.kind) {
    case 'create':
      opened(O_CREAT | O_WRONLY | (mutation.exclusive ? O_EXCL : 0), () => {}, mutation.mode);
      break;
    case 'write': {
      const { create } = mutation;
      const flags = O_WRONLY | (create ? O_CREAT : 0) | (create?.exclusive ? O_EXCL : 0);
      opened(
        flags,
        (fd) => {
          if (mutation.truncate !== undefined) fs.ftruncateSync(fd, mutation.truncate);
          for (const { offset, data } of mutation.ranges) fs.writeSync(fd, data, 0, data.length, offset);
        },
        create?.mode,
      );
      break;
    }
    case 'append':
      opened(O_WRONLY | fs.constants.O_APPEND, (fd) => fs.writeSync(fd, mutation.data));
      break;
    case 'mkdir':
      fs.mkdirSync(target, mutation.mode);
      break;
    case 'unlink':
      fs.unlinkSync(target);
      break;
    case 'rmdir':
      fs.rmdirSync(target);
      break;
    case 'rename':
      fs.renameSync(target, at(mutation.to));
      break;
    case 'link':
      fs.linkSync(target, at(mutation.to));
      break;
    case 'chmod':
      fs.chmodSync(target, mutation.mode);
      break;
    case 'utimens': {
      const seconds = Number((mutation.mtime as bigint) / 1_000_000_000n);
      fs.utimesSync(target, seconds, seconds);
      break;
    }
    default:
      throw new Error(`no local ${mutation.kind}`);
  }
}

export interface Extent {
  readonly seed: number;
  readonly runs: number;
  /** Mutations of one run. */
  readonly length: number;
}

/** Makes random mutations on a served folder and on a local one, through cuts and restarts, and compares results and trees. */
export async function compareRandomly({ seed, runs, length }: Extent): Promise<void> {
  const folder = fs.mkdtempSync(join(tmpdir(), 'zmx-random-'));
  const umask = process.umask(0);
  const steps = fc.array(fc.tuple(event, mutation), { minLength: length, maxLength: length });
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(steps, (steps) => compareOnce(join(folder, String(++run)), steps)),
      { seed, numRuns: runs, endOnFailure: true },
    );
  } finally {
    process.umask(umask);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function compareOnce(
  folder: string,
  steps: readonly (readonly [event: string, mutation: Mutation])[],
): Promise<void> {
  const here = join(folder, 'truth');
  const there = join(folder, 'served');
  for (const root of [here, there]) fs.mkdirSync(root, { recursive: true });
  const state = { folder: join(folder, 'state') };
  let service = new FileService(state);
  const link = new Loopback((peer, message) => service.handle(peer, message));
  const files = await ProtocolFiles.open(link, there);
  const ending: Promise<void>[] = [];
  const results: Promise<string>[] = [];
  const expected: string[] = [];
  for (const [event, mutation] of steps) {
    if (event === 'cut') {
      link.cut();
      setImmediate(() => link.mend());
    } else if (event === 'restart') {
      ending.push(service.dispose());
      service = new FileService(state);
      link.restart((peer, message) => service.handle(peer, message));
    }
    expected.push(codeOf(() => local(here, mutation)));
    const result = files.mutate(mutation).then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
    results.push(result);
    // content on its way may be overtaken by what does not wait for it
    if ('ranges' in mutation || 'data' in mutation || event !== 'none') await result;
  }
  const outcomes = await Promise.all(results);
  steps.forEach(([, step], i) => {
    assert.equal(outcomes[i], expected[i], `step ${i}, ${step.kind} of ${step.path}`);
  });
  assert.deepEqual(picture(there), picture(here));
  await files.close();
  link.dispose();
  await Promise.all([...ending, service.dispose()]);
}

function codeOf(run: () => void): string {
  try {
    run();
    return 'done';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'none';
  }
}
