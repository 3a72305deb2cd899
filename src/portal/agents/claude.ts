import { type AgentProfile, plain } from './profile.ts';

export const claude: AgentProfile = { ...plain, name: 'claude', programs: ['claude'] };
