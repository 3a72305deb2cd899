import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import type { MutationPoint } from '../../src/daemon/files/mutator.ts';
import { DirectSession } from './direct-session.ts';
import { course, makeCourse, picture } from './mutation-course.ts';

export interface Death {
  readonly root: string;
  /** The session's folder, as the dead process left it. */
  readonly state: string;
}

/** Runs the course of mutations in a process that kills itself at `point` of mutation `seq`. */
export function deathAt(
  folder: string,
  seq: number,
  point: MutationPoint,
  staging: 'staged' | 'inline' = 'inline',
): Death {
  const root = fs.mkdtempSync(join(folder, 'root-'));
  makeCourse(root);
  const state = `${root}-state`;
  const victim = join(packageRoot, 'dist/test/support/files-victim.js');
  const { signal, stderr } = spawnSync(process.execPath, [victim, root, state, String(seq), point, staging], {
    timeout: 60_000,
  });
  assert.equal(signal, 'SIGKILL', `mutation ${seq} never came to ${point}: ${stderr}`);
  return { root, state };
}

/**
 * Opens the session again, sends the mutations from `seq` on, as a client does that has no
 * results of them, and holds results and tree to those of the course without a death.
 */
export function assertSurvived({ root, state }: Death, seq: number, point: MutationPoint): void {
  const where = `${course[seq - 1]?.kind} (${seq}), killed at ${point}`;
  const direct = new DirectSession({ root, folder: state, from: seq, sent: seq });
  const codes = course.slice(seq - 1).map((mutation, i) => direct.mutate(seq + i, mutation)?.code);
  direct.close();
  truth ??= undisturbed();
  assert.deepEqual(codes, truth.codes.slice(seq - 1), where);
  assert.deepEqual(picture(root), truth.picture, where);
}

let truth: ReturnType<typeof undisturbed> | undefined;

function undisturbed() {
  const folder = fs.mkdtempSync(join(tmpdir(), 'zmx-course-'));
  try {
    const root = join(folder, 'root');
    makeCourse(root);
    const direct = new DirectSession({ root, folder: join(folder, 'state') });
    const codes = course.map((mutation, i) => direct.mutate(i + 1, mutation)?.code);
    direct.close();
    return { picture: picture(root), codes };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
