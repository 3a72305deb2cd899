import { type AgentProfile, plain } from './profile.ts';

export const aider: AgentProfile = { ...plain, name: 'aider', programs: ['aider'] };
