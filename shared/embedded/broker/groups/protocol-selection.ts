import type { MemberProtocol } from './membership.js';

interface WithProtocols {
  readonly protocols: readonly MemberProtocol[];
}

/** The names of the protocols that every one of the members knows. */
function shared(members: readonly WithProtocols[]): Set<string> {
  const [first, ...others] = members;
  const names = first?.protocols.map(({ name }) => name) ?? [];
  return new Set(names.filter((name) => others.every(({ protocols }) => protocols.some((one) => one.name === name))));
}

/** Whether a member with these protocols can be in one group with the others. */
export function isProtocolShared(others: readonly WithProtocols[], protocols: readonly MemberProtocol[]): boolean {
  return shared([{ protocols }, ...others]).size > 0;
}

/** The protocol of the next generation: each member votes for the first in its list that all know; most votes win. */
export function selectProtocol(members: readonly WithProtocols[]): string | null {
  const candidates = shared(members);
  const votes = new Map<string, number>();
  for (const { protocols } of members) {
    const choice = protocols.find(({ name }) => candidates.has(name));
    if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
  }
  const [winner] = [...votes].sort(([, a], [, b]) => b - a);
  return winner?.[0] ?? null;
}
