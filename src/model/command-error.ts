/** A command's failure as its user sees it: the message is the whole line. The command list ends there with status 1. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandError';
  }
}
