import type {
  AttachedClient,
  CommandTarget,
  PromptMode,
  PromptState,
  PromptType,
} from '../../model/client.ts';
import type { Target } from '../../model/target/find.ts';
import type { Host } from '../context.ts';
import { overlayId } from '../show-on-client.ts';

export interface PromptWish {
  readonly mode?: PromptMode;
  readonly type?: PromptType;
  readonly purpose?: PromptState['purpose'];
  readonly confirm?: boolean;
  readonly labels: readonly string[];
  readonly inputs?: readonly string[];
  readonly template: string;
  readonly block?: boolean;
  readonly target: CommandTarget;
}

/** Asks a client; its keys go to the prompt from now on. A prompt that was open is given up. */
export function openPrompt(host: Host, client: AttachedClient, wish: PromptWish): PromptState {
  const value = wish.inputs?.[0] ?? '';
  client.message = undefined;
  client.prompt = {
    id: overlayId(host),
    mode: wish.mode ?? 'line',
    type: wish.type ?? 'command',
    purpose: wish.purpose ?? 'commands',
    confirm: wish.confirm ?? false,
    labels: wish.labels,
    inputs: wish.inputs ?? [],
    answers: [],
    template: wish.template,
    block: wish.block ?? false,
    value,
    cursor: value.length,
    historyAt: 0,
    draft: '',
    killed: '',
    rest: '',
    target: wish.target,
  };
  return client.prompt;
}

export function commandTarget(target: Target | undefined): CommandTarget {
  return { session: target?.session.id ?? -1, pane: target?.pane.id ?? -1 };
}
