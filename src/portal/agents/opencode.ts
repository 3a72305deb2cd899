import { type AgentProfile, plain } from './profile.ts';

export const opencode: AgentProfile = { ...plain, name: 'opencode', programs: ['opencode'] };
