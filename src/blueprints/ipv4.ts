/** A range of IPv4 addresses as numbers, both ends included, and the address it was written with. */
export interface Subnet {
  text: string;
  prefix: number;
  address: number;
  first: number;
  last: number;
}

const BITS = 32;

/** The number of a dotted IPv4 address that is known to be well formed. */
export function addressNumber(text: string): number {
  return text.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

/** Reads `10.20.0.0/24` (RFC 4632 §3.1), which is known to be well formed; bits behind the prefix stay in `address`. */
export function parseSubnet(text: string): Subnet {
  const [ip = "", length = ""] = text.split("/");
  const prefix = Number(length);
  const size = 2 ** (BITS - prefix);
  const address = addressNumber(ip);
  const first = Math.floor(address / size) * size;
  return { text, prefix, address, first, last: first + size - 1 };
}

export function subnetText({ first, prefix }: Subnet): string {
  return `${addressText(first)}/${prefix}`;
}

export function contains({ first, last }: Subnet, address: number): boolean {
  return first <= address && address <= last;
}

/** Addresses guests can have: all but the network's own, the broadcast address and the gateway. */
export function roomIn({ prefix }: Subnet): number {
  return Math.max(0, 2 ** (BITS - prefix) - 3);
}
