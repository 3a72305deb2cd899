import { DirectSession } from './direct-session.ts';
import { course } from './mutation-course.ts';

/**
 * Runs the course of mutations and kills itself at a named point of one of them.
 * Arguments: root, folder of the session, number of the mutation, point, 'staged' or 'inline'.
 */
const [root, folder, last, fatal, staging] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  'staged' | 'inline',
];
let seq = 0;
const direct = new DirectSession({
  root,
  folder,
  at: (point) => {
    if (seq === Number(last) && point === fatal) process.kill(process.pid, 'SIGKILL');
  },
});
for (const mutation of course) direct.mutate(++seq, mutation, staging);
direct.close();
