import { type AgentProfile, plain } from './profile.ts';

export const pi: AgentProfile = { ...plain, name: 'pi', programs: ['pi'] };
