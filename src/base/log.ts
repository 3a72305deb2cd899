import { appendFileSync, renameSync, statSync } from 'node:fs';

/** A log file larger than this is set aside once as FILE.1; a daemon must not fill the disk with words. */
const LOG_LIMIT_BYTES = 4 * 1024 * 1024;

export type Log = (line: string) => void;

/** Lines with time and process, appended to a file; a log that cannot be written is silent, never fatal. */
export function fileLog(path: string, name: string): Log {
  return (line) => {
    try {
      appendFileSync(path, `${new Date().toISOString()} ${name}[${process.pid}] ${line}\n`, { mode: 0o600 });
      if (statSync(path).size > LOG_LIMIT_BYTES) renameSync(path, `${path}.1`);
    } catch {
      // nowhere left to complain to
    }
  };
}

export const noLog: Log = () => {};
