/**
 * What one agent needs beyond the general rules: data, one file an agent, found by the
 * name of the program that is started in the portal. An agent without a file gets `plain`.
 */
export interface AgentProfile {
  readonly name: string;
  /** Names of the program: `claude`, or what a package's launcher runs. */
  readonly programs: readonly string[];
  /** Commands that stay on this machine although they stand in the project: each condition that is given must hold. */
  readonly local: readonly { readonly line?: RegExp; readonly env?: readonly string[] }[];
  /** Arguments put before the user's own. */
  readonly args: readonly string[];
  /** Environment set for the agent itself. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of variables that go to the remote with each command: markers, no secrets. `*` at the end matches any rest. */
  readonly remoteEnv: readonly string[];
  /**
   * Files of this machine that a command line names and that the command makes: each match's
   * first group is a path; the file is made on the remote and copied back before the command ends here.
   */
  readonly sideFiles: readonly RegExp[];
  /** Such files, named again by a later command that only reads them: first group of each match. */
  readonly madeFiles: readonly RegExp[];
  /** Files of this machine that a command line names and that the command only reads: they are carried along. First group of each match. */
  readonly readFiles: readonly RegExp[];
  /** Programs of its own in the home folder that are to run on the remote instead, where it has them. */
  readonly shadowed: readonly string[];
  /** Rewrites of the command line before it goes to the remote: what refers to this machine only. */
  readonly rewrites: readonly { readonly pattern: RegExp; readonly by: string }[];
  /** Lines for the user, printed once at start, e.g. what of the agent does not work here. */
  readonly notes: readonly string[];
}

export const plain: AgentProfile = {
  name: 'any program',
  programs: [],
  args: [],
  local: [],
  env: {},
  remoteEnv: [],
  sideFiles: [],
  madeFiles: [],
  readFiles: [],
  shadowed: [],
  rewrites: [],
  notes: [],
};
