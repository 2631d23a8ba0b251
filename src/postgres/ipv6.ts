import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { postgresErrors } from "./errors.ts";
import { describeTarget } from "./target.ts";
import type { Target } from "./types.ts";

/** How this machine sees the network; tests bring their own. */
export interface Network {
  /** Whether it has an IPv6 address that others can reach. */
  readonly hasIpv6: () => boolean;
  /** Every address of a host, as text. */
  readonly addresses: (host: string) => Promise<readonly string[]>;
}

/** Link-local addresses lead nowhere, and unique local ones seldom to a database of somebody else's. */
const leadsOut = (address: string) => !/^f[cde]/i.test(address);

const thisMachine: Network = {
  hasIpv6: () =>
    Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .some(({ family, internal, address }) => family === "IPv6" && !internal && leadsOut(address)),
  addresses: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
};

/**
 * Refuses a host that has IPv6 addresses only where this machine has none, before anything is connected: GitHub's
 * runners have no IPv6, and Supabase's direct hosts have nothing else.
 *
 * @throws postgres.ipv6_only
 */
export async function refuseIpv6Only(target: Target, network: Network = thisMachine): Promise<void> {
  if (target.host.startsWith("/") || network.hasIpv6()) return;
  // A host that is not found has its own clear error when it is connected.
  const addresses = isIP(target.host) === 0 ? await network.addresses(target.host).catch(() => []) : [target.host];
  if (addresses.length === 0 || addresses.some((address) => isIP(address) !== 6 || address === "::1")) return;
  throw postgresErrors.ipv6_only({ where: describeTarget(target), host: target.host });
}
