import { errorCode } from '../base/errno.ts';

/** One error shape on the wire and in the program; see zmx-protocol(7), ERRORS. */
export interface ErrorInfo {
  /** errno name where there is one (`ENOENT`), else one of ours (`invalid`, `refused`, `version`, `unknown-outcome`, `no-target`). */
  readonly code: string;
  /** One sentence that says what is wrong and what to do. */
  readonly message: string;
  /** The system call or message that failed, and its path, where there is one. */
  readonly call?: string | undefined;
  readonly path?: string | undefined;
  /** Whether asking again is safe: the effect did not happen. */
  readonly retry?: boolean | undefined;
}

export class ZmxError extends Error implements ErrorInfo {
  readonly code: string;
  readonly call: string | undefined;
  readonly path: string | undefined;
  readonly retry: boolean | undefined;

  constructor(code: string, message: string, more: { call?: string; path?: string; retry?: boolean } = {}) {
    super(message);
    this.name = 'ZmxError';
    this.code = code;
    this.call = more.call;
    this.path = more.path;
    this.retry = more.retry;
  }

  static from(info: ErrorInfo): ZmxError {
    const more: { call?: string; path?: string; retry?: boolean } = {};
    if (info.call !== undefined) more.call = info.call;
    if (info.path !== undefined) more.path = info.path;
    if (info.retry !== undefined) more.retry = info.retry;
    return new ZmxError(info.code, info.message, more);
  }

  /** Any thrown thing as the wire's shape; node's errors keep their errno name, call and path. */
  static info(thrown: unknown): ErrorInfo {
    if (thrown instanceof ZmxError)
      return {
        code: thrown.code,
        message: thrown.message,
        call: thrown.call,
        path: thrown.path,
        retry: thrown.retry,
      };
    const error = thrown as NodeJS.ErrnoException;
    return {
      code: (error && errorCode(error)) ?? 'internal',
      message: String(error?.message ?? thrown),
      call: error?.syscall,
      path: error?.path,
    };
  }
}
