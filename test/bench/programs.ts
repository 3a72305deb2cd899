import { type SpawnOptions, spawn } from 'node:child_process';

/** Programs that run while this process goes on: it is the network between the two sides. */

/** Whether a program succeeds. */
export function succeeds(argv: readonly string[], options: SpawnOptions = {}): Promise<boolean> {
  const [file = '', ...args] = argv;
  return new Promise((resolve) => {
    spawn(file, args, { ...options, stdio: 'ignore' })
      .on('error', () => resolve(false))
      .on('close', (code) => resolve(code === 0));
  });
}

/** What a program prints. @throws Error when it fails. */
export function output(argv: readonly string[], options: SpawnOptions = {}): Promise<string> {
  const [file = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout!.on('data', (data: Buffer) => {
      out += data.toString();
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`${argv.join(' ').slice(0, 80)}: status ${code}`)),
    );
  });
}
